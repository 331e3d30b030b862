// Durations between two bounds, each equally likely.

import type { Distribution } from "../distribution.js";
import { noResidual } from "./no-residual.js";
import { requireBetween, requireDuration } from "../require-range.js";

export interface UniformOptions {
  readonly minMicros: number;
  readonly maxMicros: number;
}

/** Uniform between `minMicros` and `maxMicros`. */
export class UniformDistribution implements Distribution {
  readonly #min: number;
  readonly #width: number;

  constructor({ minMicros, maxMicros }: UniformOptions) {
    this.#min = requireDuration("uniform minMicros", minMicros);
    requireDuration("uniform maxMicros", maxMicros);
    this.#width = requireBetween("uniform maxMicros", maxMicros, minMicros, Infinity) - minMicros;
  }

  quantile(u: number): number {
    return this.#min + u * this.#width;
  }

  mean(): number {
    return this.#min + this.#width / 2;
  }

  /** Linear up to the minimum, which all outlast; then the survivors fall off linearly. */
  residualQuantile(u: number): number {
    const mean = this.mean();
    if (mean === 0) throw noResidual("a uniform duration from 0 to 0");
    const lived = u * mean;
    if (lived <= this.#min) return lived;
    return this.#min + this.#width - Math.sqrt(2 * this.#width * (mean - lived));
  }
}
