// Propagation measured between single hosts: node i is row i of the user's matrix.

import { RegionLatency } from "./region-latency.js";
import type { LatencyMatrix } from "./latency-matrix.js";

export interface NodeMatrixLatencyOptions {
  readonly name: string;
  /** A row for each node; further rows are not used. */
  readonly matrix: LatencyMatrix;
  readonly nodeCount: number;
}

/** A message takes as long as the matrix says for its two nodes. */
export class NodeMatrixLatency extends RegionLatency {
  /** Throws `RangeError` for more nodes than the matrix has rows. */
  constructor({ name, matrix, nodeCount }: NodeMatrixLatencyOptions) {
    if (nodeCount > matrix.names.length) {
      throw new RangeError(
        `${nodeCount} nodes need a matrix of as many hosts, got one of ${matrix.names.length}: ` +
          "run fewer nodes, or give each node one of its hosts as region",
      );
    }
    super({ name, matrix, regionOf: Uint16Array.from({ length: nodeCount }, (_, node) => node) });
  }
}
