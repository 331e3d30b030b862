// The world in which the nodes of a network run, as `Network` sees it: a simulation, or a process with live nodes.

import type { Signer } from "../transport/signatures.js";
import type { NetworkTruth } from "./network-truth.js";
import type { Node } from "./node.js";

/** Where nodes run. */
export interface NetworkHost {
  /** The network's name, which shutdown instructions carry. */
  readonly networkId: string;
  /** The nodes that run or ran here and did not crash, in the order of their declaration. */
  nodes(): readonly Node[];
  /** The time against which instructions expire. Whole microseconds. */
  nowMicros(): number;
  /** What is true of the network; null where nobody knows. */
  readonly truth: NetworkTruth | null;
  /** The network's key; null where it is kept elsewhere, so that the network cannot be shut down from here. */
  readonly networkKey: Signer | null;
}
