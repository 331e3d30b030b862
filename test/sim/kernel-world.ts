// A network of scripted nodes right on the kernel: every call that a node gets is noted with its time, and a test
// says what the node does in it.

import type { LinkRule } from "../../src/sim/link-rule.js";
import type { Parcel } from "../../src/sim/kernel.js";
import { NetworkModel } from "../../src/sim/network-model.js";
import type { NodeHandler } from "../../src/sim/node-table.js";
import type { Passage } from "../../src/sim/passage.js";
import type { PlainData } from "../../src/sim/plain-data.js";
import { Simulation } from "../../src/sim/simulation.js";
import type { SimulationOptions } from "../../src/sim/simulation.js";
import { Digest } from "../../src/trace/digest.js";
import { Names, hashText } from "../../src/trace/names.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { RECORD_KIND_NAMES, RecordKind } from "../../src/trace/record.js";
import type { RunRecord } from "../../src/trace/record.js";
import { Recorder } from "../../src/trace/recorder.js";

export const MILLI = 1000;
export const SECOND = 1_000_000;

/** One call that a node got. */
export interface Told {
  readonly micros: number;
  readonly node: number;
  readonly what:
    "message" | "datagram" | "timer" | "connected" | "disconnected" | "drain" | "closed";
  /** The other node, where there is one; else -1. */
  readonly peer: number;
  /** What arrived, the timer's kind, the reason. */
  readonly text: string;
}

/** A record as a test reads it: words for numbers. */
export interface KeptRecord {
  readonly kind: string;
  readonly node: number;
  readonly peer: number;
  readonly name: string;
  readonly reason: string;
  readonly number: number;
  readonly bytes: number;
  readonly key: readonly [timeMicros: number, origin: number, counter: number];
  readonly cause: readonly [timeMicros: number, origin: number, counter: number];
}

export interface KernelWorldOptions extends Pick<
  Partial<SimulationOptions>,
  "limits" | "heapBytes" | "takeNext" | "idPrecedes" | "queueBytesMax"
> {
  readonly nodes: number;
  readonly seed?: string;
  /** One way, of each direction of a pair; 10 ms unless said otherwise. */
  readonly latencyMicros?: number | ((source: number, target: number) => number);
  readonly rules?: readonly LinkRule[];
  /** Whether every node is started at once; true unless said otherwise. */
  readonly starts?: boolean;
}

/** Propagation that a test chooses for each pair and direction. */
class GivenLatency implements LinkRule {
  readonly name = "latency";
  readonly stage = "base";
  readonly #microsOf: (source: number, target: number) => number;

  constructor(microsOf: (source: number, target: number) => number) {
    this.#microsOf = microsOf;
  }

  apply(passage: Passage): void {
    passage.delay(this.#microsOf(passage.source, passage.target));
  }
}

export class KernelWorld {
  readonly simulation: Simulation;
  readonly network: NetworkModel;
  readonly names = new Names();
  readonly told: Told[] = [];
  readonly records: KeptRecord[] = [];
  readonly worldEvents: { readonly micros: number; readonly payload: PlainData }[] = [];
  /** What a node does in each of its calls, after that was noted. */
  readonly reactions = new Map<number, (told: Told) => unknown>();
  /** What the world does at its events. */
  onWorldEvent: (payload: PlainData) => void = () => undefined;
  readonly #plans = new Map<string, () => void>();
  readonly #digest: Digest;

  constructor(options: KernelWorldOptions) {
    const { nodes, seed = "seed", latencyMicros = 10 * MILLI, rules = [], starts = true } = options;
    this.network = new NetworkModel({ seed, sha256: nodeSha256 });
    const microsOf = typeof latencyMicros === "number" ? () => latencyMicros : latencyMicros;
    this.network.add(new GivenLatency(microsOf));
    for (const rule of rules) this.network.add(rule);
    this.#digest = new Digest({ names: this.names, sha256: nodeSha256 });
    const recorder = new Recorder(this.#digest);
    recorder.attach({
      kinds: Object.values(RecordKind),
      accept: (record) => this.records.push(this.#keep(record)),
    });
    this.simulation = new Simulation({
      ...options,
      names: this.names,
      recorder,
      network: this.network,
      onWorldEvent: (payload) => {
        this.worldEvents.push({ micros: this.simulation.nowMicros, payload });
        (this.#plans.get(payload as string) ?? this.onWorldEvent)(payload);
      },
    });
    for (let node = 0; node < nodes; node++) this.simulation.declareNode(`node-${node}`);
    if (starts) for (let node = 0; node < nodes; node++) this.start(node);
  }

  get nowMicros(): number {
    return this.simulation.nowMicros;
  }

  digest(): string {
    return this.#digest.value();
  }

  /** Starts a process of a node; calls are noted from now on. */
  start(node: number): void {
    this.simulation.startNode(node, this.handlerOf(node));
  }

  /** A process of a node: for whoever starts or restores it by hand. */
  handlerOf(node: number): NodeHandler {
    const tell = (what: Told["what"], peer: number, text: string): unknown => {
      const told = { micros: this.nowMicros, node, what, peer, text };
      this.told.push(told);
      return this.reactions.get(node)?.(told);
    };
    return {
      onMessage: (source, payload) => tell("message", source, String(payload)),
      onDatagram: (source, payload) => tell("datagram", source, String(payload)),
      onTimer: (kind, argument) =>
        tell("timer", -1, argument === undefined ? kind : `${kind} ${JSON.stringify(argument)}`),
      onConnected: (peer) => tell("connected", peer, ""),
      onDisconnected: (peer, reason) => tell("disconnected", peer, reason),
      onDrain: (peer) => tell("drain", peer, ""),
      onClosed: () => tell("closed", -1, ""),
    };
  }

  /** A message with this text, which takes so many bytes. */
  parcel(text: string, bytes = 100): Parcel {
    const contentLow = hashText(text) | 0;
    const name = this.names.id("test/text");
    return { payload: text, bytes, name, application: 0, contentHigh: 0, contentLow };
  }

  /** A node sends a message over its connection; false as `send` answers. */
  send(source: number, target: number, text: string, bytes = 100): boolean {
    return this.simulation.streams.send(source, target, this.parcel(text, bytes));
  }

  sendDatagram(source: number, target: number, text: string, bytes = 100): void {
    this.simulation.sendDatagram(source, target, this.parcel(text, bytes));
  }

  connect(source: number, target: number): void {
    this.simulation.streams.connect(source, target);
  }

  disconnect(source: number, target: number): void {
    this.simulation.streams.disconnect(source, target, "disconnected");
  }

  /** Opens a connection and lets the handshake pass; answers the time from which both ends are quiet. */
  open(source: number, target: number): number {
    this.connect(source, target);
    this.run(SECOND);
    this.told.length = 0;
    return this.nowMicros;
  }

  setTimer(node: number, delayMicros: number, kind: string, argument?: unknown): number {
    return this.simulation.setTimer(node, this.nowMicros + delayMicros, kind, argument);
  }

  /** Does something at a time, as an event of the world. */
  at(micros: number, action: () => void): void {
    const plan = `plan ${this.#plans.size}`;
    this.#plans.set(plan, action);
    this.simulation.scheduleWorld(micros, plan);
  }

  /** Lets virtual time pass. */
  run(micros: number): void {
    this.simulation.runUntil(this.nowMicros + micros);
  }

  /** Runs until nothing is pending. */
  runOut(): void {
    this.simulation.runUntil(() => false);
  }

  /** The calls that a node got, as `what peer text @ micros` without what is empty. */
  toldTo(node: number): string[] {
    return this.told
      .filter((told) => told.node === node)
      .map(({ what, peer, text, micros }) =>
        [what, peer < 0 ? "" : `${peer}`, text, `@${micros}`]
          .filter((word) => word !== "")
          .join(" "),
      );
  }

  /** Times at which a node got calls of a kind. */
  timesOf(node: number, what: Told["what"]): number[] {
    return this.told
      .filter((told) => told.node === node && told.what === what)
      .map(({ micros }) => micros);
  }

  recordsOf(kind: string): KeptRecord[] {
    return this.records.filter((record) => record.kind === kind);
  }

  #keep(record: RunRecord): KeptRecord {
    return {
      kind: RECORD_KIND_NAMES[record.kind]!,
      node: record.node,
      peer: record.peer,
      name: this.names.text(record.name),
      reason: this.names.text(record.reason),
      number: record.number,
      bytes: record.bytes,
      key: [record.timeMicros, record.origin, record.counter],
      cause: [record.causeTimeMicros, record.causeOrigin, record.causeCounter],
    };
  }
}
