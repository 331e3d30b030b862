// What estimators of the network's size come to, with nobody lost, with loss, and when nodes go.

import { describe, expect, it } from "vitest";
import { mean, standardDeviation } from "../../src/analysis/summary-statistics.js";
import { ExtremaSize } from "../../src/protocol/extrema-size.js";
import { GenesisDiscovery } from "../../src/protocol/genesis-discovery.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import { PushSumSize } from "../../src/protocol/push-sum-size.js";
import { SIZE_ESTIMATE } from "../../src/protocol/size-estimator.js";
import type { SizeEstimator } from "../../src/protocol/size-estimator.js";
import type { LinkRule } from "../../src/sim/link-rule.js";
import { Loss } from "../../src/sim/rules/loss.js";
import { range } from "./genesis-network.js";
import { OverlayNetwork, SECOND } from "./overlay-network.js";

interface Trial {
  readonly nodes: number;
  readonly seed?: string;
  readonly rules?: readonly LinkRule[];
  readonly make: () => SizeEstimator;
}

function started({ nodes, seed = "size", rules = [], make }: Trial): OverlayNetwork {
  const network = new OverlayNetwork({
    nodeCount: nodes,
    seed,
    rules,
    protocols: (_index, peers) =>
      new Map<string, Protocol>([
        ["discovery", new GenesisDiscovery({ genesis: peers[0]! })],
        ["size", make()],
      ]),
  });
  network.startAll(range(0, nodes), SECOND / 50);
  return network;
}

/** What the nodes that run hold, from what they observed last. */
function estimates(network: OverlayNetwork): number[] {
  return network.live().map((index) => network.node(index).status().network.sizeEstimate ?? NaN);
}

function settle(network: OverlayNetwork, seconds: number): void {
  network.run(seconds * SECOND);
}

const extrema = (): SizeEstimator => new ExtremaSize({ valueCount: 100, roundsPerEpoch: 15 });
const pushSum = (): SizeEstimator => new PushSumSize({ roundsPerEpoch: 30 });

describe("extrema propagation", () => {
  it("brings all nodes to one estimate, whose deviation is that of its paper", () => {
    const trials = range(0, 12).map((trial) => {
      const network = started({ nodes: 60, seed: `size ${trial}`, make: extrema });
      const areOne = (): boolean =>
        new Set(estimates(network)).size === 1 && estimates(network)[0]! > 0;
      settle(network, 20);
      expect(network.runUntil(areOne, 20 * SECOND)).toBeLessThan(20 * SECOND);
      return estimates(network)[0]! / 60;
    });
    // 1/√98 = 0.101; the mean of twelve lies within three of its standard errors.
    expect(Math.abs(mean(trials) - 1)).toBeLessThan((3 * 0.101) / Math.sqrt(12));
    const deviation = standardDeviation(trials, { of: "sample" });
    expect(deviation).toBeGreaterThan(0.05);
    expect(deviation).toBeLessThan(0.17);
  });

  it("is not moved by loss", () => {
    const lossless = started({ nodes: 60, make: extrema });
    const lossy = started({
      nodes: 60,
      make: extrema,
      rules: [new Loss({ name: "loss", probability: 0.2 })],
    });
    for (const network of [lossless, lossy]) {
      settle(network, 60);
      for (const estimate of estimates(network)) {
        expect(Math.abs(estimate / 60 - 1)).toBeLessThan(0.4);
      }
    }
  });

  it("forgets who is gone when an epoch has passed", () => {
    const network = started({ nodes: 60, make: extrema });
    settle(network, 40);
    const before = mean(estimates(network));
    for (const index of range(20, 60)) network.crash(index);
    settle(network, 60);
    expect(network.live()).toHaveLength(20);
    expect(mean(estimates(network)) / before).toBeLessThan(0.5);
  });

  it("says nothing before an epoch is over, and observes each estimate", () => {
    const network = started({ nodes: 5, make: extrema });
    settle(network, 5);
    expect(estimates(network)).toEqual([NaN, NaN, NaN, NaN, NaN]);
    settle(network, 20);
    const observed = network.observations.filter(({ name }) => name === SIZE_ESTIMATE);
    expect(observed.length).toBeGreaterThanOrEqual(5);
    expect(estimates(network).every((estimate) => estimate > 0)).toBe(true);
  });
});

describe("push-sum", () => {
  it("counts exactly where nobody comes or goes", () => {
    const network = started({ nodes: 60, make: pushSum });
    settle(network, 100);
    for (const estimate of estimates(network)) expect(Math.abs(estimate - 60)).toBeLessThan(0.6);
  });

  it("is moved little by loss, which takes sum and weight alike", () => {
    const rules = [new Loss({ name: "loss", probability: 0.05 })];
    const network = started({ nodes: 60, make: pushSum, rules });
    settle(network, 100);
    for (const estimate of estimates(network))
      expect(Math.abs(estimate / 60 - 1)).toBeLessThan(0.25);
  });

  it("counts itself where it is alone among its connections", () => {
    const network = started({ nodes: 1, make: pushSum });
    settle(network, 70);
    expect(estimates(network)).toEqual([1]);
  });

  it("forgets who is gone when an epoch has passed", () => {
    const network = started({ nodes: 60, make: pushSum });
    settle(network, 70);
    for (const index of range(20, 60)) network.crash(index);
    settle(network, 110);
    for (const estimate of estimates(network)) expect(Math.abs(estimate - 20)).toBeLessThan(2);
  });
});
