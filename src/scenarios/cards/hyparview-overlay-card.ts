// Cards H1 and H3: the overlay that HyParView makes, and how far a flood has to go in it.

import type { CardExperiment, CardSettings } from "./card.js";
import { CardRun, cardScenario } from "./card-run.js";
import type { Platform } from "../platform.js";

/** Joins a second: each walk of a newcomer is over before the next begins. */
export const JOINS_PER_SECOND = 50;

/** A cycle, in seconds. */
export const CYCLE_SECONDS = 10;

/** Half a second holds a flood of any of these sizes many times. */
const FLOOD_SECONDS = 0.5;

/** When all have joined and the cycles after it have passed. */
export function convergedAtSeconds({ nodes = 0, cycles = 0 }: CardSettings): number {
  return Math.ceil(nodes / JOINS_PER_SECOND) + cycles * CYCLE_SECONDS;
}

/** The scenario of all HyParView cards: one node after the other joins through the first. */
export function hyparviewScenario(
  settings: CardSettings,
  secondsAfter: number,
  { linkDown = true, broadcast = "{ use: flood, seenMax: 100 }" } = {},
): string {
  const { nodes = 0 } = settings;
  return cardScenario({
    nodes,
    start: `{ overlay: join, contact: node-0, rate: ${JOINS_PER_SECOND}/s }`,
    seconds: convergedAtSeconds(settings) + secondsAfter,
    protocols: `{ discovery: { use: hyparview, period: ${CYCLE_SECONDS}s, linkDown: ${linkDown} }, broadcast: ${broadcast} }`,
  });
}

/** A node at random. */
export function anyOf(run: CardRun, nodes: readonly number[], number: number): number {
  return nodes[Math.floor(run.chance("sender", number) * nodes.length)]!;
}

function measure(settings: CardSettings, seed: number, platform: Platform): Record<string, number> {
  const { broadcasts = 0 } = settings;
  const text = hyparviewScenario(settings, FLOOD_SECONDS * (broadcasts + 1));
  const run = new CardRun({ text, seed, platform });
  run.advanceTo(convergedAtSeconds(settings));
  const metrics = run.metrics(run.snapshotOf("neighbours"));
  const full = metrics.outDegree.histogram.find(([degree]) => degree === 5)?.[1] ?? 0;
  const live = run.live();
  for (let i = 0; i < broadcasts; i++) {
    run.broadcastFrom(anyOf(run, live, i));
    run.advance(FLOOD_SECONDS);
  }
  const counts = run.broadcasts();
  const hops = counts.reduce((total, { hopsMax }) => total + hopsMax, 0);
  return {
    fullShare: full / metrics.nodes,
    reciprocity: metrics.reciprocity ?? 0,

    path: metrics.paths.averageShortestPath ?? Infinity,
    hops: hops / counts.length,
  };
}

/** Cards H1 and H3. */
export const hyparviewOverlayExperiment: CardExperiment = {
  setUp:
    "HyParView, active 5, passive 30, ARWL 6, PRWL 3, ka 3, kp 4; nodes join one by one through one contact, then " +
    "50 cycles; paths in the undirected overlay; floods from random nodes, none failed",
  defaults: { nodes: 10_000, seeds: 3, cycles: 50, broadcasts: 10 },
  quantities: [
    {
      card: "H1",
      measurement: "fullShare",
      text: "share of nodes with exactly 5 neighbours",
      source: "independent",
      band: () => ({ min: 0.995 }),
    },
    {
      card: "H1",
      measurement: "reciprocity",
      text: "share of links that both ends have",
      source: "independent",
      band: () => ({ min: 1, max: 1 }),
    },
    {
      card: "H1",
      measurement: "path",
      text: "average shortest path",
      source: "independent",
      band: () => ({ min: 6.365, max: 6.405 }),
    },
    {
      card: "H3",
      measurement: "hops",
      text: "hops to the last delivery",
      source: "independent",
      band: () => ({ min: 8, max: 10 }),
    },
  ],
  measure,
};
