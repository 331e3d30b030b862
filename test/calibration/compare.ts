// Holds the samples of a model against what was measured: the middle within 10 %, the 95th percentile within 25 %.

import { MEASURES } from "./grid.js";
import type { Cell, Measure, Samples } from "./grid.js";

/** Bands of the ratio of model to measurement; never to be widened. */
export const BANDS = [
  { quantile: 0.5, within: 0.1 },
  { quantile: 0.95, within: 0.25 },
] as const;

/** Resamplings that give a measured quantile its interval. */
const RESAMPLINGS = 500;
const INTERVAL = [0.025, 0.975] as const;

/** One quantile of one measure in one cell. */
export interface Comparison {
  readonly cell: Cell;
  readonly measure: Measure;
  readonly quantile: number;
  readonly measuredMicros: number;
  /** Where the measured quantile lies with 95 % confidence. */
  readonly intervalMicros: readonly [low: number, high: number];
  readonly modelMicros: number;
  readonly ratio: number;
  readonly isInside: boolean;
}

/** All comparisons of a cell. */
export function compareCell(cell: Cell, measured: Samples, model: Samples): Comparison[] {
  return MEASURES.filter((measure) => measured[measure].length > 0).flatMap((measure) => {
    const sorted = measured[measure].toSorted((a, b) => a - b);
    const modelSorted = model[measure].toSorted((a, b) => a - b);
    return BANDS.map(({ quantile, within }) => {
      const measuredMicros = quantileOf(sorted, quantile);
      const modelMicros = quantileOf(modelSorted, quantile);
      const ratio = modelMicros / measuredMicros;
      return {
        ...{ cell, measure, quantile, measuredMicros, modelMicros, ratio },
        intervalMicros: intervalOf(sorted, quantile),
        // Not a number where both never come about, which is no agreement that was measured.
        isInside: Math.abs(ratio - 1) <= within,
      };
    });
  });
}

/** The smallest sample that so large a share does not exceed. */
export function quantileOf(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? NaN;
}

/** A bootstrap interval; its resamplings are the same in every run. */
function intervalOf(sorted: readonly number[], share: number): [low: number, high: number] {
  let state = 1;
  const place = (): number => {
    // Numerical Recipes' generator: enough for picking samples.
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sorted.length);
  };
  const quantiles = Array.from({ length: RESAMPLINGS }, () => {
    const resampled = Array.from(sorted, () => sorted[place()]!).toSorted((a, b) => a - b);
    return quantileOf(resampled, share);
  }).toSorted((a, b) => a - b);
  return [quantileOf(quantiles, INTERVAL[0]), quantileOf(quantiles, INTERVAL[1])];
}
