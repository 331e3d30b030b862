// The hook through which a live run applies the conditions of a scenario's network: whatever leaves a node is judged
// here first, as the simulator judges it. The rules of src/sim/rules apply as they are, through a passage that the
// implementation fills.

import type { PassageKind } from "../sim/passage.js";
import type { Peer } from "./peer.js";

/** What becomes of something that is about to leave. */
export interface SendVerdict {
  /** How much longer it is on its way than the real network would have it; for a dial, until its dialler is connected. */
  readonly delayMicros: number;
  /** Why it does not get through, or the empty string. On a stream and for a dial it is tried again later, as TCP does. */
  readonly lostReason: string;
  /** Further copies of a datagram; none unless said otherwise. */
  readonly copies?: number;
  /** Whether a datagram is damaged on its way. */
  readonly isCorrupt?: boolean;
}

/** The conditions of a network, seen from one node. */
export interface SendConditions {
  /**
   * Judges one thing that leaves: a dial, a frame of a stream, a datagram. `number` counts apart for each kind and
   * peer, so that chance can be a pure function of it. The verdict may be one object that is used again.
   */
  judge(kind: PassageKind, to: Peer, bytes: number, number: number): SendVerdict;
}
