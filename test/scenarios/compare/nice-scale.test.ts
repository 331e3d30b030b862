import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { niceScale } from "../../../src/scenarios/compare/nice-scale.js";

/** Thousandths up to a thousand: what measures are, in the units that are shown. */
const numbers = fc.array(
  fc.integer({ min: -1_000_000, max: 1_000_000 }).map((thousandths) => thousandths / 1000),
  { minLength: 1, maxLength: 20 },
);

describe("the scale of an axis", () => {
  it("holds all numbers between few round ticks", () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const { low, high, ticks } = niceScale(values);
        const slack = (high - low) * 1e-9;
        expect(low).toBeLessThanOrEqual(Math.min(...values) + slack);
        expect(high).toBeGreaterThanOrEqual(Math.max(...values) - slack);
        expect(high).toBeGreaterThan(low);
        expect(ticks.length).toBeLessThanOrEqual(14);
      }),
      { seed: 5, numRuns: 500 },
    );
  });

  it("is round", () => {
    expect(niceScale([0.12, 0.98]).ticks.map(({ text }) => text)).toEqual([
      ...["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"],
    ]);
    expect(niceScale([3, 3])).toMatchObject({ low: 2.2, ticks: { length: 9 } });
  });
});
