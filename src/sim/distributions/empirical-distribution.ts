// Durations as recorded.

import type { Distribution } from "../distribution.js";
import { noResidual } from "./no-residual.js";
import { requireDuration } from "../require-range.js";

/** Each of the recorded durations is equally likely, and no others occur. */
export class EmpiricalDistribution implements Distribution {
  /** Ascending. */
  readonly #samples: Float64Array;
  /** Before the i-th shortest: the share of all recorded time that lies below it, over all lives. */
  readonly #livedBefore: Float64Array;
  readonly #mean: number;

  constructor(samplesMicros: readonly number[]) {
    if (samplesMicros.length === 0)
      throw new RangeError("empirical needs at least one sample, got none");
    for (const sample of samplesMicros) requireDuration("empirical sample in microseconds", sample);
    const count = samplesMicros.length;
    this.#samples = Float64Array.from(samplesMicros).sort();
    this.#livedBefore = new Float64Array(count + 1);
    let shorter = 0;
    for (let i = 0; i < count; i++) {
      const sample = this.#samples[i]!;
      this.#livedBefore[i + 1] = this.#livedBefore[i]! + (sample - shorter) * (count - i);
      shorter = sample;
    }
    this.#mean = this.#livedBefore[count]! / count;
  }

  quantile(u: number): number {
    return this.#samples[Math.floor(u * this.#samples.length)]!;
  }

  mean(): number {
    return this.#mean;
  }

  /** The equilibrium distribution is linear between neighbouring samples: found by binary search. */
  residualQuantile(u: number): number {
    if (this.#mean === 0) throw noResidual("an empirical duration whose samples are all 0");
    const count = this.#samples.length;
    const lived = u * this.#livedBefore[count]!;
    let low = 0;
    let high = count - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#livedBefore[middle + 1]! > lived) high = middle;
      else low = middle + 1;
    }
    const shorter = low === 0 ? 0 : this.#samples[low - 1]!;
    return shorter + (lived - this.#livedBefore[low]!) / (count - low);
  }
}
