// What every protocol that watches peers offers: what this node holds each of them to be.

import type { Peer } from "../transport/peer.js";
import { PlainStateProtocol } from "./plain-state-protocol.js";
import type { PeerBelief } from "./protocol.js";

/** What a node holds one peer to be. */
export interface Belief {
  readonly peer: Peer;
  readonly belief: PeerBelief;
  /** The peer's incarnation that the belief is about. */
  readonly incarnation: number;
}

/** The protocol in a node's slot `status`. It calls `context.believe` whenever a belief changes. */
export abstract class StatusProtocol extends PlainStateProtocol {
  /** What this node holds each peer to be that it watches or heard of, in a deterministic order. */
  abstract beliefs(): readonly Belief[];

  /** What this node holds one peer to be; undefined when it knows nothing of it. */
  abstract beliefAbout(peer: Peer): Belief | undefined;
}
