// Card N2: what the rules of loss, jitter and latency draw, over a million messages, is what they promise; and
// no draw depends on another rule, pair or node.

import { describe, expect, it } from "vitest";
import fc from "fast-check";

import { createDistribution } from "../../../src/sim/distributions.js";
import type { DistributionDescription } from "../../../src/sim/distribution.js";
import { normalShareBelow } from "../../../src/sim/distributions/standard-normal.js";
import type { LinkRule } from "../../../src/sim/link-rule.js";
import { ConstantLatency } from "../../../src/sim/rules/constant-latency.js";
import { Duplication } from "../../../src/sim/rules/duplication.js";
import { Loss } from "../../../src/sim/rules/loss.js";
import { MessageLatency } from "../../../src/sim/rules/message-latency.js";
import { PairLatency } from "../../../src/sim/rules/pair-latency.js";
import { ProportionalJitter } from "../../../src/sim/rules/proportional-jitter.js";
import { Reordering } from "../../../src/sim/rules/reordering.js";
import {
  chiSquareDeviation,
  correlationDeviation,
  DEVIATION_LIMIT,
  distanceFromUniform,
  kolmogorovLimit,
} from "../statistics.js";
import { judge } from "./judged.js";

const DRAWS = 1_000_000;
/** A base of 1,000 s, so that rounding to microseconds is far below what a million draws can show. */
const BASE_MICROS = 1e9;

/** A million messages over 1,000 links of 40 nodes or so, each judged; `value` takes what is asked about. */
function series(
  rules: readonly LinkRule[],
  value: (passage: { totalMicros: number; lostReason: string }) => number,
) {
  const judged = judge(rules);
  return Float64Array.from({ length: DRAWS }, (_, i) =>
    value(judged({ source: i % 37, target: 37 + (i % 41), number: Math.floor(i / 1517) })),
  );
}

const base = new ConstantLatency({ name: "base", latencyMicros: BASE_MICROS });

describe("loss over a million messages", () => {
  it.each([0.001, 0.005, 0.1, 0.5])(
    "has the probability %d, evenly over links and time",
    (probability) => {
      const lost = series(
        [new Loss({ name: `loss ${probability}`, probability })],
        ({ lostReason }) => (lostReason === "" ? 0 : 1),
      );
      const total = lost.reduce((sum, one) => sum + one, 0);
      const spread = Math.sqrt(DRAWS * probability * (1 - probability));
      expect(Math.abs(total - DRAWS * probability) / spread).toBeLessThan(DEVIATION_LIMIT);
      const bySource = new Uint32Array(37);
      const byTime = new Uint32Array(100);
      for (let i = 0; i < 37 * 27_027; i++) if (lost[i] === 1) bySource[i % 37]!++;
      for (let i = 0; i < DRAWS; i++) if (lost[i] === 1) byTime[Math.floor(i / 10_000)]!++;
      // Counts of a binomial spread less than χ² supposes by the factor 1 − p, hence the limit on one side.
      expect(chiSquareDeviation(bySource)).toBeLessThan(DEVIATION_LIMIT);
      expect(chiSquareDeviation(byTime)).toBeLessThan(DEVIATION_LIMIT);
      const next = correlationDeviation(lost.subarray(1), lost.subarray(0, -1));
      expect(Math.abs(next)).toBeLessThan(DEVIATION_LIMIT);
    },
  );
});

describe("jitter over a million messages", () => {
  it("is uniform over its share of the base", () => {
    const rule = new ProportionalJitter({ name: "jitter", share: 0.1 });
    const values = series(
      [base, rule],
      ({ totalMicros }) => (totalMicros / BASE_MICROS - 0.9) / 0.2,
    );
    expect(distanceFromUniform(values)).toBeLessThan(kolmogorovLimit(DRAWS));
  });

  it("is normal around the base", () => {
    const rule = new ProportionalJitter({ name: "jitter", share: 0.1, shape: "normal" });
    const values = series([base, rule], ({ totalMicros }) => (totalMicros / BASE_MICROS - 1) / 0.1);
    expect(distanceFromUniform(values.map(normalShareBelow))).toBeLessThan(kolmogorovLimit(DRAWS));
  });
});

describe("latency over a million messages or pairs", () => {
  it.each<readonly [DistributionDescription, (micros: number) => number]>([
    [{ kind: "uniform", minMicros: 1e8, maxMicros: 1e9 }, (micros) => (micros - 1e8) / 9e8],
    [
      { kind: "normal", meanMicros: 1e9, deviationMicros: 1e8 },
      (micros) => normalShareBelow(micros / 1e8 - 10),
    ],
    [
      { kind: "log-normal", medianMicros: 1e9, sigma: 0.4 },
      (micros) => normalShareBelow(Math.log(micros / 1e9) / 0.4),
    ],
    [{ kind: "exponential", meanMicros: 1e9 }, (micros) => 1 - Math.exp(-micros / 1e9)],
  ])("is distributed as %j says", (description, share) => {
    const distribution = createDistribution(description);
    const messages = series(
      [new MessageLatency({ name: "latency", distribution })],
      ({ totalMicros }) => share(totalMicros),
    );
    expect(distanceFromUniform(messages)).toBeLessThan(kolmogorovLimit(DRAWS));
    const judged = judge([new PairLatency({ name: "latency", distribution })]);
    const pairs = new Float64Array(500_500);
    let count = 0;
    for (let target = 1; target <= 1_000; target++) {
      for (let source = 0; source < target; source++) {
        pairs[count++] = share(judged({ source, target }).totalMicros);
      }
    }
    expect(Math.abs(correlationDeviation(pairs.subarray(1), pairs.subarray(0, -1)))).toBeLessThan(
      DEVIATION_LIMIT,
    );
    expect(distanceFromUniform(pairs)).toBeLessThan(kolmogorovLimit(count));
  });
});

describe("draws of several rules", () => {
  const uniform = createDistribution({ kind: "uniform", minMicros: 0, maxMicros: 1e9 });
  const rules: readonly LinkRule[] = [
    new Loss({ name: "loss", probability: 0.3 }),
    new Loss({ name: "more loss", probability: 0.3 }),
    new Duplication({ name: "twice", probability: 0.3 }),
    new MessageLatency({ name: "latency", distribution: uniform }),
    new Reordering({ name: "reorder", probability: 0.3, byMicros: 1e6 }),
  ];

  it("are where they were when any of the others is taken away", () => {
    const journey = fc.record({
      kind: fc.constantFrom("dial" as const, "stream" as const, "datagram" as const),
      source: fc.nat(1_000_000),
      target: fc.nat(1_000_000),
      number: fc.nat(0xfffffffe),
    });
    fc.assert(
      fc.property(journey, fc.subarray([...rules], { minLength: 1 }), (journey, kept) => {
        // Each rule alone tells what it does by itself; together they do the sum of it and nothing else.
        // `judge` makes a passage each, so that none is overwritten by the next.
        const alone = kept.map((rule) => judge([rule])(journey));
        const together = judge(kept)(journey);
        expect(together.lostReason !== "").toBe(alone.some(({ lostReason }) => lostReason !== ""));
        expect(together.copies).toBe(alone.reduce((sum, { copies }) => sum + copies, 0));
        expect(together.totalMicros).toBe(
          alone.reduce((sum, { totalMicros }) => sum + totalMicros, 0),
        );
      }),
      { numRuns: 500, seed: 4 },
    );
  });

  it("are independent between two rules of one kind, between seeds, and between kinds of passage", () => {
    const latency = (name: string, seed: string, kind: "stream" | "datagram"): Float64Array => {
      const judged = judge([new MessageLatency({ name, distribution: uniform })], seed);
      return Float64Array.from(
        { length: 200_000 },
        (_, number) => judged({ kind, number }).totalMicros,
      );
    };
    const one = latency("a", "1", "datagram");
    for (const other of [
      latency("b", "1", "datagram"),
      latency("a", "2", "datagram"),
      latency("a", "1", "stream"),
    ]) {
      expect(Math.abs(correlationDeviation(one, other))).toBeLessThan(DEVIATION_LIMIT);
    }
  });
});
