// The ring as the rest of a Chord node sees it: every change is recorded in the overlay `members`.

import type { Peer } from "../transport/peer.js";
import { CHORD_MESSAGES } from "./chord-messages.js";
import { CHORD_DEFAULTS } from "./chord-options.js";
import type { ChordOptions } from "./chord-options.js";
import { addSuccessors, fillRing, forgetPeer, ringPeers } from "./chord-ring.js";
import type { ChordRing } from "./chord-ring.js";
import { KeyedOverlay } from "./keyed-overlay.js";
import type { PeerBelief, ProtocolContext } from "./protocol.js";

/** A node on a ring. */
export abstract class ChordContacts extends KeyedOverlay {
  readonly messageTypes = CHORD_MESSAGES;
  protected readonly options: ChordOptions;
  protected readonly ring: ChordRing = { successors: [], predecessor: null, fingers: new Map() };

  constructor(options: Partial<ChordOptions> = {}) {
    super();
    this.options = { ...CHORD_DEFAULTS, ...options };
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    const { startPeers, successorCount } = this.options;
    if (startPeers.length > 0) fillRing(this.ring, context.self, startPeers, successorCount);
    this.recordRing();
  }

  /** Another protocol that watches peers saves the requests which would find this out. */
  override peerBelieved(peer: Peer, belief: PeerBelief): void {
    if (belief === "dead") this.unanswered(peer);
  }

  /** Peers that follow on the ring were heard of. */
  protected follow(peers: readonly Peer[]): void {
    addSuccessors(this.ring, this.context.self, peers, this.options.successorCount);
    this.recordRing();
  }

  /** A peer has not answered. */
  protected unanswered(peer: Peer): void {
    if (!this.memberView.has(peer)) return;
    forgetPeer(this.ring, peer);
    this.recordRing();
  }

  /** Makes the recorded overlay hold exactly the peers of the ring. */
  protected recordRing(): void {
    const known = ringPeers(this.ring);
    for (const peer of this.memberView.peers()) if (!known.has(peer)) this.memberView.remove(peer);
    for (const peer of known) this.memberView.add(peer);
  }
}
