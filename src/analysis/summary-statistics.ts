// Mean, deviation and exact quantiles of lists of numbers that fit in memory.

/** Whether a list is everything there is, or a sample whose deviation estimates that of the whole. */
export interface DeviationOptions {
  readonly of: "population" | "sample";
}

/** A list of numbers in brief. */
export interface Summary {
  readonly count: number;
  readonly mean: number;
  /** Of a sample; 0 for a single value. */
  readonly standardDeviation: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The sum, compensated by Neumaier's method: its error does not grow with the length of the list. */
export function sum(values: Iterable<number>): number {
  let total = 0;
  let compensation = 0;
  for (const value of values) {
    const next = total + value;
    compensation +=
      Math.abs(total) >= Math.abs(value) ? total - next + value : value - next + total;
    total = next;
  }
  return total + compensation;
}

/** The arithmetic mean. Throws `RangeError` for an empty list. */
export function mean(values: ArrayLike<number> & Iterable<number>): number {
  requireValues(values, "mean");
  return sum(values) / values.length;
}

/**
 * The standard deviation: of all there is (divided by n) or estimated from a sample (divided by n - 1, and 0
 * for a single value). Throws `RangeError` for an empty list.
 */
export function standardDeviation(
  values: ArrayLike<number> & Iterable<number>,
  { of }: DeviationOptions,
): number {
  const center = mean(values);
  const squares = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const deviation = values[i]! - center;
    squares[i] = deviation * deviation;
  }
  const divisor = of === "population" ? values.length : Math.max(1, values.length - 1);
  return Math.sqrt(sum(squares) / divisor);
}

/** The standard error of the mean of a sample: its deviation over the root of its size. */
export function standardErrorOfMean(values: ArrayLike<number> & Iterable<number>): number {
  return standardDeviation(values, { of: "sample" }) / Math.sqrt(values.length);
}

/**
 * The exact quantile at `probability` (0 to 1), interpolated between neighbours in rank (type 7 of Hyndman
 * and Fan 1996, what R and NumPy do). `ascending` must be sorted. Throws `RangeError` for an empty list or
 * a probability outside [0, 1].
 */
export function quantile(ascending: ArrayLike<number>, probability: number): number {
  requireValues(ascending, "quantile");
  if (!(probability >= 0 && probability <= 1)) {
    throw new RangeError(
      `A quantile is asked for at a probability from 0 to 1, not ${probability}.`,
    );
  }
  const rank = probability * (ascending.length - 1);
  const below = Math.floor(rank);
  const lower = ascending[below]!;
  const upper = ascending[Math.min(below + 1, ascending.length - 1)]!;
  return lower + (upper - lower) * (rank - below);
}

/** The list in brief. The values may be in any order. Throws `RangeError` for an empty list. */
export function summarize(values: ArrayLike<number> & Iterable<number>): Summary {
  const ascending = Float64Array.from(values).sort();
  return {
    count: ascending.length,
    mean: mean(ascending),
    standardDeviation: standardDeviation(ascending, { of: "sample" }),
    min: quantile(ascending, 0),
    median: quantile(ascending, 0.5),
    max: quantile(ascending, 1),
  };
}

function requireValues(values: ArrayLike<number>, what: string): void {
  if (values.length === 0) throw new RangeError(`An empty list has no ${what}.`);
}
