// Cards R1 and R2: how many hops Chord's lookups take on a ring with right fingers, and what crashes cost them.

import { mean } from "../../analysis/summary-statistics.js";
import type { KeyOutcome } from "../../protocol/key-operation.js";
import { compareClockwise, keyAfter } from "../../protocol/ring-distance.js";
import { KEY_BITS } from "../../protocol/xor-distance.js";
import type { Platform } from "../platform.js";
import type { StartLink } from "../start-graph.js";
import { keyOfName } from "../workload-keys.js";
import type { CardExperiment, CardSettings, Quantity } from "./card.js";
import { CardRun, cardScenario } from "./card-run.js";

/** Longer than any lookup among the dead takes: a time-out a second. */
const LOOKUP_SECONDS = 120;

/** Shares of nodes that crash at once, in per cent. */
const CRASHED_PERCENT = [0, 10, 20] as const;

/** Each node knows its predecessor, `successors` that follow it, and the first node at or after each power of two. */
export function ringLinks(ids: readonly string[], successors: number): StartLink[] {
  const ring = [...ids.keys()].sort((a, b) => compareClockwise("", ids[a]!, ids[b]!));
  const sorted = ring.map((node) => ids[node]!);
  const links: StartLink[] = [];
  ring.forEach((node, place) => {
    const known = new Set<number>();
    for (let i = -1; i <= successors; i++)
      if (i !== 0) known.add(ring[(place + i + ring.length) % ring.length]!);
    for (let bit = KEY_BITS - 1; bit >= 0; bit--) {
      const at = firstAtOrAfter(sorted, keyAfter(ids[node]!, bit));
      known.add(ring[at]!);
      if (at === (place + 1) % ring.length) break;
    }
    known.delete(node);
    for (const other of known) links.push([node, other]);
  });
  return links;
}

/** Where the first id at or after a key is; round the ring, the first of all. */
function firstAtOrAfter(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]! < key) low = middle + 1;
    else high = middle;
  }
  return low === sorted.length ? 0 : low;
}

function chordRun(
  { nodes, successors }: { readonly nodes: number; readonly successors: number },
  seed: number,
  platform: Platform,
): CardRun {
  const run = new CardRun({
    text: cardScenario({
      nodes,
      start: "{ overlay: chain }",
      seconds: 10_000_000,
      protocols: `{ discovery: { use: chord, successors: ${successors}, period: 0s } }`,
    }),
    seed,
    platform,
    tracks: false,
    links: (ids) => ringLinks(ids, successors),
  });
  run.advance(1);
  return run;
}

interface LookupFigures {
  readonly outcome: KeyOutcome;
  /** Whether it found the first live node at or after the key. */
  readonly isRight: boolean;
}

/** Lookups of random keys from random live nodes. */
function lookUp(run: CardRun, count: number, platform: Platform): LookupFigures[] {
  const live = run.live();
  const sorted = live.map((node) => run.run.network.node(node)?.self.id ?? "").sort();
  return Array.from({ length: count }, (_, i) => {
    const from = live[Math.floor(run.chance("origin", i) * live.length)]!;
    const name = `lookup-${i}`;
    const outcome = run.lookup(from, name, LOOKUP_SECONDS);
    const right = sorted[firstAtOrAfter(sorted, keyOfName(platform.sha256, name))];
    return { outcome, isRight: outcome.closest[0]?.id === right };
  });
}

function measureHops(
  { nodes = 0, lookups = 0, successors = 1 }: CardSettings,
  seed: number,
  platform: Platform,
): Record<string, number> {
  const run = chordRun({ nodes, successors }, seed, platform);
  const hops = lookUp(run, lookups, platform).map(({ outcome }) => outcome.depth);
  const average = mean(hops);
  const square = mean(hops.map((each) => (each - average) * (each - average)));
  return { hops: average, deviation: Math.sqrt(square) };
}

function measureCrashes(
  { nodes = 0, lookups = 0, successors = 1 }: CardSettings,
  seed: number,
  platform: Platform,
): Record<string, number> {
  const figures: Record<string, number> = { failed: 0 };
  for (const percent of CRASHED_PERCENT) {
    const run = chordRun({ nodes, successors }, seed, platform);
    if (percent > 0) run.crash(percent / 100);
    run.advance(1);
    const all = lookUp(run, lookups, platform);
    figures[`hops${percent}`] = mean(all.map(({ outcome }) => outcome.depth));
    figures[`timeouts${percent}`] = mean(all.map(({ outcome }) => outcome.timeouts));
    figures["failed"]! += all.filter(({ isRight }) => !isRight).length;
  }
  return figures;
}

const hopQuantities: readonly Quantity[] = [
  {
    card: "R1",
    measurement: "hops",
    text: "mean hops of a lookup, the last onto the responsible node left out",
    source: "independent",
    band: () => ({ min: 5.75, max: 5.95 }),
  },
  {
    card: "R1",
    measurement: "deviation",
    text: "standard deviation of hops",
    source: "independent",
    band: () => ({ min: 1.61, max: 1.71 }),
  },
];

/** Card R1. */
export const chordHopsExperiment: CardExperiment = {
  setUp:
    "Chord with right fingers and one successor, no upkeep; random nodes look up random keys, iteratively. Hops: nodes asked " +
    "one after the other, the responsible one left out",
  defaults: { seeds: 10, nodes: 4096, lookups: 20_000, successors: 1 },
  quantities: hopQuantities,
  measure: measureHops,
};

const EXPECTED = { 0: [3.76, 0], 10: [3.88, 0.44], 20: [4.06, 1.19] } as const;

/** Card R2. */
export const chordCrashExperiment: CardExperiment = {
  setUp:
    "Chord with right fingers and twenty successors; a share of nodes crashes at once, no upkeep; random live nodes look up " +
    "random keys, iteratively. Hops as in R1; time-outs of requests on the way and at its end",
  defaults: { seeds: 5, nodes: 1000, lookups: 10_000, successors: 20 },
  quantities: [
    ...CRASHED_PERCENT.flatMap((percent): Quantity[] => {
      const [hops, timeouts] = EXPECTED[percent];
      return [
        {
          card: "R2",
          measurement: `hops${percent}`,
          text: `mean hops of a lookup, ${percent} % crashed`,
          source: "independent",
          band: () => ({ min: hops * 0.95, max: hops * 1.05 }),
        },
        {
          card: "R2",
          measurement: `timeouts${percent}`,
          text: `time-outs of a lookup, ${percent} % crashed`,
          source: "independent",
          band: () => ({ min: timeouts * 0.65, max: timeouts * 1.35 }),
        },
      ];
    }),
    {
      card: "R2",
      measurement: "failed",
      text: "lookups that did not end at the first live node after the key",
      source: "independent",
      band: () => ({ min: 0, max: 0 }),
    },
  ],
  measure: measureCrashes,
};
