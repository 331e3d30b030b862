// The stateless draw against what a fair source gives: single draws, neighbouring keys, each bit of its input.
// Inputs are the small counting numbers that runs use, which is where a weak mix shows.

import { describe, expect, it } from "vitest";

import { mixKey, mixUnit } from "../../src/sim/mix.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import {
  chiSquareDeviation,
  correlationDeviation,
  DEVIATION_LIMIT,
  distanceFromUniform,
  kolmogorovLimit,
} from "./statistics.js";

const DRAWS = 1_000_000;
const KEY = mixKey(nodeSha256, 1, "rule/loss");

/** A million draws over 100 sources, 100 targets and 100 messages. */
function grid(draw: (source: number, target: number, message: number) => number): Float64Array {
  const values = new Float64Array(DRAWS);
  let i = 0;
  for (let source = 0; source < 100; source++) {
    for (let target = 0; target < 100; target++) {
      for (let message = 0; message < 100; message++) values[i++] = draw(source, target, message);
    }
  }
  return values;
}

const SERIES: Readonly<Record<string, () => Float64Array>> = {
  "a grid of pairs and messages": () => grid((s, t, m) => mixUnit(KEY, s, t, m, 0)),
  "one link's messages": () =>
    Float64Array.from({ length: DRAWS }, (_, i) => mixUnit(KEY, 3, 4, i, 0)),
  "one message's draws": () =>
    Float64Array.from({ length: DRAWS }, (_, i) => mixUnit(KEY, 3, 4, 5, i)),
  "a million sources": () =>
    Float64Array.from({ length: DRAWS }, (_, i) => mixUnit(KEY, i, 0, 0, 0)),
  "pairs' fixed draws": () =>
    Float64Array.from({ length: DRAWS }, (_, i) =>
      mixUnit(KEY, i % 1000, Math.floor(i / 1000), 0xffffffff, 0),
    ),
  "a key of zeros": () =>
    Float64Array.from({ length: DRAWS }, (_, i) =>
      mixUnit({ high: 0, low: 0 }, 0, i % 1000, 0, Math.floor(i / 1000)),
    ),
};

describe.each(Object.keys(SERIES))("a million draws over %s", (name) => {
  const values = SERIES[name]!();

  it("fill equal parts of [0, 1) equally, by their upper and by their lower bits", () => {
    // 1,024 parts: ten bits, at four places of the 53.
    for (const scale of [1, 2 ** 13, 2 ** 26, 2 ** 43]) {
      const counts = new Uint32Array(1024);
      for (const value of values) counts[Math.floor(((value * scale) % 1) * 1024)]!++;
      // Both ways: counts that are too even are no chance either.
      expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(DEVIATION_LIMIT);
    }
  });

  it("follow one another without pattern", () => {
    const counts = new Uint32Array(100 * 100);
    for (let i = 0; i + 1 < values.length; i += 2) {
      counts[Math.floor(values[i]! * 100) * 100 + Math.floor(values[i + 1]! * 100)]!++;
    }
    expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(DEVIATION_LIMIT);
    for (const lag of [1, 2, 10, 100, 1000, 10_000]) {
      const deviation = correlationDeviation(values.subarray(lag), values.subarray(0, DRAWS - lag));
      expect(Math.abs(deviation)).toBeLessThan(DEVIATION_LIMIT);
    }
  });

  it("are distributed uniformly", () => {
    expect(distanceFromUniform(values.slice())).toBeLessThan(kolmogorovLimit(DRAWS));
  });
});

describe("draws of neighbouring keys", () => {
  const base = grid((s, t, m) => mixUnit(KEY, s, t, m, 0));
  const otherRule = mixKey(nodeSha256, 1, "rule/loss2");
  const otherSeed = mixKey(nodeSha256, 2, "rule/loss");
  const nearHigh = { high: KEY.high ^ 1, low: KEY.low };
  const nearLow = { high: KEY.high, low: KEY.low ^ 1 };
  it.each<readonly [string, (s: number, t: number, m: number) => number]>([
    ["the next source", (s, t, m) => mixUnit(KEY, s + 1, t, m, 0)],
    ["the next target", (s, t, m) => mixUnit(KEY, s, t + 1, m, 0)],
    ["the way back", (s, t, m) => (s === t ? 0.5 : mixUnit(KEY, t, s, m, 0))],
    ["the next message", (s, t, m) => mixUnit(KEY, s, t, m + 1, 0)],
    ["the next draw", (s, t, m) => mixUnit(KEY, s, t, m, 1)],
    ["another kind of passage", (s, t, m) => mixUnit(KEY, s, t, m, 0x10000)],
    ["numbers in other places", (s, t, m) => mixUnit(KEY, m + 100, s, t, 0)],
    ["another rule", (s, t, m) => mixUnit(otherRule, s, t, m, 0)],
    ["another seed", (s, t, m) => mixUnit(otherSeed, s, t, m, 0)],
    ["a key with one bit of its upper half turned", (s, t, m) => mixUnit(nearHigh, s, t, m, 0)],
    ["a key with one bit of its lower half turned", (s, t, m) => mixUnit(nearLow, s, t, m, 0)],
  ])("are independent: %s", (_, draw) => {
    const other = grid(draw);
    expect(Math.abs(correlationDeviation(base, other))).toBeLessThan(DEVIATION_LIMIT);
    // Not only uncorrelated: every combination of a tenth with a tenth is equally likely.
    const counts = new Uint32Array(100);
    for (let i = 0; i < DRAWS; i++) {
      if (other[i] !== 0.5) counts[Math.floor(base[i]! * 10) * 10 + Math.floor(other[i]! * 10)]!++;
    }
    expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(DEVIATION_LIMIT);
  });
});

describe("every bit of the input", () => {
  it("turns every bit of the draw in half of all cases", () => {
    const contexts = 2_000;
    const turned = new Uint32Array(4 * 32 * 53);
    for (let i = 0; i < contexts; i++) {
      const inputs = [i % 50, Math.floor(i / 50), i, i % 3];
      const before = fractionBits(mixUnit(KEY, inputs[0]!, inputs[1]!, inputs[2]!, inputs[3]!));
      for (let bit = 0; bit < 128; bit++) {
        const [a, b, c, d] = inputs.map((input, at) =>
          at === bit >> 5 ? input ^ (1 << (bit & 31)) : input,
        );
        const changed = fractionBits(mixUnit(KEY, a!, b!, c!, d!)) ^ before;
        for (let at = 0; at < 53; at++)
          turned[bit * 53 + at]! += Number((changed >> BigInt(at)) & 1n);
      }
    }
    // 6,784 cells of 2,000 throws each: a fair coin's worst lies within six deviations.
    const worst = turned.reduce((most, count) => Math.max(most, Math.abs(count - contexts / 2)), 0);
    expect(worst / Math.sqrt(contexts / 4)).toBeLessThan(6);
  });
});

function fractionBits(value: number): bigint {
  return BigInt(value * 2 ** 53);
}

describe("a draw", () => {
  it("is what it was when it was written: changing it changes every digest", () => {
    expect([0, 1, 2].map((n) => mixUnit(mixKey(nodeSha256, 42, "loss"), 1, 2, 3, n)))
      .toMatchInlineSnapshot(`
      [
        0.3370035911156487,
        0.1279397239463912,
        0.16066635010545605,
      ]
    `);
  });

  it("takes a seed as number or text alike, and any whole number by its low 32 bits", () => {
    expect(mixKey(nodeSha256, 42, "x")).toEqual(mixKey(nodeSha256, "42", "x"));
    expect(mixUnit(KEY, 2 ** 32 + 5, 0, 0, 0)).toBe(mixUnit(KEY, 5, 0, 0, 0));
  });
});
