// What is true of the network, where somebody knows: the simulator does, a live node never.

import type { Peer } from "../transport/peer.js";
import type { NodeStatus } from "./protocol.js";

/** The truth beside which beliefs are shown. Protocols never see it. */
export interface NetworkTruth {
  /** What a peer is; undefined for one that never took part. */
  statusOf(peer: Peer): NodeStatus | undefined;
  /** Number of nodes that run: joining, active or leaving. */
  liveCount(): number;
}
