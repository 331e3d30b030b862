// What a checker may know of the world beside the records: names and what the network would let pass. It is
// the truth, which no node knows; nothing in it changes when it is asked.

import type { KeyDistance } from "./protocol-definition.js";
import type { RecordWords } from "../trace/trace-line.js";

/**
 * The world as checkers see it. A record of kind `fault` or `action` is written once its effect is in place, so
 * that whoever asks while it is accepted sees the network after the change.
 */
export interface RunView extends RecordWords {
  /** Number of declared nodes, whether they have joined yet or not; indexes run from 0. */
  readonly nodeCount: number;
  /** The id of a node: 64 hexadecimal digits. */
  nodeId(node: number): string;
  /** By which measure nodes are responsible for keys; null in a run without a structured overlay. */
  readonly keyDistance: KeyDistance | null;
  /** Name of the class of a node. */
  className(node: number): string;
  /** Name of the region a node is in; the empty text where the scenario has no regions. */
  regionName(node: number): string;
  /**
   * Whether the network's rules of reachability let data of a standing connection or a datagram pass from `source` to
   * `target` now. Chance, bandwidth and whether the nodes live do not matter; a hold counts as not reachable.
   */
  isReachable(source: number, target: number): boolean;
  /**
   * The part of the network a node is in: two nodes have the same number when they can talk in both
   * directions, directly or through other nodes. 0 for all while nothing is cut. Cheap: asked for each node after
   * each change of the network.
   */
  componentOf(node: number): number;
}
