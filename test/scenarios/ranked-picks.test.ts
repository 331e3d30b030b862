import { describe, expect, it } from "vitest";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { RANKED_NODES_MAX, RankedPicks } from "../../src/scenarios/ranked-picks.js";
import { mixKey } from "../../src/sim/mix.js";

const OUT_DEGREE = 5;

function picksAmong(nodes: readonly number[]): RankedPicks {
  const key = mixKey(nodeSha256, 1, "start/random");
  return new RankedPicks({ nodes, key, nameOf: (node) => `home-${node}` });
}

function indexes(count: number): number[] {
  return Array.from({ length: count }, (_, i) => i);
}

describe.each([
  ["few", 400],
  ["many", RANKED_NODES_MAX + 1000],
])("random picks among %s nodes", (_, nodeCount) => {
  const nodes = indexes(nodeCount);
  const picks = picksAmong(nodes);

  it("are distinct others", () => {
    for (const node of nodes) {
      const chosen = new Set(picks.of(node, OUT_DEGREE));
      expect(chosen.size).toBe(OUT_DEGREE);
      expect(chosen.has(node)).toBe(false);
    }
  });

  it("fall on all alike", () => {
    const inDegree = new Float64Array(nodeCount);
    for (const node of nodes) for (const other of picks.of(node, OUT_DEGREE)) inDegree[other]!++;
    // The in-degree is binomial: its variance is about its mean. Four deviations of the estimate.
    const variance = inDegree.reduce((sum, d) => sum + (d - OUT_DEGREE) ** 2, 0) / nodeCount;
    expect(Math.abs(variance / OUT_DEGREE - 1)).toBeLessThan(4 * Math.sqrt(2.2 / nodeCount));
  });

  it("stay where they were when a node is left out, but for those that fell on it", () => {
    const left = 7;
    const fewer = picksAmong(nodes.filter((node) => node !== left));
    let kept = 0;
    for (const node of nodes) {
      if (node === left) continue;
      const before = picks.of(node, OUT_DEGREE);
      const after = fewer.of(node, OUT_DEGREE);
      const same = before.filter((other) => after.includes(other)).length;
      if (same === OUT_DEGREE) kept++;
      // One pick falls on the next one; a neighbour of its cell may take the seat.
      else expect(same).toBeGreaterThanOrEqual(OUT_DEGREE - 2);
    }
    // About five nodes had picked it, and as many a neighbour of its cell.
    expect(nodeCount - 1 - kept).toBeLessThan(40);
    expect(nodeCount - 1 - kept).toBeGreaterThan(0);
  });
});

describe("random picks of as many as there are", () => {
  it("are all others", () => {
    expect(
      picksAmong(indexes(4))
        .of(2, 9)
        .toSorted((a, b) => a - b),
    ).toEqual([0, 1, 3]);
  });
});
