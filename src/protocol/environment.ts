// What the nodes of one class share in a run. Apart from the node, so that an idle node keeps one pointer for it.

import type { Random } from "../sim/random.js";
import type { Codec } from "../transport/codec.js";
import type { PeerTable } from "../transport/peer.js";
import type { NetworkTruth } from "./network-truth.js";
import type { NodeRecorder } from "./node-recorder.js";
import type { Routing } from "./routing.js";

/** The surroundings of nodes that have the same protocols in the same slots. */
export interface Environment {
  readonly routing: Routing;
  /** Made of `routing.messageTypes`; the same that the transport uses, so that a message is measured once. */
  readonly codec: Codec;
  readonly peers: PeerTable;
  readonly recorder: NodeRecorder;
  /** The node's stream of chance for a purpose: `node/<name>/<purpose>`. The same call gives the same stream. */
  random(nodeName: string, purpose: string): Random;
  /** The truth, where the host knows it. */
  readonly truth: NetworkTruth | null;
}
