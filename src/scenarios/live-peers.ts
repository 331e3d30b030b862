// The peers of a live run: every declared node by index and id. Where a node listens is the run's own knowledge, so that
// a node that starts again elsewhere is found there; what strangers say of it counts for nothing.

import type { Peer, PeerTable } from "../transport/peer.js";
import type { RunPeers } from "./run-peers.js";

/** A declared node; its address is known once it is to listen. */
class RunPeer implements Peer {
  readonly id: string;
  address = "";
  readonly #index: number;

  constructor(id: string, index: number) {
    this.id = id;
    this.#index = index;
  }

  /** The index of a peer that is a declared node; -1 for any other. */
  static indexOf(peer: Peer): number {
    return #index in peer ? peer.#index : -1;
  }
}

export class LivePeers implements RunPeers {
  readonly #byIndex: RunPeer[] = [];
  readonly #byId = new Map<string, RunPeer>();
  readonly #strangers: PeerTable;

  /** `strangers` keeps the peers that are no node of the run. */
  constructor(strangers: PeerTable) {
    this.#strangers = strangers;
  }

  /** Adds the peer of the next declared node. */
  declare(id: string): void {
    const peer = new RunPeer(id, this.#byIndex.length);
    this.#byIndex.push(peer);
    this.#byId.set(id, peer);
  }

  at(index: number): Peer {
    return this.#byIndex[index]!;
  }

  indexOf(peer: Peer): number {
    const known = this.#byId.get(peer.id);
    return known === undefined ? -1 : RunPeer.indexOf(known);
  }

  /** Says where a node listens, or will. */
  place(index: number, address: string): void {
    this.#byIndex[index]!.address = address;
  }

  intern(id: string, address: string): Peer {
    return this.#byId.get(id) ?? this.#strangers.intern(id, address);
  }

  /** An address that a peer proved to be its own. The run knows better of its own nodes. */
  located(id: string, address: string): Peer {
    return this.intern(id, address);
  }
}
