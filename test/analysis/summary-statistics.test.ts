import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  mean,
  quantile,
  standardDeviation,
  standardErrorOfMean,
  sum,
  summarize,
} from "../../src/analysis/summary-statistics.js";

describe("summary statistics", () => {
  it("agree with Python's statistics module", () => {
    // statistics.mean, pstdev, stdev; numpy.quantile(…, 0.3) of these eight values.
    const values = [3, 1, 4, 1, 5, 9, 2, 6];
    expect(mean(values)).toBe(3.875);
    expect(standardDeviation(values, { of: "population" })).toBeCloseTo(2.5708704751503917, 12);
    expect(standardDeviation(values, { of: "sample" })).toBeCloseTo(2.748376143938713, 12);
    expect(standardErrorOfMean(values)).toBeCloseTo(2.748376143938713 / Math.sqrt(8), 12);
    expect(
      quantile(
        values.toSorted((a, b) => a - b),
        0.3,
      ),
    ).toBeCloseTo(2.1, 12);
  });

  it("sum without losing small values beside large ones", () => {
    expect(sum([1, 1e100, 1, -1e100])).toBe(2);
    expect(sum(new Array<number>(10).fill(0.1))).toBe(1);
  });

  it("take the extremes as the quantiles at 0 and 1, and rise in between", () => {
    // Without the negative zero, which equals the other one and yet is not the same.
    const value = fc
      .double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 })
      .map((number) => number + 0);
    const probability = fc.double({ noNaN: true, min: 0, max: 1 });
    fc.assert(
      fc.property(
        fc.array(value, { minLength: 1 }),
        probability,
        probability,
        (values, first, second) => {
          const ascending = values.toSorted((a, b) => a - b);
          expect(quantile(ascending, 0)).toBe(ascending[0]);
          expect(quantile(ascending, 1)).toBe(ascending.at(-1));
          const [low, high] = first <= second ? [first, second] : [second, first];
          expect(quantile(ascending, low)).toBeLessThanOrEqual(quantile(ascending, high) + 1e-6);
        },
      ),
    );
  });

  it("summarise values in any order, a single one included", () => {
    expect(summarize([3, 1, 2])).toEqual({
      count: 3,
      mean: 2,
      standardDeviation: 1,
      min: 1,
      median: 2,
      max: 3,
    });
    expect(summarize([7])).toMatchObject({ count: 1, mean: 7, standardDeviation: 0, median: 7 });
  });

  it("refuse an empty list and a probability that is none", () => {
    expect(() => mean([])).toThrow(RangeError);
    expect(() => summarize([])).toThrow(RangeError);
    expect(() => quantile([], 0.5)).toThrow(RangeError);
    expect(() => quantile([1], 1.01)).toThrow(RangeError);
    expect(() => quantile([1], NaN)).toThrow(RangeError);
  });
});
