// Cards C1 to C5: the overlay that Cyclon's shuffles make, what removing nodes does to it, and how it heals.

import type { OverlayMetrics } from "../../analysis/measure-overlay.js";
import type { OverlaySnapshot } from "../../analysis/overlay-snapshot.js";
import type { Platform } from "../platform.js";
import type { CardExperiment, CardSettings, Measurements, Quantity } from "./card.js";
import { CardRun, cardScenario } from "./card-run.js";

const CYCLE_SECONDS = 10;

/** The shares that are removed without further cycles, in per cent. */
const REMOVED_PERCENT = [75, 85, 90];

/** Cycles between two looks at the overlay while it converges, and by when it has to have. */
const CONVERGED_BY_CYCLES = 40;

/** Longest that dead links are waited for. */
const HEALING_CYCLES_MAX = 80;

/** How near the stationary values "converged" is, as in the project's definition of a mixed overlay. */
const NEAR = 0.1;

function scenario({ nodes = 0 }: CardSettings, start: string, cycles: number): string {
  return cardScenario({
    nodes,
    start,
    seconds: cycles * CYCLE_SECONDS,
    protocols: `{ discovery: { use: cyclon, view: 20, shuffle: 8, period: ${CYCLE_SECONDS}s } }`,
  });
}

/** The star of cards C1 to C5 around the first node. */
const STAR = "{ overlay: star, contact: node-0 }";

function measureOverlay(settings: CardSettings, seed: number, platform: Platform): Measurements {
  const { cycles = 0 } = settings;
  const text = scenario(settings, STAR, cycles + HEALING_CYCLES_MAX);
  const run = new CardRun({ text, seed, platform });
  run.advanceTo(CONVERGED_BY_CYCLES * CYCLE_SECONDS);
  const early = run.metrics(run.snapshotOf("members"));
  run.advanceTo(cycles * CYCLE_SECONDS);
  const snapshot = run.snapshotOf("members");
  const metrics = run.metrics(snapshot);
  const isolated = metrics.inDegree.histogram[0]?.[0] === 0 ? metrics.inDegree.histogram[0][1] : 0;
  return {
    outDegreeMin: metrics.outDegree.min,
    outDegreeMax: metrics.outDegree.max,
    inDegreeMean: metrics.inDegree.mean,
    inDegreeDeviation: metrics.inDegree.standardDeviation,
    isolated,
    clustering: metrics.clustering,
    path: metrics.paths.averageShortestPath ?? Infinity,
    ...removals(run, snapshot),
    starConverged: Number(isNear(early, metrics)),
    healedCycles: healedCycles(run),
  };
}

/** Whether in-degree deviation and clustering are what they will stay at. */
function isNear(early: OverlayMetrics, late: OverlayMetrics): boolean {
  const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= NEAR * b;
  return (
    early.weakComponents.count === 1 &&
    isClose(early.inDegree.standardDeviation, late.inDegree.standardDeviation) &&
    isClose(early.clustering, late.clustering)
  );
}

/** The share of survivors outside the largest component after random nodes are taken out of the graph. */
function removals(run: CardRun, snapshot: OverlaySnapshot): Record<string, number> {
  const outside: Record<string, number> = {};
  for (const percent of REMOVED_PERCENT) {
    const ranked = snapshot.nodes
      .map(({ index }) => ({ index, rank: run.chance(`remove/${percent}`, index) }))
      .sort((a, b) => a.rank - b.rank);
    const removed = new Set(
      ranked.slice(0, Math.round((ranked.length * percent) / 100)).map(({ index }) => index),
    );
    const nodes = snapshot.nodes.map((node) => ({ ...node, live: !removed.has(node.index) }));
    const { weakComponents, nodes: left } = run.metrics({ ...snapshot, nodes });
    outside[`outside${percent}`] = 1 - weakComponents.largest / left;
  }
  return outside;
}

/** Cycles after the crash of half of the nodes until the last dead link is gone. */
function healedCycles(run: CardRun): number {
  run.crash(0.5);
  for (let cycle = 1; cycle <= HEALING_CYCLES_MAX; cycle++) {
    run.advance(CYCLE_SECONDS);
    if (run.staleLinks("members") === 0) return cycle;
  }
  return Infinity;
}

function measureChain(settings: CardSettings, seed: number, platform: Platform): Measurements {
  const { cycles = 0 } = settings;
  const run = new CardRun({
    text: scenario(settings, "{ overlay: chain }", cycles),
    seed,
    platform,
  });
  run.advanceTo(CONVERGED_BY_CYCLES * CYCLE_SECONDS);
  const early = run.metrics(run.snapshotOf("members"));
  run.advanceTo(cycles * CYCLE_SECONDS);
  const late = run.metrics(run.snapshotOf("members"));
  return { chainConverged: Number(isNear(early, late)) };
}

function quantity(
  card: string,
  measurement: string,
  text: string,
  band: Quantity["band"],
): Quantity {
  return { card, measurement, text, source: "independent", band };
}

/** Cards C1 to C4, and C5 from a star. */
export const cyclonExperiment: CardExperiment = {
  setUp:
    "Cyclon, view 20, shuffle 8, star start, 60 cycles; clustering and paths in the undirected overlay; C3 takes " +
    "nodes out of the graph; C4 crashes half of the processes and shuffles on",
  defaults: { nodes: 10_000, seeds: 3, cycles: 60 },
  quantities: [
    quantity("C1", "outDegreeMin", "smallest out-degree", () => ({ min: 20, max: 20 })),
    quantity("C1", "outDegreeMax", "largest out-degree", () => ({ min: 20, max: 20 })),
    quantity("C1", "inDegreeMean", "mean in-degree", () => ({ min: 20, max: 20 })),
    quantity("C1", "inDegreeDeviation", "standard deviation of in-degrees", () => ({
      min: 1.45,
      max: 1.55,
    })),
    quantity("C1", "isolated", "nodes that nobody knows", () => ({ min: 0, max: 0 })),
    quantity("C2", "clustering", "clustering coefficient", ({ nodes = 0 }) => ({
      min: (0.9 * 40) / nodes,
      max: (1.1 * 40) / nodes,
    })),
    quantity("C2", "path", "average shortest path", () => ({ min: 2.84, max: 2.86 })),
    quantity("C3", "outside75", "survivors outside the largest part, 75 % removed", () => ({
      max: 0,
    })),
    quantity("C3", "outside85", "survivors outside the largest part, 85 % removed", () => ({
      max: 0.005,
    })),
    quantity("C3", "outside90", "survivors outside the largest part, 90 % removed", () => ({
      max: 0.04,
    })),
    quantity("C4", "healedCycles", "cycles until the last dead link is gone", () => ({
      min: 30,
      max: 50,
    })),
    quantity("C5", "starConverged", "converged from a star by cycle 40 (share of seeds)", () => ({
      min: 1,
    })),
  ],
  measure: measureOverlay,
};

/** Card C5 from a chain. */
export const cyclonChainExperiment: CardExperiment = {
  setUp:
    "Cyclon as in C1, chain start; converged: one part, in-degree deviation and clustering within 10 % of cycle 60's",
  defaults: { nodes: 10_000, seeds: 3, cycles: 60 },
  quantities: [
    quantity("C5", "chainConverged", "converged from a chain by cycle 40 (share of seeds)", () => ({
      min: 1,
    })),
  ],
  measure: measureChain,
};
