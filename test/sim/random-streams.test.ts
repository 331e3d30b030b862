import { describe, expect, it } from "vitest";
import fc from "fast-check";

import type { PlainData } from "../../src/sim/plain-data.js";
import { RandomStreams } from "../../src/sim/random-streams.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import {
  chiSquareDeviation,
  correlationDeviation,
  DEVIATION_LIMIT,
  distanceFromUniform,
  kolmogorovLimit,
} from "./statistics.js";

function streamsOf(seed: string | number): RandomStreams {
  return new RandomStreams({ seed, sha256: nodeSha256 });
}

describe("named streams", () => {
  it("give what they gave when they were written: changing them changes every digest", () => {
    const stream = streamsOf(42).stream("node/17/discovery");
    expect([stream.unit(), stream.unit(), stream.integer(1000), stream.integer(2 ** 40)])
      .toMatchInlineSnapshot(`
      [
        0.054676331657241284,
        0.8875708201911557,
        639,
        449896476883,
      ]
    `);
    expect(stream.sample(["a", "b", "c", "d", "e", "f"], 4)).toMatchInlineSnapshot(`
      [
        "f",
        "b",
        "a",
        "d",
      ]
    `);
    expect(streamsOf("other seed").stream("churn").unit()).toMatchInlineSnapshot(
      `0.5406380384050417`,
    );
  });

  it("do not depend on which other streams exist, or on how much those were used", () => {
    const alone = streamsOf(1).stream("churn");
    const streams = streamsOf(1);
    streams.stream("workload").unit();
    const among = streams.stream("churn");
    for (let i = 0; i < 100; i++) {
      streams.stream(`node/${i}`).integer(7);
      expect(among.unit()).toBe(alone.unit());
    }
  });

  it("are one object for each name, and take a seed as number or text alike", () => {
    const streams = streamsOf(42);
    expect(streams.stream("a")).toBe(streams.stream("a"));
    expect(streamsOf("42").stream("a").unit()).toBe(streamsOf(42).stream("a").unit());
  });

  it("keep seed and name apart, so that moving a character from one to the other is another stream", () => {
    expect(streamsOf("1\nx").stream("y").unit()).not.toBe(streamsOf("1").stream("x\ny").unit());
  });

  it.each([
    ["neighbouring names", [1, "node/1"], [1, "node/2"]],
    ["neighbouring seeds", [1, "churn"], [2, "churn"]],
  ] as const)("are independent for %s", (_, [seedA, nameA], [seedB, nameB]) => {
    const a = streamsOf(seedA).stream(nameA);
    const b = streamsOf(seedB).stream(nameB);
    const count = 200_000;
    const fromA = Float64Array.from({ length: count }, () => a.unit());
    const fromB = Float64Array.from({ length: count }, () => b.unit());
    expect(Math.abs(correlationDeviation(fromA, fromB))).toBeLessThan(DEVIATION_LIMIT);
  });

  it("begin independently: the first draws of 100,000 streams are uniform", () => {
    const streams = streamsOf(5);
    const firsts = Float64Array.from({ length: 100_000 }, (_, i) =>
      streams.stream(`node/${i}`).unit(),
    );
    expect(Math.abs(correlationDeviation(firsts.subarray(1), firsts.subarray(0, -1)))).toBeLessThan(
      DEVIATION_LIMIT,
    );
    expect(distanceFromUniform(firsts)).toBeLessThan(kolmogorovLimit(firsts.length));
  });
});

describe("a snapshot of the streams", () => {
  it("continues every stream where it was, also in other streams and after passing through text", () => {
    const streams = streamsOf(7);
    const names = ["churn", "17", "node/3/discovery", "__proto__"];
    for (const name of names) streams.stream(name).integer(99);
    const snapshot = JSON.parse(JSON.stringify(streams.snapshot())) as PlainData;
    const expected = names.map((name) => streams.stream(name).unit());
    const restored = streamsOf(7);
    restored.restore(snapshot);
    expect(restored.snapshot()).toEqual(snapshot);
    expect(names.map((name) => restored.stream(name).unit())).toEqual(expected);
  });

  it("puts streams already handed out back, and lets those it does not know start anew", () => {
    const streams = streamsOf(7);
    const known = streams.stream("known");
    const snapshot = streams.snapshot();
    const later = streams.stream("later");
    const before = [known.unit(), later.unit()];
    streams.restore(snapshot);
    expect([known.unit(), later.unit()]).toEqual(before);
    expect(streams.stream("later")).toBe(later);
  });

  it("is refused when it is none", () => {
    for (const data of [
      null,
      5,
      "x",
      [["a", 1, 2, 3]],
      [["a", 1, 2, 3, 0.5]],
      [[1, 1, 2, 3, 4]],
      [7],
    ]) {
      expect(() => {
        streamsOf(1).restore(data);
      }).toThrow(RangeError);
    }
  });
});

describe("a stream", () => {
  const stream = streamsOf("properties").stream("any");

  it("draws floats in [0, 1) that are uniform in their upper and in their lower bits", () => {
    const values = Float64Array.from({ length: 1_000_000 }, () => stream.unit());
    for (const scale of [1, 2 ** 43]) {
      const counts = new Uint32Array(1024);
      for (const value of values) counts[Math.floor(((value * scale) % 1) * 1024)]!++;
      expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(DEVIATION_LIMIT);
    }
    expect(distanceFromUniform(values)).toBeLessThan(kolmogorovLimit(values.length));
  });

  it("draws whole numbers below any bound", () => {
    const bound = fc.oneof(
      fc.integer({ min: 1, max: 100 }),
      fc.integer({ min: 1, max: 2 ** 32 }),
      fc.integer({ min: 2 ** 32 - 2, max: 2 ** 32 + 2 }),
      fc.maxSafeNat().map((n) => n + 1),
    );
    fc.assert(
      fc.property(bound, (bound) => {
        const drawn = stream.integer(bound);
        return Number.isSafeInteger(drawn) && drawn >= 0 && drawn < bound;
      }),
      { numRuns: 5_000, seed: 2 },
    );
  });

  // 3·2^30 is where scaling without rejection makes every third number twice as likely; 3·2^51 likewise.
  it.each([
    2,
    3,
    7,
    1000,
    2 ** 21,
    2 ** 21 + 1,
    3 * 2 ** 30,
    2 ** 32,
    2 ** 32 + 1,
    3 * 2 ** 51,
    2 ** 53,
  ])("draws whole numbers below %d with equal chance", (bound) => {
    const parts = Math.min(bound, 1000);
    const counts = new Uint32Array(parts);
    const remainders = new Uint32Array(3);
    for (let i = 0; i < 300_000; i++) {
      const drawn = stream.integer(bound);
      counts[Math.floor((drawn / bound) * parts)]!++;
      remainders[drawn % 3]!++;
    }
    expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(DEVIATION_LIMIT);
    if (bound > 1000 || bound % 3 === 0) {
      expect(Math.abs(chiSquareDeviation(remainders))).toBeLessThan(DEVIATION_LIMIT);
    }
  });

  it("refuses bounds, probabilities and counts that make no sense", () => {
    for (const bound of [0, -1, 1.5, NaN, Infinity, 2 ** 53 + 2]) {
      expect(() => stream.integer(bound)).toThrow(RangeError);
    }
    for (const probability of [-0.1, 1.1, NaN])
      expect(() => stream.chance(probability)).toThrow(RangeError);
    expect(() => stream.pick([])).toThrow(RangeError);
    expect(() => stream.sample([1], -1)).toThrow(RangeError);
    expect(() => stream.sample([1], NaN)).toThrow(RangeError);
    expect(stream.integer(1)).toBe(0);
  });

  it("samples distinct elements in random order and leaves the list as it was", () => {
    const from = Object.freeze([10, 20, 30, 40]);
    const orders = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const sample = stream.sample(from, 3);
      expect(new Set(sample).size).toBe(3);
      const order = sample.join(" ");
      orders.set(order, (orders.get(order) ?? 0) + 1);
    }
    expect(orders.size).toBe(24);
    expect(Math.abs(chiSquareDeviation([...orders.values()]))).toBeLessThan(DEVIATION_LIMIT);
    expect(stream.sample(from, 9).sort((a, b) => a - b)).toEqual([10, 20, 30, 40]);
    expect(stream.sample(from, 0)).toEqual([]);
  });

  it("picks each element equally often, and happens with its probability", () => {
    const counts = new Uint32Array(5);
    let happened = 0;
    for (let i = 0; i < 100_000; i++) {
      counts[stream.pick([0, 1, 2, 3, 4])]!++;
      if (stream.chance(0.25)) happened++;
    }
    expect(Math.abs(chiSquareDeviation(counts))).toBeLessThan(DEVIATION_LIMIT);
    expect(Math.abs(happened - 25_000) / Math.sqrt(100_000 * 0.25 * 0.75)).toBeLessThan(
      DEVIATION_LIMIT,
    );
    expect(stream.chance(0)).toBe(false);
    expect(stream.chance(1)).toBe(true);
  });
});
