// A trace of a busy network that no protocol made: so many nodes and links, so many messages on their way at any time,
// and a share of the links that changes sixty times a second. What the viewer is measured with.

import { NodeTraceOutput } from "../src/trace/native/node-trace-output.js";
import { Names } from "../src/trace/names.js";
import { Channel, NO_PEER, RecordKind, RunRecord } from "../src/trace/record.js";

/** What is asked of a viewer: the figures of its promise. */
export const BUSY_NETWORK = {
  nodeCount: 10_000,
  linkCount: 50_000,
  flightCount: 20_000,
  linkChangesAFrame: 500,
} as const;

/** How long a message is on its way. */
const LATENCY_MICROS = 100_000;
const FRAMES_A_SECOND = 60;
/** Records begin here: the network as it is before. */
const START_MICROS = 1000;
const MICROS_PER_SECOND = 1_000_000;

/** A message on its way. */
interface Sent {
  readonly node: number;
  readonly peer: number;
  readonly timeMicros: number;
  readonly counter: number;
  readonly number: number;
}

/** What is told of a record; the rest is the same for all. */
interface Put {
  readonly kind: RecordKind;
  readonly node: number;
  readonly peer?: number;
  readonly name: number;
  readonly number: number;
  /** What was sent, for an arrival. */
  readonly cause?: Sent;
}

/** Writes a trace with at least so many records; answers how many it has. */
export function writeBusyTrace(path: string, recordsMin: number): number {
  const { nodeCount } = BUSY_NETWORK;
  const names = new Names();
  const nodes = Array.from({ length: nodeCount }, (_, i) => i);
  const output = new NodeTraceOutput(path, {
    run: {
      ...{ scenario: "busy", seed: 1, version: "bench", nodeCount },
      ...{ scenarioText: "", only: null },
    },
    nodes: {
      names: nodes.map((node) => `peer-${node}`),
      classNames: nodes.map(() => "peer"),
      regionNames: nodes.map(() => ""),
    },
    words: { text: (name) => names.text(name) },
    only: null,
    windowMicros: null,
  });
  const network = new BusyNetwork(names, (record) => output.accept(record));
  network.begin();
  while (network.recordCount < recordsMin) network.advance();
  output.close({
    ...{ endMicros: network.timeMicros, digest: null, ending: "complete" },
    ...{ markers: [], metrics: [], isWanted: true },
  });
  return network.recordCount;
}

/** Makes the records, in order of time. */
class BusyNetwork {
  recordCount = 0;
  timeMicros: number = START_MICROS;
  readonly #record = new RunRecord();
  readonly #accept: (record: RunRecord) => void;
  readonly #active: number;
  readonly #overlay: number;
  readonly #types: readonly number[];
  readonly #links: [node: number, peer: number][] = [];
  /** Ring of messages on their way, the oldest first: all take as long. */
  readonly #flights: Sent[] = [];
  readonly #counters = new Int32Array(BUSY_NETWORK.nodeCount);
  #oldestLink = 0;
  #oldestFlight = 0;
  #sentCount = 0;
  #chance = 12_345;
  #nextChangeMicros = START_MICROS;

  constructor(names: Names, accept: (record: RunRecord) => void) {
    this.#accept = accept;
    this.#active = names.id("active");
    this.#overlay = names.id("neighbours");
    this.#types = ["busy/push", "busy/pull", "busy/answer"].map((name) => names.id(name));
  }

  /** All nodes run, and have their links. */
  begin(): void {
    const { nodeCount, linkCount } = BUSY_NETWORK;
    for (let node = 0; node < nodeCount; node++) {
      this.#put({ kind: RecordKind.status, node, name: this.#active, number: 1 });
    }
    while (this.#links.length < linkCount) this.#link(this.#links.length);
  }

  /** Sends one message, and whatever is due until the next. */
  advance(): void {
    const { nodeCount, flightCount, linkChangesAFrame } = BUSY_NETWORK;
    const node = this.#draw(nodeCount);
    const peer = this.#draw(nodeCount);
    const number = ++this.#sentCount;
    const name = this.#types[number % this.#types.length] ?? 0;
    const { timeMicros } = this;
    const counter = this.#counters[node]!;
    this.#put({ kind: RecordKind.sent, node, peer, name, number });
    this.#flights.push({ node, peer, timeMicros: Math.floor(timeMicros), counter, number });
    this.timeMicros += LATENCY_MICROS / flightCount;
    while (this.timeMicros >= this.#nextChangeMicros) {
      const place = this.#oldestLink++ % this.#links.length;
      const [one, other] = this.#links[place] ?? [0, 0];
      this.#put({ kind: RecordKind.view, node: one, peer: other, name: this.#overlay, number: 0 });
      this.#link(place);
      // One goes and one comes: two changes.
      this.#nextChangeMicros += (2 * MICROS_PER_SECOND) / (FRAMES_A_SECOND * linkChangesAFrame);
    }
    this.#deliver();
  }

  #deliver(): void {
    for (;;) {
      const sent = this.#flights[this.#oldestFlight];
      if (sent === undefined || sent.timeMicros + LATENCY_MICROS > this.timeMicros) return;
      this.#oldestFlight++;
      const { node: peer, peer: node, number } = sent;
      const name = this.#types[number % this.#types.length] ?? 0;
      this.#put({ kind: RecordKind.delivered, node, peer, name, number, cause: sent });
      if (this.#oldestFlight < BUSY_NETWORK.flightCount) continue;
      this.#flights.splice(0, this.#oldestFlight);
      this.#oldestFlight = 0;
    }
  }

  #link(place: number): void {
    const { nodeCount } = BUSY_NETWORK;
    const node = this.#draw(nodeCount);
    const peer = (node + 1 + this.#draw(nodeCount - 1)) % nodeCount;
    this.#links[place] = [node, peer];
    this.#put({ kind: RecordKind.view, node, peer, name: this.#overlay, number: 1 });
  }

  #put({ kind, node, peer = NO_PEER, name, number, cause }: Put): void {
    const record = this.#record;
    record.kind = kind;
    record.node = node;
    record.peer = peer;
    record.name = name;
    record.number = number;
    record.timeMicros = Math.floor(this.timeMicros);
    record.origin = node + 1;
    record.counter = this.#counters[node]!++;
    record.causeTimeMicros = cause?.timeMicros ?? record.timeMicros;
    record.causeOrigin = (cause?.node ?? node) + 1;
    record.causeCounter = cause?.counter ?? record.counter;
    record.channel = Channel.stream;
    record.bytes = 64;
    record.contentHigh = this.#draw(1 << 30);
    record.contentLow = this.#draw(1 << 30);
    this.#accept(record);
    this.recordCount++;
  }

  /** A whole number below a limit, by the multiplier of "minimal standard" (Park and Miller, CACM 31(10), 1988). */
  #draw(limit: number): number {
    this.#chance = (this.#chance * 16_807) % 2_147_483_647;
    return this.#chance % limit;
  }
}
