// How two worlds compare: the ratio of the medians of one figure over runs, with an interval that says how much of it is
// luck. Percentile bootstrap (Efron 1979): runs are drawn again, with replacement, from each world by itself.

import { quantile } from "./summary-statistics.js";

/** A ratio and the interval that holds it with the given confidence. */
export interface RatioInterval {
  readonly ratio: number;
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  /** 0.9 leaves one twentieth on either side. */
  readonly confidence: number;
  /** More of them settle the interval's ends; a thousand leave them shaking by some percent of its width. */
  readonly resampleCount: number;
  /** Uniform in [0, 1): a seeded stream, so that the verdict on the same runs is always the same. */
  readonly draw: () => number;
}

/** What an interval says of a ratio that should be within bounds. */
export type ParityVerdict =
  /** The whole interval is within the bounds. */
  | "equal"
  /** The whole interval is outside them. */
  | "different"
  /** It reaches over a bound: more runs would tell. */
  | "inconclusive";

export interface RatioBounds {
  readonly lowest: number;
  readonly highest: number;
}

/** Throws `RangeError` where a world has no runs, or the medians do not divide. */
export function bootstrapRatioOfMedians(
  figures: readonly number[],
  reference: readonly number[],
  { confidence, resampleCount, draw }: BootstrapOptions,
): RatioInterval {
  const ratio = ratioOf(medianOf(figures), medianOf(reference));
  if (figures.length === 0 || reference.length === 0 || !Number.isFinite(ratio)) {
    throw new RangeError(
      `The medians of ${figures.length} and ${reference.length} runs have the ratio ${ratio}; ` +
        "expected runs in both worlds and a reference above zero",
    );
  }
  const ratios = new Float64Array(resampleCount);
  for (let i = 0; i < resampleCount; i++) {
    ratios[i] = ratioOf(medianOf(drawnFrom(figures, draw)), medianOf(drawnFrom(reference, draw)));
  }
  ratios.sort();
  const tail = (1 - confidence) / 2;
  return { ratio, low: quantile(ratios, tail), high: quantile(ratios, 1 - tail) };
}

/** Whether a ratio is within bounds, as far as its interval tells. */
export function judgeRatio(
  { low, high }: RatioInterval,
  { lowest, highest }: RatioBounds,
): ParityVerdict {
  if (low >= lowest && high <= highest) return "equal";
  return high < lowest || low > highest ? "different" : "inconclusive";
}

/** Two that are nothing are equal. */
function ratioOf(figure: number, reference: number): number {
  return figure === reference ? 1 : figure / reference;
}

function medianOf(values: readonly number[]): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

function drawnFrom(values: readonly number[], draw: () => number): readonly number[] {
  return values.map(() => values[Math.floor(draw() * values.length)]!);
}
