// One simulated run as validation cards drive it: a scenario's text, advanced to instants, its overlays measured
// from the records, and its broadcasts counted.

import { measureSnapshot } from "../../analysis/measure-overlay.js";
import type { OverlayMetrics } from "../../analysis/measure-overlay.js";
import { OverlayTracker } from "../../analysis/overlay-tracker.js";
import { snapshotOverlay } from "../../analysis/overlay-snapshot.js";
import type { OverlaySnapshot } from "../../analysis/overlay-snapshot.js";
import { mixKey, mixUnit } from "../../sim/mix.js";
import type { PlainData } from "../../sim/plain-data.js";
import type { Names } from "../../trace/names.js";
import { RecordKind } from "../../trace/record.js";
import type { RecordSink, RunRecord } from "../../trace/record.js";
import type { KeyOutcome } from "../../protocol/key-operation.js";
import { parseScenario } from "../parse-scenario.js";
import type { Platform } from "../platform.js";
import { SHIPPED_PROTOCOLS } from "../protocol-registry.js";
import type { Scenario } from "../scenario.js";
import { SimulatedRun } from "../simulated-run.js";
import type { StartLink } from "../start-graph.js";

export const SECOND = 1_000_000;

/** Sources of shortest paths: half of the nodes' number would change the mean by less than 0.002. */
const PATH_SOURCES = 1_000;

/** How one broadcast went. */
export interface BroadcastCount {
  /** Nodes that it reached, its sender apart. */
  received: number;
  /** Hops to the last of them. */
  hopsMax: number;
  /** Copies of its payload that were sent. */
  payloadsSent: number;
}

/** Counts first receipts and copies of each broadcast, in the order in which they were started. */
class ReceiptCounter implements RecordSink {
  readonly kinds: readonly RecordKind[];
  readonly counts = new Map<number, BroadcastCount>();

  /** Whether copies are counted, which takes a record of every message. */
  constructor(countsPayloads: boolean) {
    this.kinds = countsPayloads ? [RecordKind.broadcast, RecordKind.sent] : [RecordKind.broadcast];
  }

  accept({ kind, application, number, bytes }: RunRecord): void {
    if (application === 0) return;
    if (kind === RecordKind.sent) {
      const count = this.counts.get(application);
      if (count !== undefined && bytes > CARD_PAYLOAD_BYTES) count.payloadsSent++;
    } else if (number === 0) {
      this.counts.set(application, { received: 0, hopsMax: 0, payloadsSent: 0 });
    } else {
      const count = this.counts.get(application);
      if (count === undefined) return;
      count.received++;
      count.hopsMax = Math.max(count.hopsMax, number);
    }
  }
}

/** Longer than any message about a message, so that payloads are told from announcements by their size. */
export const CARD_PAYLOAD_BYTES = 512;

/** How a run is made. */
export interface CardRunOptions {
  readonly text: string;
  readonly seed: number;
  readonly platform: Platform;
  /** Whether overlays are measured. True unless said otherwise. */
  readonly tracks?: boolean;
  /** Whether copies of payloads are counted. False unless said otherwise. */
  readonly countsPayloads?: boolean;
  /** Who knows whom at the start, by the ids of all nodes, in place of the scenario's start overlay. */
  readonly links?: (ids: readonly string[]) => readonly StartLink[];
  /** Further readers of the run's records, given the names in them. */
  readonly watch?: (names: Names) => readonly RecordSink[];
}

/** A run that a card drives. */
export class CardRun {
  readonly run: SimulatedRun;
  readonly #options: CardRunOptions;
  readonly #broadcasts: ReceiptCounter;
  #tracker: OverlayTracker | null = null;

  constructor(options: CardRunOptions) {
    const { text, seed, platform, tracks = true, countsPayloads = false } = options;
    this.#options = options;
    this.#broadcasts = new ReceiptCounter(countsPayloads);
    const { scenario } = parseScenario({
      file: "card.yaml",
      text,
      protocols: SHIPPED_PROTOCOLS,
      overrides: { seed },
    });
    this.run = new SimulatedRun(this.#started(scenario), {
      platform,
      digests: false,
      watches: false,
      sinks: (_view, names) => {
        const watching = [...(options.watch?.(names) ?? []), this.#broadcasts];
        if (!tracks) return watching;
        this.#tracker = new OverlayTracker(names);
        return [this.#tracker, ...watching];
      },
    });
  }

  /** The scenario with the links that the card draws. */
  #started(scenario: Scenario): Scenario {
    const { links, platform, seed } = this.#options;
    if (links === undefined) return scenario;
    const names = scenario.classes.flatMap(({ name, count }) =>
      Array.from({ length: count }, (_, i) => `${name}-${i}`),
    );
    const edges = links(names.map((name) => platform.peerId(seed, name)));
    return { ...scenario, start: { kind: "file", path: "drawn", edges } };
  }

  /** Lets virtual time pass up to an instant. */
  advanceTo(seconds: number): void {
    this.run.runUntil(Math.round(seconds * SECOND));
  }

  /** Lets virtual time pass. */
  advance(seconds: number): void {
    this.run.runUntil(this.run.nowMicros + Math.round(seconds * SECOND));
  }

  /** Ends the processes of a share of the nodes at random, all at once. */
  crash(share: number): void {
    this.run.inject({
      name: `crash ${share}`,
      action: {
        do: "crash",
        kind: "process",
        who: { kind: "pick", amount: { share }, of: { kind: "all" }, by: "random" },
      },
    });
  }

  /** Ends a node's process. */
  crashNode(node: number): void {
    const who = { kind: "name", name: this.run.network.nameOf(node) } as const;
    this.run.inject({ name: "crash", action: { do: "crash", kind: "process", who } });
  }

  /** Starts a crashed node again, with what it knew. */
  restartNode(node: number): void {
    const who = { kind: "name", name: this.run.network.nameOf(node) } as const;
    this.run.inject({ name: "restart", action: { do: "restart", state: "keep", who } });
  }

  /** Keeps back what a node sends and what is sent to it, while the node itself goes on. */
  holdMessagesOf(node: number): void {
    const name = this.run.network.nameOf(node);
    const one = { kind: "name", name } as const;
    const all = { kind: "all" } as const;
    this.run.inject({ name: `out of ${name}`, action: { do: "hold", from: one, to: all } });
    this.run.inject({ name: `in to ${name}`, action: { do: "hold", from: all, to: one } });
  }

  /** Lets all of that go. */
  releaseMessagesOf(node: number): void {
    const name = this.run.network.nameOf(node);
    for (const event of [`out of ${name}`, `in to ${name}`])
      this.run.inject({ name: `release ${event}`, action: { do: "release", event } });
  }

  /** Lets a node broadcast. */
  broadcastFrom(node: number): void {
    const name = this.run.network.nameOf(node);
    this.run.inject({
      name: "broadcast",
      action: { do: "broadcast", who: { kind: "name", name }, bytes: CARD_PAYLOAD_BYTES },
    });
  }

  /** Lets a node look up the key of a name, and answers what came of it. Throws `RangeError` when it takes longer. */
  lookup(node: number, key: string, seconds: number): KeyOutcome {
    const { network } = this.run;
    const outcomes: KeyOutcome[] = [];
    const stop = network.node(node)?.outcomes((outcome) => outcomes.push(outcome));
    const who = { kind: "name", name: network.nameOf(node) } as const;
    this.run.inject({ name: key, action: { do: "lookup", who, key } });
    const endMicros = this.run.nowMicros + seconds * SECOND;
    this.run.runUntil(() => outcomes.length > 0 || this.run.nowMicros > endMicros);
    stop?.();
    const [outcome] = outcomes;
    if (outcome === undefined) throw new RangeError(`A lookup took more than ${seconds} s`);
    return outcome;
  }

  /** Indexes of the nodes that run. */
  live(): number[] {
    const { network } = this.run;
    return Array.from({ length: network.nodeCount }, (_, node) => node).filter((node) =>
      network.isUp(node),
    );
  }

  /** The broadcasts so far, in order. */
  broadcasts(): BroadcastCount[] {
    return [...this.#broadcasts.counts.values()];
  }

  /** A number in [0, 1): a pure function of the seed, a purpose and a number. */
  chance(purpose: string, number: number): number {
    const { platform, seed } = this.#options;
    return mixUnit(mixKey(platform.sha256, seed, `card/${purpose}`), number, 0, 0, 0);
  }

  /** An overlay as it is now. */
  snapshotOf(overlay: string): OverlaySnapshot {
    const tracker = this.#tracker;
    if (tracker === null) throw new RangeError("This run does not track overlays");
    const { network } = this.run;
    return snapshotOverlay(tracker, overlay, (index) => ({
      name: network.nameOf(index),
      className: "node",
      region: "",
    }));
  }

  /** How many links of an overlay lead to nodes that do not run. */
  staleLinks(overlay: string): number {
    return this.#tracker?.overlay(overlay).staleLinks ?? 0;
  }

  /** An overlay in numbers. */
  metrics(snapshot: OverlaySnapshot): OverlayMetrics {
    let drawn = 0;
    return measureSnapshot(snapshot, {
      pick: (bound) => Math.floor(this.chance("paths", drawn++) * bound),
      sampledSources: PATH_SOURCES,
    });
  }

  /** All that a run of the same scenario needs to go on from here. */
  snapshot(): PlainData {
    return this.run.snapshot();
  }

  restore(state: PlainData): void {
    this.run.restore(state);
  }
}

/** A scenario text for `nodes` nodes over a millisecond's latency, without loss unless some is given. */
export function cardScenario(parts: {
  readonly nodes: number;
  readonly start: string;
  readonly seconds: number;
  readonly protocols: string;
  readonly lossPercent?: number;
}): string {
  return [
    "name: card",
    "seed: 0",
    `nodes: ${parts.nodes}`,
    `start: ${parts.start}`,
    `phases: { run: ${parts.seconds}s }`,
    `protocols: ${parts.protocols}`,
    `network: { latency: 1ms, loss: ${parts.lossPercent ?? 0}% }`,
    "",
  ].join("\n");
}
