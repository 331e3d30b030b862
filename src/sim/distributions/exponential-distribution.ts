// Durations without memory: gaps of Poisson arrivals, and the sessions of textbooks.

import type { Distribution } from "../distribution.js";
import { log } from "../fixed-math.js";
import { noResidual } from "./no-residual.js";
import { requireDuration } from "../require-range.js";

/** Exponential with the given mean. */
export class ExponentialDistribution implements Distribution {
  readonly #meanMicros: number;

  constructor(meanMicros: number) {
    this.#meanMicros = requireDuration("exponential meanMicros", meanMicros);
  }

  quantile(u: number): number {
    // A draw is a multiple of 2^-53, so 1 − u is exact and nothing is lost by not using log1p.
    return -this.#meanMicros * log(1 - u);
  }

  mean(): number {
    return this.#meanMicros;
  }

  /** The same as fresh: that is what having no memory means. */
  residualQuantile(u: number): number {
    if (this.#meanMicros === 0) throw noResidual("an exponential duration of mean 0");
    return this.quantile(u);
  }
}
