// Cards G2 and G3: how many links GossipSub's mesh gives each node, and how many of a node's other peers its gossip
// reaches while it lasts.

import { RecordKind } from "../../trace/record.js";
import type { RecordSink, RunRecord } from "../../trace/record.js";
import type { Names } from "../../trace/names.js";
import type { OverlaySnapshot } from "../../analysis/overlay-snapshot.js";
import type { Platform } from "../platform.js";
import type { CardExperiment, CardSettings } from "./card.js";
import { CardRun, cardScenario } from "./card-run.js";

/** Heartbeats that the mesh is given before it must be within its bounds. */
const SETTLED_HEARTBEATS = 5;

/** Gossip about a message lasts so many heartbeats; one more, since they come at any time within the second. */
const GOSSIP_HEARTBEATS = 4;

/** D_low, D and D_high: the card's and the protocol's defaults. */
const DEGREES = { low: 4, aim: 6, high: 12 };

/** Notes who told whom of messages. */
class GossipWatch implements RecordSink {
  readonly kinds = [RecordKind.sent];
  /** Targets by source. */
  readonly told = new Map<number, Set<number>>();
  readonly #names: Names;

  constructor(names: Names) {
    this.#names = names;
  }

  accept({ name, node, peer }: RunRecord): void {
    if (this.#names.text(name) !== "gossipsub/have") return;
    const targets = this.told.get(node);
    if (targets === undefined) this.told.set(node, new Set([peer]));
    else targets.add(peer);
  }
}

/** Every node knows `peers` others and dials them: together with those that dial it, it has about twice as many peers. */
function scenario({ nodes = 0, peers = 0 }: CardSettings, seconds: number): string {
  // The discovery only hands out whom it was given: a shuffle before the end would be a rare chance.
  const discovery = `{ use: cyclon, view: ${peers}, period: 1000d }`;
  const broadcast = `{ use: gossipsub, peers: ${peers}, peersMax: ${4 * peers} }`;
  return cardScenario({
    nodes,
    start: `{ overlay: random, k: ${peers} }`,
    seconds,
    protocols: `{ discovery: ${discovery}, broadcast: ${broadcast} }`,
  });
}

function degreesOf({ sources }: OverlaySnapshot, nodes: number): Uint32Array {
  const degrees = new Uint32Array(nodes);
  for (let link = 0; link < sources.length; link++) degrees[sources[link]!]!++;
  return degrees;
}

function measureMesh(
  settings: CardSettings,
  seed: number,
  platform: Platform,
): Record<string, number> {
  const { nodes = 0, heartbeats = 0 } = settings;
  const run = new CardRun({ text: scenario(settings, heartbeats + 1), seed, platform });
  let lowest = Infinity;
  let highest = 0;
  let links = 0;
  let samples = 0;
  for (let at = SETTLED_HEARTBEATS; at <= heartbeats; at++) {
    run.advanceTo(at);
    for (const degree of degreesOf(run.snapshotOf("mesh"), nodes)) {
      lowest = Math.min(lowest, degree);
      highest = Math.max(highest, degree);
      links += degree;
    }
    samples++;
  }
  return { lowest, highest, mean: links / (samples * nodes) };
}

function measureGossip(
  settings: CardSettings,
  seed: number,
  platform: Platform,
): Record<string, number> {
  const { nodes = 0, heartbeats = 0 } = settings;
  let watch: GossipWatch | null = null;
  const run = new CardRun({
    text: scenario(settings, heartbeats + GOSSIP_HEARTBEATS + 2),
    seed,
    platform,
    watch: (names) => [(watch = new GossipWatch(names))],
  });
  run.advanceTo(heartbeats);
  run.broadcastFrom(Math.floor(run.chance("sender", 0) * nodes));
  run.advance(GOSSIP_HEARTBEATS);
  const mesh = degreesOf(run.snapshotOf("mesh"), nodes);
  const topic = degreesOf(run.snapshotOf("topic"), nodes);
  let fewest = Infinity;
  let shares = 0;
  for (let node = 0; node < nodes; node++) {
    const others = topic[node]! - mesh[node]!;
    fewest = Math.min(fewest, others);
    shares += toldBy(watch, node) / others;
  }
  return { share: shares / nodes, fewest, reached: run.broadcasts()[0]?.received ?? 0 };
}

function toldBy(watch: GossipWatch | null, node: number): number {
  return watch?.told.get(node)?.size ?? 0;
}

/** Card G2. */
export const gossipsubMeshExperiment: CardExperiment = {
  setUp:
    "GossipSub, D 6, D_low 4, D_high 12, heartbeat 1 s; all nodes start at once, each knows and dials 20 others at random; " +
    "mesh degrees of every node, once a second from 5 s on",
  defaults: { nodes: 10_000, seeds: 3, peers: 20, heartbeats: 30 },
  quantities: [
    {
      card: "G2",
      measurement: "lowest",
      text: "lowest mesh degree from 5 heartbeats on",
      source: "independent",
      band: () => ({ min: DEGREES.low }),
    },
    {
      card: "G2",
      measurement: "highest",
      text: "highest mesh degree from 5 heartbeats on",
      source: "independent",
      band: () => ({ max: DEGREES.high }),
    },
    {
      card: "G2",
      measurement: "mean",
      text: "mean mesh degree",
      source: "independent",
      band: () => ({ min: DEGREES.aim, max: DEGREES.aim + 2 }),
    },
  ],
  measure: measureMesh,
};

/** Card G3. */
export const gossipsubGossipExperiment: CardExperiment = {
  setUp:
    "GossipSub as in G2 with D_lazy 6, gossip factor 0.25, 3 gossip windows; each node knows and dials 30 others at " +
    "random; one message, and all announcements of it until they end",
  defaults: { nodes: 1_000, seeds: 10, peers: 30, heartbeats: 10 },
  quantities: [
    {
      card: "G3",
      measurement: "fewest",
      text: "fewest peers outside of a node's mesh",
      source: "analytic",
      band: () => ({ min: 25 }),
    },
    {
      card: "G3",
      measurement: "share",
      text: "share of them that its gossip reaches, 1 − (3/4)³",
      source: "analytic",
      band: () => ({ min: 0.568, max: 0.588 }),
    },
    {
      card: "G3",
      measurement: "reached",
      text: "nodes that the message reached",
      source: "analytic",
      band: ({ nodes = 0 }) => ({ min: nodes - 1, max: nodes - 1 }),
    },
  ],
  measure: measureGossip,
};
