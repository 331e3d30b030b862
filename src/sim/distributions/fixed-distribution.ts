// Durations that are all the same.

import type { Distribution } from "../distribution.js";
import { noResidual } from "./no-residual.js";
import { requireDuration } from "../require-range.js";

/** Always the same duration. */
export class FixedDistribution implements Distribution {
  readonly #micros: number;

  constructor(micros: number) {
    this.#micros = requireDuration("fixed duration in microseconds", micros);
  }

  quantile(): number {
    return this.#micros;
  }

  mean(): number {
    return this.#micros;
  }

  /** What is found is anywhere in its life. */
  residualQuantile(u: number): number {
    if (this.#micros === 0) throw noResidual("a fixed duration of 0");
    return u * this.#micros;
  }
}
