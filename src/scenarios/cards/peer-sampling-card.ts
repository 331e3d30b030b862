// Cards P1 to P3: the three corners of the peer sampling service. The swapper evens in-degrees out, the healer forgets
// the dead, and the blind one does neither.

import type { Platform } from "../platform.js";
import type { CardExperiment, CardSettings, Quantity } from "./card.js";
import { CardRun, cardScenario } from "./card-run.js";

const CYCLE_SECONDS = 10;
const VIEW = 30;

/** Cycles from the crash to the look at dead links. */
const HEALING_CYCLES = 10;

/** The corners, as (H, S). */
const CORNERS = { swapper: [0, 15], healer: [15, 0], blind: [0, 0] } as const;

function measure(settings: CardSettings, seed: number, platform: Platform): Record<string, number> {
  const measurements: Record<string, number> = {};
  for (const [name, [healing, swap]] of Object.entries(CORNERS)) {
    const corner = measureCorner(settings, healing, swap, seed, platform);
    const { deviation, clustering, stale, outDegreeMin } = corner;
    measurements[`${name}Deviation`] = deviation;
    measurements[`${name}Clustering`] = clustering;
    measurements[`${name}Stale`] = stale;
    measurements[`${name}OutDegreeMin`] = outDegreeMin;
  }
  const { swapperDeviation, healerDeviation, blindDeviation } = measurements as Corners;
  const randomDeviation = Math.sqrt(VIEW);
  const isOrdered =
    swapperDeviation < randomDeviation &&
    randomDeviation < healerDeviation &&
    healerDeviation < blindDeviation;
  const { swapperStale, healerStale, blindStale } = measurements as Corners;
  // "Far below" is an order of magnitude.
  const isHealingOrdered = healerStale < 0.1 * swapperStale && swapperStale < blindStale;
  return {
    ...measurements,
    isOrdered: Number(isOrdered),
    isHealingOrdered: Number(isHealingOrdered),
  };
}

type Corners = Record<`${keyof typeof CORNERS}${"Deviation" | "Stale"}`, number>;

/** One corner before and after the crash. */
interface CornerFigures {
  readonly deviation: number;
  readonly clustering: number;
  /** Share of dead links some cycles after the crash. */
  readonly stale: number;
  /** Before the crash nobody is ever dropped, so every view is full. */
  readonly outDegreeMin: number;
}

function measureCorner(
  { nodes = 0, cycles = 0 }: CardSettings,
  healing: number,
  swap: number,
  seed: number,
  platform: Platform,
): CornerFigures {
  const text = cardScenario({
    nodes,
    start: `{ overlay: random, k: ${VIEW} }`,
    seconds: (cycles + HEALING_CYCLES + 1) * CYCLE_SECONDS,
    protocols:
      `{ discovery: { use: peer-sampling, view: ${VIEW}, peer: rand, propagation: pushpull, ` +
      `healing: ${healing}, swap: ${swap}, period: ${CYCLE_SECONDS}s } }`,
  });
  const run = new CardRun({ text, seed, platform });
  run.advanceTo(cycles * CYCLE_SECONDS);
  const { inDegree, outDegree, clustering } = run.metrics(run.snapshotOf("members"));
  run.crash(0.5);
  run.advance(HEALING_CYCLES * CYCLE_SECONDS);
  const { staleShare } = run.metrics(run.snapshotOf("members"));
  return {
    deviation: inDegree.standardDeviation,
    clustering,
    stale: staleShare,
    outDegreeMin: outDegree.min,
  };
}

function quantity(
  card: string,
  measurement: string,
  text: string,
  band: Quantity["band"],
): Quantity {
  return { card, measurement, text, source: "independent", band };
}

/** Cards P1 to P3. */
export const peerSamplingExperiment: CardExperiment = {
  setUp:
    "Peer sampling, view 30, rand, pushpull, random start, 150 cycles; then half of the processes crash, and 10 cycles " +
    "pass; swapper H=0 S=15, healer H=15 S=0, blind H=0 S=0",
  defaults: { nodes: 10_000, seeds: 3, cycles: 150 },
  quantities: [
    quantity("P1", "swapperDeviation", "in-degree deviation, swapper", () => ({
      min: 3.8,
      max: 4.2,
    })),
    quantity("P2", "healerDeviation", "in-degree deviation, healer", () => ({
      min: 9.7,
      max: 11.7,
    })),
    quantity("P2", "healerClustering", "clustering coefficient, healer", () => ({ min: 0.1 })),
    quantity("P2", "healerStale", "dead links 10 cycles after half crashed, healer", () => ({
      max: 0.01,
    })),
    quantity(
      "P3",
      "isOrdered",
      "in-degree deviation: swapper < random graph < healer < blind (share of seeds)",
      () => ({ min: 1 }),
    ),
    quantity(
      "P3",
      "isHealingOrdered",
      "dead links after 10 cycles: healer ≪ swapper < blind (share of seeds)",
      () => ({ min: 1 }),
    ),
  ],
  measure,
};
