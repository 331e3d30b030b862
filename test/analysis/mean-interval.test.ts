import { describe, expect, it } from "vitest";
import { meanInterval } from "../../src/analysis/mean-interval.js";
import { standardErrorOfMean } from "../../src/analysis/summary-statistics.js";

describe("the interval of a mean", () => {
  // By R: t.test(c(1, 2, 3, 4, 5))$conf.int is 1.036757 to 4.963243.
  it("is Student's", () => {
    const { count, mean, half } = meanInterval([1, 2, 3, 4, 5]);
    expect([count, mean]).toEqual([5, 3]);
    expect(half).toBeCloseTo(1.963, 3);
  });

  // Student's t at 0.975 by R: qt(0.975, df).
  it.each([
    [1, 12.7062],
    [30, 2.0423],
    [31, 2.0395],
    [39, 2.0227],
    [40, 2.0211],
    [60, 2.0003],
    [119, 1.9801],
    [120, 1.9799],
    [999, 1.9623],
  ])("with %i degrees of freedom is Student's, or up to a hundredth wider", (degrees, exact) => {
    const values = Array.from({ length: degrees + 1 }, (_, i) => i % 2);
    const t = meanInterval(values).half! / standardErrorOfMean(values);
    expect(t).toBeGreaterThanOrEqual(exact - 0.0005);
    expect(t).toBeLessThanOrEqual(exact * 1.011);
  });

  it("says nothing of a single run, and refuses none", () => {
    expect(meanInterval([7])).toEqual({ count: 1, mean: 7, half: null });
    expect(() => meanInterval([])).toThrow(RangeError);
  });
});
