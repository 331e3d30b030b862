// Values around a mean, as the sum of many small causes gives them.

import type { Distribution } from "../distribution.js";
import { noResidual } from "./no-residual.js";
import { requireDuration } from "../require-range.js";
import { normalQuantile } from "./standard-normal.js";

export interface NormalOptions {
  readonly meanMicros: number;
  /** Standard deviation. */
  readonly deviationMicros: number;
}

/** Normal. Part of it may be negative; as a duration that counts as zero, which raises the mean a little. */
export class NormalDistribution implements Distribution {
  readonly #meanMicros: number;
  readonly #deviationMicros: number;

  constructor({ meanMicros, deviationMicros }: NormalOptions) {
    this.#meanMicros = requireDuration("normal meanMicros", meanMicros);
    this.#deviationMicros = requireDuration("normal deviationMicros", deviationMicros);
  }

  quantile(u: number): number {
    return this.#meanMicros + this.#deviationMicros * normalQuantile(u);
  }

  mean(): number {
    return this.#meanMicros;
  }

  /** Throws `RangeError`: durations may be negative. */
  residualQuantile(): number {
    throw noResidual("a normal duration");
  }
}
