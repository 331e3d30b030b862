// Propagation between places: every node is in a region, and a matrix says how far regions are apart.

import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";
import type { LatencyMatrix } from "./latency-matrix.js";

export interface RegionLatencyOptions {
  readonly name: string;
  readonly matrix: LatencyMatrix;
  /** For each node the row of its region in the matrix. Nodes beyond its end are refused when they send. */
  readonly regionOf: Uint8Array | Uint16Array;
}

/** A message takes as long as the matrix says for the regions of its two ends. */
export class RegionLatency implements LinkRule {
  readonly stage = "base";
  readonly name: string;
  readonly #latencyMicros: Float64Array;
  readonly #regionOf: Uint8Array | Uint16Array;
  readonly #regionCount: number;

  /** Throws `RangeError` for a node whose region the matrix does not have. */
  constructor({ name, matrix, regionOf }: RegionLatencyOptions) {
    const stray = regionOf.findIndex((region) => region >= matrix.names.length);
    if (stray >= 0) {
      throw new RangeError(
        `node ${stray} is in region ${regionOf[stray]!}, but the matrix has ${matrix.names.length} regions: ` +
          matrix.names.join(", "),
      );
    }
    this.name = name;
    this.#latencyMicros = matrix.latencyMicros;
    this.#regionOf = regionOf;
    this.#regionCount = matrix.names.length;
  }

  apply(passage: Passage): void {
    const from = this.#regionOf[passage.source];
    const to = this.#regionOf[passage.target];
    if (from === undefined || to === undefined) throw noRegion(passage, this.#regionOf.length);
    passage.delay(this.#latencyMicros[from * this.#regionCount + to]!);
  }
}

function noRegion({ source, target }: Passage, count: number): RangeError {
  return new RangeError(
    `nodes ${source} and ${target} exchange a message, but regions are given for ${count} nodes only`,
  );
}
