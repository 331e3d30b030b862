// The statistical tests that draws must pass. Limits lie at a chance of one in a million, so that with fixed
// seeds a pass is no luck and a failure no accident.

/** √(−½ ln(α/2)) with α = 10^-6: the Kolmogorov–Smirnov limit in units of 1/√n. */
const KOLMOGOROV_FACTOR = 2.694;

/** The largest distance between a sample's distribution and the uniform one on [0, 1). Sorts the sample. */
export function distanceFromUniform(sample: Float64Array): number {
  sample.sort();
  let distance = 0;
  for (let i = 0; i < sample.length; i++) {
    const value = sample[i]!;
    distance = Math.max(distance, (i + 1) / sample.length - value, value - i / sample.length);
  }
  return distance;
}

/** The largest distance between the distributions of two samples. Sorts both. */
export function kolmogorovDistance(a: Float64Array, b: Float64Array): number {
  a.sort();
  b.sort();
  let distance = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const at = Math.min(a[i]!, b[j]!);
    while (i < a.length && a[i]! <= at) i++;
    while (j < b.length && b[j]! <= at) j++;
    distance = Math.max(distance, Math.abs(i / a.length - j / b.length));
  }
  return distance;
}

/** What distance two samples of these sizes, or one of `count` and a distribution, stay below. */
export function kolmogorovLimit(count: number, otherCount = Infinity): number {
  return KOLMOGOROV_FACTOR * Math.sqrt(1 / count + 1 / otherCount);
}

/** χ² of counts against equal expectation, as standard deviations from its mean (Wilson and Hilferty). */
export function chiSquareDeviation(counts: ArrayLike<number>): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i]!;
  const expected = total / counts.length;
  let chiSquare = 0;
  for (let i = 0; i < counts.length; i++) chiSquare += (counts[i]! - expected) ** 2 / expected;
  const freedom = counts.length - 1;
  const spread = 2 / (9 * freedom);
  return (Math.cbrt(chiSquare / freedom) - (1 - spread)) / Math.sqrt(spread);
}

/** How many standard deviations the correlation of two series of independent numbers lies from zero. */
export function correlationDeviation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const count = a.length;
  let meanA = 0;
  let meanB = 0;
  for (let i = 0; i < count; i++) {
    meanA += a[i]! / count;
    meanB += b[i]! / count;
  }
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < count; i++) {
    product += (a[i]! - meanA) * (b[i]! - meanB);
    squareA += (a[i]! - meanA) ** 2;
    squareB += (b[i]! - meanB) ** 2;
  }
  return (product / Math.sqrt(squareA * squareB)) * Math.sqrt(count);
}

/** Deviations that a sound source passes in all but one of a million tests. */
export const DEVIATION_LIMIT = 4.9;
