// Durations with a heavy tail that falls off as a power.

import type { Distribution } from "../distribution.js";
import { pow } from "../fixed-math.js";
import { noResidual } from "./no-residual.js";
import { requireBetween, requireDuration } from "../require-range.js";

export interface ParetoOptions {
  /** Larger falls off faster; at 1 or less the mean is infinite, at 2 or less the variance. */
  readonly shape: number;
  /** No duration is shorter. */
  readonly minMicros: number;
}

/** At a smaller shape the largest draw passes 10^159 minima, and no run tells such durations apart. */
const SHAPE_MIN = 0.1;
const SHAPE_MAX = 1000;

/** P(duration > t) = (minMicros / t)^shape for t above `minMicros`. */
export class ParetoDistribution implements Distribution {
  readonly #shape: number;
  readonly #min: number;

  constructor({ shape, minMicros }: ParetoOptions) {
    this.#shape = requireBetween("pareto shape", shape, SHAPE_MIN, SHAPE_MAX);
    this.#min = requireDuration("pareto minMicros", minMicros);
  }

  quantile(u: number): number {
    return this.#min * pow(1 - u, -1 / this.#shape);
  }

  mean(): number {
    return this.#shape > 1 ? (this.#shape * this.#min) / (this.#shape - 1) : Infinity;
  }

  /** Linear up to the minimum, which all outlast; beyond it the tail integrates to a power again. */
  residualQuantile(u: number): number {
    const mean = this.mean();
    if (mean === 0 || mean === Infinity) {
      throw noResidual(`a pareto duration of shape ${this.#shape} and minimum ${this.#min}`);
    }
    const lived = u * mean;
    if (lived <= this.#min) return lived;
    return this.#min * pow(this.#shape * (1 - u), -1 / (this.#shape - 1));
  }
}
