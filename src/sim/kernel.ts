// What the parts of the simulator share: virtual time, the key of the running event, and the one way to
// schedule another. Datagrams, streams and timers are written against it.

import type { Names } from "../trace/names.js";
import { RecordKind } from "../trace/record.js";
import type { Channel } from "../trace/record.js";
import type { Recorder } from "../trace/recorder.js";
import { AccessLinks } from "./access-links.js";
import { EventQueue } from "./event-queue.js";
import type { EventFields, EventSlot } from "./event-queue.js";
import type { NetworkModel } from "./network-model.js";
import { NodeTable } from "./node-table.js";
import { Passage } from "./passage.js";

/** Origin of the scenario's own events; a node's origin is its index plus one. */
export const SCENARIO_ORIGIN = 0;

/** A message as the kernel sees it: something opaque, and what its codec says of it. */
export interface Parcel {
  /** What the receiver is handed. */
  payload: unknown;
  /** Bytes as encoded, without any header. */
  bytes: number;
  /** The message type, as a number of the run's `Names`. */
  name: number;
  /** The application message id, or 0. */
  application: number;
  /** 64-bit hash of the canonical fields. */
  contentHigh: number;
  contentLow: number;
}

/** The state that all parts of one simulation work on. */
export class Kernel {
  readonly names: Names;
  readonly recorder: Recorder;
  readonly network: NetworkModel;
  readonly queue = new EventQueue();
  readonly nodes = new NodeTable();
  readonly links = new AccessLinks();
  /** The one passage: valid until the next message is judged. */
  readonly passage = new Passage();

  nowMicros = 0;
  /** The number of the scenario's next event. */
  scenarioCounter = 0;

  readonly #fields: EventFields = {
    timeMicros: 0,
    origin: 0,
    counter: 0,
    causeTimeMicros: 0,
    causeOrigin: 0,
    causeCounter: 0,
    kind: 0,
    node: 0,
    first: 0,
    second: 0,
    third: 0,
    wide: 0,
  };

  constructor(parts: { names: Names; recorder: Recorder; network: NetworkModel }) {
    this.names = parts.names;
    this.recorder = parts.recorder;
    this.network = parts.network;
  }

  /**
   * Schedules an event on behalf of node `source` (-1: the scenario) to happen at `node`, at least 1 µs after the
   * running event: that is what makes the order of keys the order of execution.
   */
  schedule(
    source: number,
    kind: number,
    node: number,
    timeMicros: number,
    first: number,
    second: number,
    third: number,
    wide: number,
    payload: unknown,
  ): EventSlot {
    const fields = this.#fields;
    const { row } = this.recorder;
    fields.timeMicros = timeMicros > this.nowMicros ? timeMicros : this.nowMicros + 1;
    fields.origin = source + 1;
    fields.counter = source < 0 ? this.scenarioCounter++ : this.nodes.nextCounter(source);
    fields.causeTimeMicros = row.timeMicros;
    fields.causeOrigin = row.origin;
    fields.causeCounter = row.counter;
    fields.kind = kind;
    fields.node = node;
    fields.first = first;
    fields.second = second;
    fields.third = third;
    fields.wide = wide;
    return this.queue.schedule(fields, payload);
  }

  /** Puts a taken event off: the same event, with its key's origin and counter, at a later time. */
  postpone(slot: EventSlot, kind: number, timeMicros: number): void {
    const { queue } = this;
    const fields = this.#fields;
    fields.timeMicros = timeMicros;
    fields.origin = queue.originOf(slot);
    fields.counter = queue.counterOf(slot);
    fields.causeTimeMicros = queue.causeTimeOf(slot);
    fields.causeOrigin = queue.causeOriginOf(slot);
    fields.causeCounter = queue.causeCounterOf(slot);
    fields.kind = kind;
    fields.node = queue.nodeOf(slot);
    fields.first = queue.firstOf(slot);
    fields.second = queue.secondOf(slot);
    fields.third = queue.thirdOf(slot);
    fields.wide = queue.wideOf(slot);
    queue.schedule(fields, queue.payloadOf(slot));
  }

  /** Records that a message left `node`, or why it did not; `reason` is the empty string for one that passed. */
  recordSent(node: number, peer: number, channel: Channel, number: number, parcel: Parcel, reason: string): void {
    const row = this.recorder.open(RecordKind.sent, node);
    row.peer = peer;
    row.channel = channel;
    row.name = parcel.name;
    row.bytes = parcel.bytes;
    row.number = number;
    row.reason = reason === "" ? 0 : this.names.id(reason);
    row.application = parcel.application;
    row.contentHigh = parcel.contentHigh;
    row.contentLow = parcel.contentLow;
    this.recorder.commit();
  }

  /** Records that a message reached `node` and is handed to it. */
  recordDelivered(
    node: number,
    peer: number,
    channel: Channel,
    number: number,
    name: number,
    bytes: number,
    application: number,
  ): void {
    const row = this.recorder.open(RecordKind.delivered, node);
    row.peer = peer;
    row.channel = channel;
    row.name = name;
    row.bytes = bytes;
    row.number = number;
    row.application = application;
    this.recorder.commit();
  }

  /** Records that a message was given up at `node`. */
  recordDropped(
    node: number,
    peer: number,
    channel: Channel,
    number: number,
    name: number,
    bytes: number,
    application: number,
    reason: string,
  ): void {
    const row = this.recorder.open(RecordKind.dropped, node);
    row.peer = peer;
    row.channel = channel;
    row.name = name;
    row.bytes = bytes;
    row.number = number;
    row.application = application;
    row.reason = this.names.id(reason);
    this.recorder.commit();
  }
}
