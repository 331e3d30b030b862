import { describe, expect, it } from "vitest";
import { runText } from "../convergence/trial.js";

/** Ten nodes, three of which come in after the others, in the middle of the order of indexes. */
function scenario(start: string): string {
  return `
name: drawn
seed: 1
nodes: { front: 3, late: { count: 3, joins: event }, back: 4 }
start: ${start}
phases: { run: 60s }
protocols: { discovery: { use: genesis } }
events: [{ at: 20s, do: join, who: late }]
expect:
  - { name: first, settled: members, within: 15s, hold: 3s }
  - { name: last, settled: members, within: 15s, after: 21s, hold: 10s }
`;
}

describe("a drawn start overlay", () => {
  it.each(["{ overlay: chain }", "{ overlay: star }", "{ overlay: random, k: 2 }"])(
    "links the nodes that are there from the beginning, and lets the others join: %s",
    (start) => {
      // The trial's own watch notices whoever has a node in its view that has not come yet.
      expect(runText(scenario(start)).failures).toEqual([]);
    },
  );

  it("leaves out nodes that churn finds away at the start", () => {
    const text = scenario("{ overlay: chain }").replace(
      "events:",
      `churn: { in: [20s, 30s], nodes: back, session: { exponential: { mean: 5s } },
                downtime: { exponential: { mean: 20s } }, settleBy: 35s }\nevents:`,
    );
    const trial = runText(text.replace("after: 21s", "after: 40s"));
    expect(trial.failures).toEqual([]);
    expect(trial.report.nodes.live).toBe(10);
  });
});

describe("a start overlay in several pieces", () => {
  it("grows together, since every node tries genesis until it answers", () => {
    // One link each leaves these thirty nodes in several pieces.
    const text = `
name: pieces
seed: 1
nodes: 30
start: { overlay: random, k: 1 }
phases: { run: 60s }
protocols: { discovery: { use: genesis } }
expect: [{ settled: members, within: 30s, hold: 20s }]
`;
    expect(runText(text).failures).toEqual([]);
  });
});
