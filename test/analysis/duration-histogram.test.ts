import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DurationHistogram } from "../../src/analysis/duration-histogram.js";

function histogramOf(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram();
  for (const duration of durations) histogram.add(duration);
  return histogram;
}

describe("a histogram of durations", () => {
  it("has no quantile of none", () => {
    expect(histogramOf([]).quantile(0.5)).toBeNull();
  });

  it("gives the value of each rank to one part in 256, whatever the durations", () => {
    const duration = fc.oneof(fc.nat(300), fc.nat(1e6), fc.maxSafeNat());
    const durations = fc.array(duration, { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(durations, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const rank = Math.max(1, Math.ceil(share * values.length));
        const exact = [...values].sort((a, b) => a - b)[rank - 1]!;
        const given = histogramOf(values).quantile(share)!;
        expect(Math.abs(given - exact)).toBeLessThanOrEqual(exact < 256 ? 0 : exact / 256);
      }),
    );
  });
});
