// Durations as measured sessions of peers have them: KAD's have shape 0.615, IPFS's 0.518.

import type { Distribution } from "../distribution.js";
import { equilibriumQuantile } from "./equilibrium-quantile.js";
import { exp, log, pow } from "../fixed-math.js";
import { incompleteGamma, logGamma } from "./gamma-function.js";
import { noResidual } from "./no-residual.js";
import { requireBetween, requireDuration } from "../require-range.js";

export interface WeibullOptions {
  /** Below 1 the old outlast the young, at 1 it is exponential, above 1 things wear out. */
  readonly shape: number;
  /** 63 % of all durations are shorter. */
  readonly scaleMicros: number;
}

/** At a smaller shape the mean passes ten million scales, and no run tells such durations apart. */
const SHAPE_MIN = 0.1;
const SHAPE_MAX = 100;

/** P(duration > t) = exp(−(t / scaleMicros)^shape). */
export class WeibullDistribution implements Distribution {
  readonly #shape: number;
  readonly #scale: number;
  /** In units of the scale: Γ(1 + 1/shape). */
  readonly #relativeMean: number;

  constructor({ shape, scaleMicros }: WeibullOptions) {
    this.#shape = requireBetween("weibull shape", shape, SHAPE_MIN, SHAPE_MAX);
    this.#scale = requireDuration("weibull scaleMicros", scaleMicros);
    this.#relativeMean = exp(logGamma(1 + 1 / shape));
  }

  quantile(u: number): number {
    return this.#scale * pow(-log(1 - u), 1 / this.#shape);
  }

  mean(): number {
    return this.#scale * this.#relativeMean;
  }

  /**
   * By Newton's method: in units of the scale the integral of exp(−t^shape), as a share of the mean, is the
   * incomplete gamma function P(1/shape, t^shape).
   */
  residualQuantile(u: number): number {
    if (this.#scale === 0) throw noResidual("a weibull duration of scale 0");
    const shape = this.#shape;
    const inScales = equilibriumQuantile(
      {
        mean: this.#relativeMean,
        survival: (t) => exp(-pow(t, shape)),
        equilibrium: (t) => incompleteGamma(1 / shape, pow(t, shape)),
      },
      u,
    );
    return this.#scale * inScales;
  }
}
