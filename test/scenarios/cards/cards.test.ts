// The validation cards at a size that takes seconds. Their bands hold for ten thousand nodes, so these have bands of
// their own: what arithmetic says of the smaller network, or wide ones around what a random graph of its size has.

import { describe, expect, it } from "vitest";
import { runCards } from "../../../src/cli/validate-cards.js";
import { CARD_EXPERIMENTS } from "../../../src/scenarios/cards/all-cards.js";
import { runExperiment } from "../../../src/scenarios/cards/card.js";
import type {
  CardExperiment,
  CardSettings,
  Measure,
  Measurements,
} from "../../../src/scenarios/cards/card.js";
import {
  chordCrashExperiment,
  chordHopsExperiment,
} from "../../../src/scenarios/cards/chord-card.js";
import {
  cyclonChainExperiment,
  cyclonExperiment,
} from "../../../src/scenarios/cards/cyclon-card.js";
import {
  gossipsubGossipExperiment,
  gossipsubMeshExperiment,
} from "../../../src/scenarios/cards/gossipsub-card.js";
import { hyparviewAblationExperiment } from "../../../src/scenarios/cards/hyparview-ablation-card.js";
import { hyparviewFailuresExperiment } from "../../../src/scenarios/cards/hyparview-failures-card.js";
import { hyparviewOverlayExperiment } from "../../../src/scenarios/cards/hyparview-overlay-card.js";
import { kademliaExperiment } from "../../../src/scenarios/cards/kademlia-card.js";
import {
  lifeguardExperiment,
  memberlistTablesExperiment,
} from "../../../src/scenarios/cards/lifeguard-card.js";
import { peerSamplingExperiment } from "../../../src/scenarios/cards/peer-sampling-card.js";
import { plumtreeExperiment } from "../../../src/scenarios/cards/plumtree-card.js";
import {
  expectedFalsePositives,
  falsePositiveRate,
  swimDetectionExperiment,
  swimMessagesExperiment,
} from "../../../src/scenarios/cards/swim-card.js";
import { vivaldiExperiment } from "../../../src/scenarios/cards/vivaldi-card.js";
import { nodePlatform } from "../../../src/scenarios/node-platform.js";
import { runProgram } from "../../support/built-program.js";

/** Measures on this thread. */
const measureHere: Measure = (experiment, settings, seed) =>
  Promise.resolve(experiment.measure(settings, seed, nodePlatform));

function measured(
  { defaults, measure }: CardExperiment,
  settings: CardSettings,
  seed = 1,
): Measurements {
  return measure({ ...defaults, ...settings }, seed, nodePlatform);
}

describe("HyParView, in small", () => {
  it("fills active views with symmetric links that are as short as a random graph's", () => {
    const settings = { nodes: 300, cycles: 15, broadcasts: 5 };
    const { fullShare, reciprocity, path, hops } = measured(hyparviewOverlayExperiment, settings);
    expect(fullShare).toBeGreaterThanOrEqual(0.99);
    expect(reciprocity).toBe(1);
    // Trees of branching 4: a node of degree 5 has 5, 20, 80 and the other 194 nodes at 1, 2, 3 and 4 hops at best.
    const bestPath = (5 + 2 * 20 + 3 * 80 + 4 * 194) / 299;
    expect(path).toBeGreaterThan(bestPath);
    expect(path).toBeLessThan(1.2 * bestPath);
    expect(hops).toBeGreaterThanOrEqual(4);
    expect(hops).toBeLessThan(8);
  });

  it("reaches everyone again at once after massive crashes, thanks to link-down events", () => {
    const settings = { nodes: 300, cycles: 10, broadcasts: 5 };
    const measurements = measured(hyparviewFailuresExperiment, settings);
    for (const percent of [10, 20, 30, 40, 50, 60, 70]) {
      expect(measurements[`reliability${percent}`], `${percent} %`).toBeGreaterThan(0.99);
    }
    expect(measurements["cyclesToRegain"]).toBeLessThanOrEqual(2);
  });

  it("loses the first message after a massive crash without them", () => {
    const { first } = measured(hyparviewAblationExperiment, { nodes: 300, cycles: 10 });
    expect(first).toBeLessThan(0.2);
  });
});

describe("Plumtree, in small", () => {
  it("spends d − 2 spare payloads on the first message and none on those after it", () => {
    const measurements = measured(plumtreeExperiment, { nodes: 300, cycles: 15 });
    // Nearly all have 5 links; each missing one is two payloads less of some 1,200.
    expect(measurements["firstRedundancy"]).toBeGreaterThan(2.95);
    expect(measurements["firstRedundancy"]).toBeLessThan(3.03);
    expect(measurements["laterRedundancy"]).toBe(0);
    expect(measurements["sameReliability"]).toBe(1);
    expect(measurements["randomReliability"]).toBe(1);
    expect(measurements["crashedReliability"]).toBe(1);
    expect(measurements["crashedRedundancy"]).toBeLessThan(0.05);
  });

  it("fetches copies that were on their way when it waits for less than the tree takes", () => {
    const hasty = measured(plumtreeExperiment, { nodes: 300, cycles: 15, graftMillis: 2 });
    expect(hasty["randomRedundancy"]).toBeGreaterThan(0);
    expect(hasty["randomReliability"]).toBe(1);
  });
});

describe("GossipSub, in small", () => {
  it("keeps every mesh degree between D_low and D_high from five heartbeats on", () => {
    const { lowest, highest, mean } = measured(gossipsubMeshExperiment, { nodes: 300 });
    expect(lowest).toBeGreaterThanOrEqual(4);
    expect(highest).toBeLessThanOrEqual(12);
    expect(mean).toBeGreaterThanOrEqual(6);
    expect(mean).toBeLessThanOrEqual(8);
  });

  it("reaches by gossip the share of the other peers that arithmetic says", () => {
    const { fewest, share, reached } = measured(gossipsubGossipExperiment, { nodes: 300 });
    expect(fewest).toBeGreaterThanOrEqual(25);
    expect(Math.abs(share! - (1 - 0.75 ** 3))).toBeLessThan(0.01);
    expect(reached).toBe(299);
  });
});

describe("Vivaldi, in small", () => {
  it("predicts half of all round trips within a few per cent of those of the full size", () => {
    const { medianError } = measured(vivaldiExperiment, { nodes: 66, seconds: 240 });
    expect(medianError).toBeGreaterThan(0.05);
    expect(medianError).toBeLessThan(0.15);
  });
});

describe("Cyclon, in small", () => {
  it("keeps out-degrees exact, in-degrees even, and the graph as random as one of its size", () => {
    const measurements = measured(cyclonExperiment, { nodes: 500 });
    expect(measurements["outDegreeMin"]).toBe(20);
    expect(measurements["outDegreeMax"]).toBe(20);
    expect(measurements["inDegreeMean"]).toBe(20);
    // A random graph's would be √20 = 4.5.
    expect(measurements["inDegreeDeviation"]).toBeLessThan(3.5);
    expect(measurements["isolated"]).toBe(0);
    expect(measurements["clustering"]! / (40 / 500)).toBeGreaterThan(0.85);
    expect(measurements["clustering"]! / (40 / 500)).toBeLessThan(1.15);
    expect(measurements["outside75"]).toBe(0);
    expect(measurements["healedCycles"]).toBeGreaterThan(20);
    expect(measurements["healedCycles"]).toBeLessThan(60);
    expect(measurements["starConverged"]).toBe(1);
  });

  it("converges from a chain", () => {
    expect(measured(cyclonChainExperiment, { nodes: 500 })["chainConverged"]).toBe(1);
  });
});

describe("peer sampling, in small", () => {
  it("has its three corners in the paper's order", () => {
    const runs = [1, 2, 3].map((seed) =>
      measured(peerSamplingExperiment, { nodes: 300, cycles: 40 }, seed),
    );
    const measurements = runs[0]!;
    const { swapperDeviation, healerDeviation, blindDeviation } = measurements;
    // Nobody dies and nothing is lost before the crash: a view with a gap has dropped somebody who answers.
    expect(measurements["swapperOutDegreeMin"]).toBe(30);
    expect(swapperDeviation).toBeLessThan(Math.sqrt(30));
    expect(healerDeviation).toBeGreaterThan(Math.sqrt(30));
    expect(blindDeviation).toBeGreaterThan(healerDeviation!);
    expect(measurements["healerStale"]).toBeLessThan(0.02);
    // Swapper and blind are a twentieth apart, and a seed moves them by half as much: three are told apart.
    const [healerStale, swapperStale, blindStale] = [
      "healerStale",
      "swapperStale",
      "blindStale",
    ].map((name) => runs.reduce((sum, run) => sum + run[name]!, 0) / runs.length);
    expect(healerStale).toBeLessThan(0.1 * swapperStale!);
    expect(swapperStale).toBeLessThan(blindStale!);
  });
});

describe("SWIM, in small", () => {
  it("suspects the crashed as soon as arithmetic says", async () => {
    const detection = await runExperiment(swimDetectionExperiment, { trials: 40 }, measureHere);
    for (const { quantity, holds, observed } of detection)
      expect(holds, `${quantity}: ${observed}`).toBe(true);
  });

  it.each([0, 1, 3])("is wrong as often as arithmetic says, with %i helpers", (helpers) => {
    const lossy = { lossPercent: 10, helpers, nodes: 20, wanted: 200 };
    const rate = falsePositiveRate(lossy, 1, nodePlatform);
    // Three standard errors of 200 events.
    expect(rate / expectedFalsePositives(10, helpers)).toBeGreaterThan(0.78);
    expect(rate / expectedFalsePositives(10, helpers)).toBeLessThan(1.22);
  });

  it("sends a ping and an answer a member and period, whatever the size of the group", () => {
    const measurements = measured(swimMessagesExperiment, {});
    for (const nodes of [8, 32, 128]) expect(measurements[`messages${nodes}`]).toBeCloseTo(2, 1);
  });

  it("has memberlist's tables, and Lifeguard spares the healthy", () => {
    expect(measured(memberlistTablesExperiment, {})["different"]).toBe(0);
    const settings = { nodes: 64, frozen: 4 };
    expect(measured(lifeguardExperiment, settings)["factor"]).toBeGreaterThan(10);
  });
});

describe("Kademlia, in small", () => {
  it("finds exactly the nearest, and the nearest of those left when half have crashed", () => {
    const measurements = measured(kademliaExperiment, { nodes: 500, lookups: 60 });
    expect(measurements["exact"]).toBe(1);
    // 500 nodes are 4.6 bits more than a bucket holds; each hop but the first adds some 5.3: one or two of them.
    expect(measurements["depth"]).toBeGreaterThan(1.2);
    expect(measurements["depth"]).toBeLessThan(2.2);
    expect(measurements["depthMax"]).toBeLessThanOrEqual(3);
    expect(measurements["crashedFound"]).toBe(1);
    // Each of the twenty that answer has a dead one beside it.
    expect(measurements["crashedTimeouts"]).toBeGreaterThan(15);
    expect(measurements["crashedTimeouts"]).toBeLessThan(28);
    expect(measurements["crashedRequests"]).toBeCloseTo(2 * measurements["crashedTimeouts"]!, -1);
  });
});

describe("Chord, in small", () => {
  it("takes half as many hops as the number of nodes has bits", () => {
    const { hops, deviation } = measured(chordHopsExperiment, { nodes: 256, lookups: 400 });
    // Half of log2 256 is 4, the last hop among them for some; four standard errors are 0.25.
    expect(hops).toBeGreaterThan(3.5);
    expect(hops).toBeLessThan(4.25);
    expect(deviation).toBeGreaterThan(1);
    expect(deviation).toBeLessThan(1.7);
  });

  it("finds the first live node though some have crashed, and waits for them", () => {
    const measurements = measured(chordCrashExperiment, { nodes: 200, lookups: 200 });
    expect(measurements["failed"]).toBe(0);
    expect(measurements["timeouts0"]).toBe(0);
    expect(measurements["timeouts10"]).toBeGreaterThan(0);
    expect(measurements["timeouts20"]).toBeGreaterThan(measurements["timeouts10"]!);
  });
});

/** The verdict of an experiment with one quantity. */
async function holds(experiment: CardExperiment, settings: CardSettings): Promise<boolean> {
  return (await runExperiment(experiment, settings, measureHere))[0]!.holds;
}

describe("a card", () => {
  const experiment: CardExperiment = {
    setUp: "numbers that a seed makes",
    defaults: { seeds: 2, factor: 1 },
    quantities: [
      {
        card: "X1",
        measurement: "seed",
        text: "the seed",
        source: "analytic",
        band: ({ factor = 1 }) => ({ min: factor, max: 1.5 }),
      },
    ],
    measure: (_settings, seed) => ({ seed }),
  };

  it("is judged on the mean of its seeds, bounds included", async () => {
    expect(await runExperiment(experiment, {}, measureHere)).toEqual([
      {
        card: "X1",
        quantity: "the seed",
        source: "analytic",
        expected: "1 to 1.5",
        observed: 1.5,
        lowest: 1,
        highest: 2,
        seeds: 2,
        holds: true,
      },
    ]);
  });

  it("fails on either side of its band", async () => {
    expect(await holds(experiment, { seeds: 3 })).toBe(false);
    expect(await holds(experiment, { factor: 1.6 })).toBe(false);
  });

  it("fails at a bound that is to be exceeded", async () => {
    const [quantity] = experiment.quantities;
    const above = { ...experiment, quantities: [{ ...quantity!, band: () => ({ above: 1.5 }) }] };
    expect((await runExperiment(above, {}, measureHere))[0]).toMatchObject({
      expected: "above 1.5",
      holds: false,
    });
    expect(await holds(above, { seeds: 3 })).toBe(true);
  });

  it("has measurements for all that it judges, and is named once", () => {
    const named = CARD_EXPERIMENTS.flatMap(({ quantities }) =>
      quantities.map(({ card, measurement }) => `${card}/${measurement}`),
    );
    expect(new Set(named).size).toBe(named.length);
  });
});

describe("peerscape validate, without a scenario,", () => {
  it("prints a card's verdicts as JSON and answers whether they hold", async () => {
    let out = "";
    const quiet = { out: (text: string) => (out += text), error: () => undefined };
    const set = ["nodes=200", "seeds=1"];
    const code = await runCards({ card: ["C5"], set, json: true }, quiet, measureHere);
    const verdicts = JSON.parse(out) as { card: string; holds: boolean; expected: string }[];
    expect(verdicts.map(({ card }) => card)).toEqual(["C5", "C5"]);
    expect(code).toBe(verdicts.every(({ holds }) => holds) ? 0 : 1);
    expect(verdicts[0]).toMatchObject({ expected: "at least 1" });
  });

  it.each([
    [{ card: ["H9"], set: [], json: false }, /--card H9.*H1/u],
    [{ card: ["H1"], set: ["nodse=3"], json: false }, /--set nodse.*nodes/u],
    [{ card: ["H1"], set: ["nodes=0"], json: false }, /--set nodes=0/u],
  ])("refuses what it does not know: %o", (given, problem) => {
    const output = { out: () => undefined, error: () => undefined };
    return expect(runCards(given, output, measureHere)).rejects.toThrow(problem);
  });

  it("gives the same on one thread and on several", () => {
    const words = "validate --json --card C5 --card S4 --set nodes=200 --set seeds=2".split(" ");
    const [one, several] = ["1", "3"].map((threads) =>
      runProgram([...words, "--threads", threads]),
    );
    const verdicts = JSON.parse(one!.standardOutput) as { card: string; seeds: number }[];
    expect(new Set(verdicts.map(({ card }) => card))).toEqual(new Set(["C5", "S4"]));
    expect(several).toMatchObject({ exit: one!.exit, standardOutput: one!.standardOutput });
  });

  it.each([
    ["--card C1 scenarios/two-nodes.yaml", /^--card C1: expected no scenario with it/u],
    ["--seed 3", /^--seed 3: expected a scenario with it/u],
    ["--threads 65", /^--threads 65: expected a whole number from 1 to 64/u],
  ])("refuses what would do nothing: %s", (words, problem) => {
    const { exit, standardError } = runProgram(["validate", ...words.split(" ")]);
    expect([exit, standardError]).toEqual([2, expect.stringMatching(problem)]);
  });
});
