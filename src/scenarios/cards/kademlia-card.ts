// Cards K1 and K3: how deep Kademlia's lookups go when every bucket is full, that they find the nearest, and what they cost
// when half of the contacts are dead.

import { mean } from "../../analysis/summary-statistics.js";
import { mixKey, mixUnit } from "../../sim/mix.js";
import type { KeyOutcome } from "../../protocol/key-operation.js";
import { compareDistance } from "../../protocol/xor-distance.js";
import type { Platform } from "../platform.js";
import type { StartLink } from "../start-graph.js";
import { keyOfName } from "../workload-keys.js";
import type { CardExperiment, CardSettings, Quantity } from "./card.js";
import { CardRun, cardScenario } from "./card-run.js";

const BUCKET_SIZE = 20;

/** Longer than any lookup among the dead takes: a time-out a second. */
const LOOKUP_SECONDS = 120;

/**
 * Buckets as full as they can be: of the nodes that share exactly so many leading bits with a node, all, or `BUCKET_SIZE` at
 * random. `draw` gives numbers in [0, 1) by node and place.
 */
export function filledBuckets(
  ids: readonly string[],
  draw: (node: number, place: number) => number,
): StartLink[] {
  const links: StartLink[] = [];
  const split = (group: readonly number[], bit: number): void => {
    if (group.length < 2) return;
    const [zeros, ones]: [number[], number[]] = [[], []];
    for (const node of group) (bitOf(ids[node]!, bit) === 0 ? zeros : ones).push(node);
    linkAll(links, zeros, ones, draw);
    linkAll(links, ones, zeros, draw);
    split(zeros, bit + 1);
    split(ones, bit + 1);
  };
  split([...ids.keys()], 0);
  return links;
}

function bitOf(id: string, bit: number): number {
  return (Number.parseInt(id.charAt(bit >> 2), 16) >> (3 - (bit & 3))) & 1;
}

/** Links each of some nodes to `BUCKET_SIZE` of the others at random, or to all where there are no more. */
function linkAll(
  links: StartLink[],
  from: readonly number[],
  others: readonly number[],
  draw: (node: number, place: number) => number,
): void {
  for (const node of from) {
    if (others.length <= BUCKET_SIZE) for (const other of others) links.push([node, other]);
    else {
      const chosen = new Set<number>();
      for (let place = others.length; chosen.size < BUCKET_SIZE; place++)
        chosen.add(others[Math.floor(draw(node, place) * others.length)]!);
      for (const other of chosen) links.push([node, other]);
    }
  }
}

/** Lookups of random keys from random live nodes, and whether each found exactly the nearest. */
function lookUp(run: CardRun, count: number, platform: Platform): LookupFigures[] {
  const live = run.live();
  const ids = new Map(live.map((node) => [node, run.run.network.node(node)?.self.id ?? ""]));
  return Array.from({ length: count }, (_, i) => {
    const from = live[Math.floor(run.chance("origin", i) * live.length)]!;
    const name = `lookup-${i}`;
    const outcome = run.lookup(from, name, LOOKUP_SECONDS);
    const others = [...ids].filter(([node]) => node !== from).map(([, id]) => id);
    const nearest = nearestIds(others, keyOfName(platform.sha256, name));
    const found = outcome.closest.map(({ id }) => id);
    return {
      outcome,
      isExact: found.length === nearest.length && found.every((id, at) => id === nearest[at]),
      isNearestFound: found[0] === nearest[0],
    };
  });
}

interface LookupFigures {
  readonly outcome: KeyOutcome;
  /** Whether it found exactly the k nearest. */
  readonly isExact: boolean;
  readonly isNearestFound: boolean;
}

function nearestIds(ids: readonly string[], key: string): string[] {
  return [...ids].sort((a, b) => compareDistance(key, a, b)).slice(0, BUCKET_SIZE);
}

function measure(
  { nodes = 0, lookups = 0 }: CardSettings,
  seed: number,
  platform: Platform,
): Record<string, number> {
  const key = mixKey(platform.sha256, seed, "card/buckets");
  const run = new CardRun({
    text: cardScenario({
      nodes,
      start: "{ overlay: chain }",
      seconds: 10_000_000,
      protocols: `{ discovery: { use: kademlia, k: ${BUCKET_SIZE}, alpha: 3, refresh: 0s } }`,
    }),
    seed,
    platform,
    tracks: false,
    links: (ids) => filledBuckets(ids, (node, place) => mixUnit(key, node, place, 0, 0)),
  });
  run.advance(1);
  const whole = lookUp(run, lookups, platform);
  run.crash(0.5);
  run.advance(1);
  const halved = lookUp(run, lookups, platform);
  const depths = whole.map(({ outcome }) => outcome.depth);
  return {
    depth: mean(depths),
    depthMax: Math.max(...depths),
    exact: share(whole, ({ isExact }) => isExact),
    crashedFound: share(halved, ({ isNearestFound }) => isNearestFound),
    crashedRequests: mean(halved.map(({ outcome }) => outcome.requests)),
    crashedTimeouts: mean(halved.map(({ outcome }) => outcome.timeouts)),
  };
}

function share<Item>(items: readonly Item[], holds: (item: Item) => boolean): number {
  return items.filter(holds).length / items.length;
}

const quantities: readonly Quantity[] = [
  {
    card: "K1",
    measurement: "depth",
    text: "mean depth of a lookup",
    source: "independent",
    band: () => ({ min: 2.38, max: 2.48 }),
  },
  {
    card: "K1",
    measurement: "depthMax",
    text: "deepest lookup",
    source: "independent",
    band: () => ({ max: 4 }),
  },
  {
    card: "K1",
    measurement: "exact",
    text: "share of lookups that find exactly the k nearest",
    source: "independent",
    band: () => ({ min: 1 }),
  },
  {
    card: "K3",
    measurement: "crashedFound",
    text: "share of lookups that find the nearest live node, half having crashed",
    source: "independent",
    band: () => ({ min: 1 }),
  },
  {
    card: "K3",
    measurement: "crashedRequests",
    text: "requests of a lookup, half having crashed",
    source: "independent",
    band: () => ({ min: 43, max: 49 }),
  },
  {
    card: "K3",
    measurement: "crashedTimeouts",
    text: "time-outs of a lookup, half having crashed",
    source: "independent",
    band: () => ({ min: 21, max: 25 }),
  },
];

/** Cards K1 and K3. */
export const kademliaExperiment: CardExperiment = {
  setUp:
    "Kademlia, k = 20, α = 3, no upkeep; each bucket holds 20 random ones of the nodes it is for, or all; random nodes look " +
    "up random keys, then half of the nodes crash at once and the others do. Depth: nodes one after the other from the " +
    "asking one to the nearest found, 1 for one that it knew",
  defaults: { seeds: 10, nodes: 10_000, lookups: 500 },
  quantities,
  measure,
};
