// Attackers as users write them: a protocol of their own for a class of nodes, in a scenario as any other.

import { expect, it } from "vitest";
import { GossipSubBroadcast, defineProtocol } from "../../src/index.js";
import type { GossipSubPublished, Peer } from "../../src/index.js";
import { runText } from "../convergence/trial.js";

/** Wants to be in every mesh, and passes nothing on. */
class Eclipse extends GossipSubBroadcast {
  protected override sendTo(_targets: readonly Peer[], _message: GossipSubPublished): void {
    // Takes, and gives nothing.
  }
}

const eclipse = defineProtocol({
  slot: "broadcast",
  name: "eclipse",
  description: "GossipSub that passes nothing on.",
  usesDatagrams: false,
  shape: {},
  options: () => ({}),
  create: () =>
    new Eclipse({ degree: 100, degreeLow: 100, degreeHigh: 200, peersMin: 100, peersMax: 200 }),
});

function scenario(score: string): string {
  return [
    "name: eclipse",
    "seed: 1",
    "nodes:",
    "  peer: { count: 20 }",
    "  attacker: { count: 20, protocols: { broadcast: { use: eclipse } } }",
    "start: { overlay: random, k: 15 }",
    "phases: { build: 5s, run: 120s, late: 5s }",
    "protocols:",
    "  discovery: { use: cyclon, view: 30, period: 10s }",
    `  broadcast: { use: gossipsub, floodPublish: false${score} }`,
    "network: { latency: 50ms }",
    "workload: [{ do: broadcast, in: run, by: { of: peer }, arrivals: { every: 1s }, bytes: 64 }]",
    "",
  ].join("\n");
}

it("a class of attackers delays messages in a scenario, and less where nodes score", () => {
  const latencyOf = (score: string): number => {
    const { failures, report } = runText(scenario(score), { protocols: [eclipse] });
    expect(failures).toEqual([]);
    return report.broadcasts.latency.meanMicros ?? 0;
  };
  const without = latencyOf("");
  const scored = latencyOf(", score: {}");
  expect(without).toBeGreaterThan(500_000);
  expect(scored).toBeLessThan(0.7 * without);
}, 60_000);
