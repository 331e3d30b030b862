// Durations whose logarithm is normal, as the product of many small causes gives them.

import type { Distribution } from "../distribution.js";
import { equilibriumQuantile } from "./equilibrium-quantile.js";
import { exp, log } from "../fixed-math.js";
import { noResidual } from "./no-residual.js";
import { requireBetween, requireDuration } from "../require-range.js";
import { normalQuantile, normalShareBelow } from "./standard-normal.js";

export interface LogNormalOptions {
  /** Half of all durations are shorter. */
  readonly medianMicros: number;
  /** Standard deviation of the natural logarithm. */
  readonly sigma: number;
}

/** At a larger sigma the mean passes 10^21 medians, and no run tells such durations apart. */
const SIGMA_MAX = 10;

/** The median times e to the power of sigma times a standard normal. */
export class LogNormalDistribution implements Distribution {
  readonly #median: number;
  readonly #sigma: number;

  constructor({ medianMicros, sigma }: LogNormalOptions) {
    this.#median = requireDuration("log-normal medianMicros", medianMicros);
    this.#sigma = requireBetween("log-normal sigma", sigma, 0, SIGMA_MAX);
  }

  quantile(u: number): number {
    return this.#median * exp(this.#sigma * normalQuantile(u));
  }

  mean(): number {
    return this.#median * exp((this.#sigma * this.#sigma) / 2);
  }

  /** By Newton's method, in units of the median: the mean of min(duration, t) has a closed form. */
  residualQuantile(u: number): number {
    if (this.#median === 0) throw noResidual("a log-normal duration of median 0");
    const sigma = this.#sigma;
    if (sigma === 0) return u * this.#median;
    const mean = exp((sigma * sigma) / 2);
    const survival = (t: number): number => (t === 0 ? 1 : normalShareBelow(-log(t) / sigma));
    const equilibrium = (t: number): number =>
      t === 0 ? 0 : normalShareBelow(log(t) / sigma - sigma) + (t * survival(t)) / mean;
    return this.#median * equilibriumQuantile({ mean, survival, equilibrium }, u);
  }
}
