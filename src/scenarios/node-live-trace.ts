// The records of one live node in a trace file, of the kinds and in the words of simulated runs. Nodes are called by
// their ids, since nobody named them. Times are those of the node's clock; what caused what is not known live.

import { clearInterval, setInterval } from "node:timers";

import type { NodeRecorder } from "../protocol/node-recorder.js";
import { traceHeader } from "../trace/json-lines.js";
import { Names } from "../trace/names.js";
import { TraceFileWriter } from "../trace/node-trace-file.js";
import { RecordKind } from "../trace/record.js";
import type { Channel, RecordSink, RunRecord } from "../trace/record.js";
import { Recorder } from "../trace/recorder.js";
import type { Peer } from "../transport/peer.js";
import type {
  ConnectionChange,
  MessageFact,
  TransportObserver,
} from "../transport/transport-observer.js";
import { NodeRecords } from "./node-records.js";

/** What a trace is made of. */
export interface LiveTraceOptions {
  readonly path: string;
  readonly self: Peer;
  /** Name of the network, where simulated runs have that of their scenario. */
  readonly network: string;
  /** Version of Peerscape. */
  readonly version: string;
  readonly nowMicros: () => number;
  /** Told once when the file cannot grow: a full disk must not end the node. */
  readonly onFailure: (error: unknown) => void;
}

/** How often what was traced is written, so that a killed process leaves all but the last of it. */
const SAVE_MILLIS = 1000;
/** Index of the traced node itself. */
const SELF = 0;

/** Writes what a watcher of a live node is told. */
export class LiveTrace
  extends NodeRecords
  implements NodeRecorder, Omit<TransportObserver, "refused">
{
  readonly path: string;
  readonly #file: TraceFileWriter;
  readonly #records: Recorder;
  readonly #words: Names;
  readonly #peerIndex: PeerIndexes;
  readonly #nowMicros: () => number;
  readonly #saving: NodeJS.Timeout;
  #isClosed = false;

  /** Opens the file. Throws `TraceFileError`. */
  constructor({ path, self, network, version, nowMicros, onFailure }: LiveTraceOptions) {
    const recorder = new Recorder(null);
    const names = new Names();
    const peers = new PeerIndexes(self);
    const nameOf = (index: number): string => peers.nameAt(index);
    super({ recorder, names, peers, nameOf, onStatus: () => undefined });
    const file = new TraceFileWriter(
      path,
      traceHeader({ scenario: network, seed: "live", version, nodeCount: 1 }),
      { text: (name) => names.text(name), nodeName: nameOf },
    );
    const sink = new StampedSink(file, nowMicros, onFailure);
    recorder.attach(sink);
    this.#saving = setInterval(() => {
      sink.save();
    }, SAVE_MILLIS).unref();
    this.path = path;
    this.#file = file;
    this.#records = recorder;
    this.#words = names;
    this.#peerIndex = peers;
    this.#nowMicros = nowMicros;
  }

  sent(to: Peer, channel: Channel, fact: MessageFact, reason: string): void {
    const row = this.#message(RecordKind.sent, to, channel, fact);
    row.reason = this.#words.id(reason);
    row.contentHigh = fact.contentHigh;
    row.contentLow = fact.contentLow;
    this.#records.commit();
  }

  delivered(from: Peer, channel: Channel, fact: MessageFact): void {
    this.#message(RecordKind.delivered, from, channel, fact);
    this.#records.commit();
  }

  dropped(peer: Peer, channel: Channel, fact: MessageFact, reason: string): void {
    const row = this.#message(RecordKind.dropped, peer, channel, fact);
    row.reason = this.#words.id(reason);
    this.#records.commit();
  }

  connection(peer: Peer, change: ConnectionChange, epoch: number, reason: string): void {
    const row = this.#records.open(RecordKind.connection, SELF);
    row.name = this.#words.id(change);
    row.peer = this.#peerIndex.indexOf(peer);
    row.number = epoch;
    row.reason = this.#words.id(reason);
    this.#records.commit();
  }

  /** Writes the footer. Idempotent. Throws `TraceFileError`. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#saving);
    this.#file.close({ endMicros: this.#nowMicros(), digest: null, ending: "ended" });
  }

  #message(kind: RecordKind, peer: Peer, channel: Channel, fact: MessageFact): RunRecord {
    const row = this.#records.open(kind, SELF);
    row.name = this.#words.id(fact.type);
    row.channel = channel;
    row.peer = this.#peerIndex.indexOf(peer);
    row.bytes = fact.bytes;
    row.number = fact.number;
    row.application = fact.application;
    return row;
  }
}

/** Gives rows their time and number, and ends with the first failure of the file. */
class StampedSink implements RecordSink {
  readonly kinds: readonly RecordKind[];
  readonly #file: TraceFileWriter;
  readonly #nowMicros: () => number;
  readonly #onFailure: (error: unknown) => void;
  #count = 0;
  #hasFailed = false;

  constructor(file: TraceFileWriter, nowMicros: () => number, onFailure: (error: unknown) => void) {
    this.kinds = file.kinds;
    this.#file = file;
    this.#nowMicros = nowMicros;
    this.#onFailure = onFailure;
  }

  accept(record: RunRecord): void {
    if (this.#hasFailed) return;
    record.timeMicros = record.causeTimeMicros = this.#nowMicros();
    record.origin = record.causeOrigin = SELF;
    record.counter = record.causeCounter = this.#count++;
    this.#try(() => {
      this.#file.accept(record);
    });
  }

  /** Writes what was gathered. */
  save(): void {
    if (this.#hasFailed) return;
    this.#try(() => {
      this.#file.flush();
    });
  }

  #try(write: () => void): void {
    try {
      write();
    } catch (error) {
      this.#hasFailed = true;
      this.#onFailure(error);
    }
  }
}

/** Numbers for peers, in the order in which they are met. */
class PeerIndexes {
  readonly #met: Peer[] = [];
  readonly #indexOf = new Map<string, number>();

  constructor(self: Peer) {
    this.indexOf(self);
  }

  indexOf(peer: Peer): number {
    // One that is known by its address alone is called so.
    const id = peer.id === "" ? peer.address : peer.id;
    const known = this.#indexOf.get(id);
    if (known !== undefined) return known;
    this.#indexOf.set(id, this.#met.length);
    this.#met.push(peer);
    return this.#met.length - 1;
  }

  at(index: number): Peer {
    return this.#met[index]!;
  }

  /** What the peer at an index is called: its id, or its address when that is all there is. */
  nameAt(index: number): string {
    const peer = this.#met[index];
    return peer === undefined ? "" : peer.id || peer.address;
  }
}
