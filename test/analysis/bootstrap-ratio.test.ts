import { describe, expect, it } from "vitest";
import { bootstrapRatioOfMedians, judgeRatio } from "../../src/analysis/bootstrap-ratio.js";
import type { RatioInterval } from "../../src/analysis/bootstrap-ratio.js";
import { RandomStreams } from "../../src/sim/random-streams.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";

const OPTIONS = { confidence: 0.9, resampleCount: 1000 };

function drawOf(name: string): () => number {
  const stream = new RandomStreams({ seed: 1, sha256: nodeSha256 }).stream(name);
  return () => stream.unit();
}

/** So many figures around a middle, uniform by a tenth either way. */
function figuresAround(middle: number, count: number, draw: () => number): number[] {
  return Array.from({ length: count }, () => middle * (0.9 + 0.2 * draw()));
}

function compare(ratio: number, count: number, name: string): RatioInterval {
  const draw = drawOf(name);
  const reference = figuresAround(1, count, draw);
  return bootstrapRatioOfMedians(figuresAround(ratio, count, draw), reference, {
    ...OPTIONS,
    draw,
  });
}

describe("the ratio of medians", () => {
  it("is exact for figures that do not differ", () => {
    const interval = bootstrapRatioOfMedians([3, 3, 3], [2, 2], {
      ...OPTIONS,
      draw: drawOf("same"),
    });
    expect(interval).toEqual({ ratio: 1.5, low: 1.5, high: 1.5 });
  });

  it("is the same for the same runs and the same stream", () => {
    expect(compare(1.02, 20, "again")).toEqual(compare(1.02, 20, "again"));
  });

  it("lies in its interval nine times of ten", () => {
    // 200 comparisons of 25 runs each: 180 are expected, and fewer than 160 would be five deviations off.
    let held = 0;
    for (let i = 0; i < 200; i++) {
      const { low, high } = compare(1, 25, `coverage/${i}`);
      if (low <= 1 && 1 <= high) held++;
    }
    expect(held).toBeGreaterThan(160);
    expect(held).toBeLessThan(200);
  });

  it("refuses worlds without runs, and a reference of zero", () => {
    const draw = drawOf("none");
    expect(() => bootstrapRatioOfMedians([], [1], { ...OPTIONS, draw })).toThrow(RangeError);
    expect(() => bootstrapRatioOfMedians([1], [0], { ...OPTIONS, draw })).toThrow(RangeError);
  });
});

describe("the verdict on a ratio", () => {
  const bounds = { lowest: 0.9, highest: 1.1 };

  it("is equal within the bounds, different outside, inconclusive over one of them", () => {
    expect(judgeRatio({ ratio: 1, low: 0.9, high: 1.1 }, bounds)).toBe("equal");
    expect(judgeRatio({ ratio: 1.2, low: 1.101, high: 1.3 }, bounds)).toBe("different");
    expect(judgeRatio({ ratio: 0.8, low: 0.7, high: 0.899 }, bounds)).toBe("different");
    expect(judgeRatio({ ratio: 1, low: 0.85, high: 1.05 }, bounds)).toBe("inconclusive");
    expect(judgeRatio({ ratio: 1, low: 0.5, high: 2 }, bounds)).toBe("inconclusive");
  });

  it("finds a difference of a quarter in a few dozen runs", () => {
    expect(judgeRatio(compare(1.25, 30, "quarter"), bounds)).toBe("different");
    expect(judgeRatio(compare(1, 30, "alike"), bounds)).toBe("equal");
  });
});
