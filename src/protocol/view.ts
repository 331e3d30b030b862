// A node's view of a named overlay: the peers a protocol counts as neighbours or members there, kept so that
// whoever watches the run sees every change.

import type { Peer } from "../transport/peer.js";
import type { NodeRecorder } from "./node-recorder.js";
import type { View } from "./protocol.js";

/** A view that records what enters and leaves it. */
export class NodeView implements View {
  /** Name of the overlay. */
  readonly overlay: string;
  readonly #self: Peer;
  readonly #recorder: NodeRecorder;
  readonly #peers = new Set<Peer>();
  /** The peers as a list, until the next change. */
  #list: readonly Peer[] | null = null;

  constructor(overlay: string, self: Peer, recorder: NodeRecorder) {
    this.overlay = overlay;
    this.#self = self;
    this.#recorder = recorder;
  }

  get size(): number {
    return this.#peers.size;
  }

  add(peer: Peer): void {
    if (this.#peers.has(peer)) return;
    this.#peers.add(peer);
    this.#list = null;
    this.#recorder.viewAdded(this.#self, this.overlay, peer);
  }

  remove(peer: Peer): void {
    if (!this.#peers.delete(peer)) return;
    this.#list = null;
    this.#recorder.viewRemoved(this.#self, this.overlay, peer);
  }

  has(peer: Peer): boolean {
    return this.#peers.has(peer);
  }

  peers(): readonly Peer[] {
    return (this.#list ??= Array.from(this.#peers));
  }

  /** Takes over the peers of a saved view. Records nothing: they were recorded before the cut. */
  restore(peers: readonly Peer[]): void {
    this.#peers.clear();
    this.#list = null;
    for (const peer of peers) this.#peers.add(peer);
  }
}
