// What each rule does to a passage, and to which it does nothing.

import { describe, expect, it } from "vitest";

import { createDistribution } from "../../../src/sim/distributions.js";
import type { LinkRule } from "../../../src/sim/link-rule.js";
import type { PassageKind } from "../../../src/sim/passage.js";
import { AWS_LATENCIES, AWS_REGIONS } from "../../../src/sim/rules/aws-regions.js";
import { ConstantLatency } from "../../../src/sim/rules/constant-latency.js";
import { Corruption } from "../../../src/sim/rules/corruption.js";
import { DrawnJitter } from "../../../src/sim/rules/drawn-jitter.js";
import { Duplication } from "../../../src/sim/rules/duplication.js";
import { Hold } from "../../../src/sim/rules/hold.js";
import { parseLatencyMatrix } from "../../../src/sim/rules/latency-matrix-text.js";
import { Loss } from "../../../src/sim/rules/loss.js";
import { MessageLatency } from "../../../src/sim/rules/message-latency.js";
import { NodeMatrixLatency } from "../../../src/sim/rules/node-matrix-latency.js";
import { PairLatency } from "../../../src/sim/rules/pair-latency.js";
import { NO_GROUP, Partition } from "../../../src/sim/rules/partition.js";
import { ProportionalJitter } from "../../../src/sim/rules/proportional-jitter.js";
import { RegionLatency } from "../../../src/sim/rules/region-latency.js";
import { Reordering } from "../../../src/sim/rules/reordering.js";
import { ScopedRule } from "../../../src/sim/rules/scoped-rule.js";
import { Undialable } from "../../../src/sim/rules/undialable.js";
import { judge } from "./judged.js";

const KINDS: readonly PassageKind[] = ["dial", "stream", "datagram"];
const UNIFORM = createDistribution({ kind: "uniform", minMicros: 10_000, maxMicros: 100_000 });

describe("base latencies", () => {
  it("are constant for every message", () => {
    const judged = judge([new ConstantLatency({ name: "l", latencyMicros: 50_000 })]);
    expect(judged({ number: 1 }).totalMicros).toBe(50_000);
    expect(judged({ source: 7, target: 3, kind: "dial" }).totalMicros).toBe(50_000);
  });

  it("are drawn once for a pair, the same for all its messages, kinds and both directions", () => {
    const judged = judge([new PairLatency({ name: "l", distribution: UNIFORM })]);
    const ofPair = judged({ source: 4, target: 9 }).totalMicros;
    for (const kind of KINDS) {
      expect(judged({ source: 9, target: 4, number: 77, kind }).totalMicros).toBe(ofPair);
    }
    expect(judged({ source: 4, target: 10 }).totalMicros).not.toBe(ofPair);
    expect(ofPair).toBeGreaterThanOrEqual(10_000);
    expect(ofPair).toBeLessThanOrEqual(100_000);
  });

  it("are drawn anew for each message where that is asked for", () => {
    const judged = judge([new MessageLatency({ name: "l", distribution: UNIFORM })]);
    const seen = new Set(
      Array.from({ length: 100 }, (_, number) => judged({ number }).totalMicros),
    );
    expect(seen.size).toBeGreaterThan(90);
  });

  it("are whole and never negative, whatever the distribution", () => {
    const wide = createDistribution({ kind: "normal", meanMicros: 1_000, deviationMicros: 5_000 });
    const judged = judge([new MessageLatency({ name: "l", distribution: wide })]);
    for (let number = 0; number < 1_000; number++) {
      const { totalMicros } = judged({ number });
      expect(Number.isInteger(totalMicros) && totalMicros >= 0).toBe(true);
    }
  });

  it("come from the regions of the two ends", () => {
    const regionOf = Uint8Array.of(
      AWS_REGIONS.indexOf("Tokyo"),
      AWS_REGIONS.indexOf("Seoul"),
      2,
      2,
    );
    const judged = judge([new RegionLatency({ name: "l", matrix: AWS_LATENCIES, regionOf })]);
    expect(judged({ source: 0, target: 1 }).totalMicros).toBe(17_500);
    expect(judged({ source: 1, target: 0 }).totalMicros).toBe(17_500);
    expect(judged({ source: 2, target: 3 }).totalMicros).toBe(500);
    expect(() => judged({ source: 0, target: 4 })).toThrow(RangeError);
    expect(
      () => new RegionLatency({ name: "l", matrix: AWS_LATENCIES, regionOf: Uint8Array.of(0, 11) }),
    ).toThrow(/node 1 is in region 11/);
  });

  it("come from the user's matrix of hosts, node by node and each way by itself", () => {
    const matrix = parseLatencyMatrix("1 2 10000\n2 1 20000\n1 3 30000\n2 3 40001\n", "king");
    const judged = judge([new NodeMatrixLatency({ name: "l", matrix, nodeCount: 3 })]);
    expect(judged({ source: 0, target: 1 }).totalMicros).toBe(5_000);
    expect(judged({ source: 1, target: 0 }).totalMicros).toBe(10_000);
    // Rounded once, up from the half.
    expect(judged({ source: 2, target: 1 }).totalMicros).toBe(20_001);
    expect(() => new NodeMatrixLatency({ name: "l", matrix, nodeCount: 4 })).toThrow(/4 nodes/);
  });
});

describe("jitter", () => {
  const base = new ConstantLatency({ name: "l", latencyMicros: 10_000 });

  it("varies each message by at most its share of the base, both ways", () => {
    const judged = judge([base, new ProportionalJitter({ name: "j", share: 0.1 })]);
    const totals = Array.from({ length: 5_000 }, (_, number) => judged({ number }).totalMicros);
    expect(Math.min(...totals)).toBeGreaterThanOrEqual(9_000);
    expect(Math.min(...totals)).toBeLessThan(9_010);
    expect(Math.max(...totals)).toBeLessThanOrEqual(11_000);
    expect(Math.max(...totals)).toBeGreaterThan(10_990);
  });

  it("only ever adds where it is half-normal, and never makes a time negative where it is normal", () => {
    const added = judge([
      base,
      new ProportionalJitter({ name: "j", share: 0.5, shape: "half-normal" }),
    ]);
    const around = judge([base, new ProportionalJitter({ name: "j", share: 1, shape: "normal" })]);
    let zeros = 0;
    for (let number = 0; number < 5_000; number++) {
      expect(added({ number }).totalMicros).toBeGreaterThanOrEqual(10_000);
      const { totalMicros } = around({ number });
      expect(totalMicros).toBeGreaterThanOrEqual(0);
      if (totalMicros === 0) zeros++;
    }
    // One deviation is the whole base, so 16 % would have been negative.
    expect(zeros / 5_000).toBeCloseTo(0.159, 1);
  });

  it("adds a time of its own that the base has nothing to do with", () => {
    const judged = judge([base, new DrawnJitter({ name: "j", distribution: UNIFORM })]);
    const { baseMicros, totalMicros } = judged();
    expect(baseMicros).toBe(10_000);
    expect(totalMicros - baseMicros).toBeGreaterThanOrEqual(10_000);
  });
});

describe("faults at random", () => {
  it("strike never with probability 0 and always with 1", () => {
    const never = judge([
      new Loss({ name: "a", probability: 0 }),
      new Duplication({ name: "b", probability: 0 }),
      new Corruption({ name: "c", probability: 0 }),
      new Reordering({ name: "d", probability: 0, byMicros: 1_000 }),
    ]);
    const always = judge([
      new Loss({ name: "a", probability: 1 }),
      new Duplication({ name: "b", probability: 1 }),
      new Corruption({ name: "c", probability: 1 }),
    ]);
    for (let number = 0; number < 1_000; number++) {
      const spared = never({ number });
      expect([spared.lostReason, spared.copies, spared.isCorrupt, spared.totalMicros]).toEqual([
        "",
        0,
        false,
        0,
      ]);
      const struck = always({ number });
      expect([struck.lostReason, struck.copies, struck.isCorrupt]).toEqual(["loss", 1, true]);
    }
  });

  it("leave dials and streams alone where they are about datagrams, and say so", () => {
    const rules = [
      new Duplication({ name: "b", probability: 1 }),
      new Corruption({ name: "c", probability: 1 }),
      new Reordering({ name: "d", probability: 1, byMicros: 1_000 }),
    ];
    for (const rule of rules) expect(rule.kinds).toEqual(["datagram"]);
    for (const kind of ["dial", "stream"] as const) {
      const passage = judge(rules)({ kind });
      expect([passage.copies, passage.isCorrupt, passage.totalMicros]).toEqual([0, false, 0]);
    }
  });

  it("lose messages of every kind, since what a stream makes of a loss is the stream's affair", () => {
    for (const kind of KINDS) {
      expect(judge([new Loss({ name: "a", probability: 1 })])({ kind }).lostReason).toBe("loss");
    }
  });

  it("hold datagrams back by up to the given time", () => {
    const judged = judge([new Reordering({ name: "r", probability: 0.5, byMicros: 1_000 })]);
    const totals = Array.from({ length: 4_000 }, (_, number) => judged({ number }).totalMicros);
    const heldBack = totals.filter((total) => total > 0);
    expect(heldBack.length / totals.length).toBeCloseTo(0.5, 1);
    expect(Math.max(...totals)).toBeLessThanOrEqual(1_000);
    expect(Math.max(...totals)).toBeGreaterThan(990);
    expect(heldBack.reduce((sum, total) => sum + total) / heldBack.length / 500).toBeCloseTo(1, 1);
  });
});

describe("reachability", () => {
  const groupOf = Uint16Array.of(0, 0, 1, NO_GROUP);

  it("cuts groups apart in both directions, and nobody else", () => {
    const judged = judge([new Partition({ name: "p", groupOf })]);
    expect(judged({ source: 0, target: 2 }).lostReason).toBe("partition");
    expect(judged({ source: 2, target: 1 }).lostReason).toBe("partition");
    expect(judged({ source: 0, target: 1 }).lostReason).toBe("");
    expect(judged({ source: 3, target: 2 }).lostReason).toBe("");
    expect(judged({ source: 0, target: 3 }).lostReason).toBe("");
    expect(judged({ source: 0, target: 4 }).lostReason).toBe("");
    for (const kind of KINDS)
      expect(judged({ source: 0, target: 2, kind }).lostReason).toBe("partition");
  });

  it("cuts later groups off from earlier ones only, where it is one-way", () => {
    const judged = judge([new Partition({ name: "p", groupOf, oneWay: true })]);
    expect(judged({ source: 2, target: 0 }).lostReason).toBe("partition");
    expect(judged({ source: 0, target: 2 }).lostReason).toBe("");
  });

  it("refuses dials to undialable peers and nothing else", () => {
    const rule = new Undialable({ name: "nat", isUndialable: Uint8Array.of(0, 1) });
    const judged = judge([rule]);
    expect(rule.kinds).toEqual(["dial"]);
    expect(judged({ kind: "dial", target: 1 }).lostReason).toBe("undialable");
    expect(judged({ kind: "dial", source: 1, target: 0 }).lostReason).toBe("");
    expect(judged({ kind: "dial", target: 2 }).lostReason).toBe("");
    expect(judged({ kind: "stream", target: 1 }).lostReason).toBe("");
    expect(judged({ kind: "datagram", target: 1 }).lostReason).toBe("");
  });

  it("holds messages back under the hold's name, the first hold by order keeping them", () => {
    const passage = judge([new Hold({ name: "acks" }), new Hold({ name: "all" })])();
    expect(passage.heldBy).toBe("acks");
    expect(passage.lostReason).toBe("");
  });

  it("gives the first reason of several", () => {
    const passage = judge([
      new Partition({ name: "p", groupOf }),
      new Loss({ name: "l", probability: 1 }),
    ])({
      target: 2,
    });
    expect(passage.lostReason).toBe("partition");
  });
});

describe("a scope", () => {
  const ONLY_0 = Uint8Array.of(1, 0, 0);
  const ONLY_1 = Uint8Array.of(0, 1, 0);
  const loss = new Loss({ name: "l", probability: 1 });

  function lost(rule: LinkRule): string[] {
    const judged = judge([rule]);
    const pairs: string[] = [];
    for (let source = 0; source < 4; source++) {
      for (let target = 0; target < 4; target++) {
        if (source !== target && judged({ source, target }).lostReason !== "")
          pairs.push(`${source}>${target}`);
      }
    }
    return pairs;
  }

  it("limits a rule by source, by target, by both, and both ways", () => {
    expect(lost(new ScopedRule({ rule: loss, sources: ONLY_0 }))).toEqual(["0>1", "0>2", "0>3"]);
    expect(lost(new ScopedRule({ rule: loss, targets: ONLY_1 }))).toEqual(["0>1", "2>1", "3>1"]);
    expect(lost(new ScopedRule({ rule: loss, sources: ONLY_0, targets: ONLY_1 }))).toEqual(["0>1"]);
    expect(
      lost(new ScopedRule({ rule: loss, sources: ONLY_0, targets: ONLY_1, bothWays: true })),
    ).toEqual(["0>1", "1>0"]);
    expect(lost(new ScopedRule({ rule: loss }))).toHaveLength(12);
  });

  it("leaves name, stage, kinds and draws of the rule as they are", () => {
    const rule = new Duplication({ name: "d", probability: 0.5 });
    const scoped = new ScopedRule({ rule, sources: ONLY_0 });
    expect([scoped.name, scoped.stage, scoped.kinds]).toEqual(["d", "duplication", ["datagram"]]);
    const [plain, limited] = [judge([rule]), judge([scoped])];
    for (let number = 0; number < 200; number++) {
      expect(limited({ number }).copies).toBe(plain({ number }).copies);
    }
  });

  it("refuses a base latency, which every link needs", () => {
    const rule = new ConstantLatency({ name: "l", latencyMicros: 1 });
    expect(() => new ScopedRule({ rule, sources: ONLY_0 })).toThrow(RangeError);
  });
});

describe("options that make no sense", () => {
  it.each<readonly [string, () => LinkRule]>([
    ["-1", () => new ConstantLatency({ name: "x", latencyMicros: -1 })],
    ["NaN", () => new ConstantLatency({ name: "x", latencyMicros: NaN })],
    ["1.1", () => new Loss({ name: "x", probability: 1.1 })],
    ["-0.1", () => new Duplication({ name: "x", probability: -0.1 })],
    ["50", () => new Corruption({ name: "x", probability: 50 })],
    ["NaN", () => new Reordering({ name: "x", probability: NaN, byMicros: 1 })],
    ["-5", () => new Reordering({ name: "x", probability: 1, byMicros: -5 })],
    ["10", () => new ProportionalJitter({ name: "x", share: 10 })],
  ])("are refused, naming the value %s", (value, make) => {
    expect(make).toThrow(RangeError);
    expect(make).toThrow(value);
  });
});
