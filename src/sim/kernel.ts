// What the parts of the simulator share: virtual time, the key of the running event, and the one way to
// schedule another. Datagrams, streams and timers are written against it.

import type { Names } from "../trace/names.js";
import { RecordKind } from "../trace/record.js";
import type { Channel } from "../trace/record.js";
import type { Recorder } from "../trace/recorder.js";
import { AccessLinks } from "./access-links.js";
import { noFields } from "./event-fields.js";
import { EventQueue } from "./event-queue.js";
import type { EventFields } from "./event-fields.js";
import type { EventSlot } from "./event-queue.js";
import type { NetworkModel } from "./network-model.js";
import { NodeTable } from "./node-table.js";
import { Passage } from "./passage.js";
import { ScenarioNumbers } from "./scenario-numbers.js";

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
  /** The fields as text, where somebody wants to read them; they are never part of the digest. */
  text?: string;
}

/** An event to be scheduled; what is left out is 0, and no payload. */
export interface NewEvent extends Partial<
  Pick<EventFields, "first" | "second" | "third" | "wide">
> {
  readonly kind: number;
  readonly node: number;
  readonly timeMicros: number;
  readonly payload?: unknown;
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
  readonly scenarioNumbers = new ScenarioNumbers();

  /** The next event to be scheduled: callers fill what `scheduleNext` does not, and call it. */
  readonly next: EventFields = noFields();

  constructor(parts: { names: Names; recorder: Recorder; network: NetworkModel }) {
    this.names = parts.names;
    this.recorder = parts.recorder;
    this.network = parts.network;
  }

  /**
   * Schedules an event on behalf of node `source` (-1: the scenario) to happen at `node`, at least 1 µs after the
   * running event: that is what makes the order of keys the order of execution.
   */
  schedule(source: number, event: NewEvent): EventSlot {
    const { next } = this;
    next.timeMicros = event.timeMicros;
    next.kind = event.kind;
    next.node = event.node;
    next.first = event.first ?? 0;
    next.second = event.second ?? 0;
    next.third = event.third ?? 0;
    next.wide = event.wide ?? 0;
    return this.scheduleNext(source, event.payload);
  }

  /**
   * Schedules `next` on behalf of a node. The same as `schedule` for the hot path: nothing is allocated.
   */
  scheduleNext(source: number, payload: unknown): EventSlot {
    const { next, nowMicros } = this;
    const { row } = this.recorder;
    if (next.timeMicros <= nowMicros) next.timeMicros = nowMicros + 1;
    next.origin = source + 1;
    next.counter =
      source < 0 ? this.scenarioNumbers.next(next.timeMicros) : this.nodes.nextCounter(source);
    next.causeTimeMicros = row.timeMicros;
    next.causeOrigin = row.origin;
    next.causeCounter = row.counter;
    return this.queue.schedule(next, payload);
  }

  /** Puts the taken event off: the same event, with its key's origin and counter, at a later time. */
  postpone(kind: number, timeMicros: number): void {
    const { taken, takenPayload } = this.queue;
    taken.kind = kind;
    taken.timeMicros = timeMicros;
    this.queue.schedule(taken, takenPayload);
  }

  /** Records that a message left `node`, or why it did not; `reason` is the empty string for one that passed. */
  recordSent(
    node: number,
    peer: number,
    channel: Channel,
    number: number,
    parcel: Parcel,
    reason: string,
  ): void {
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
    if (parcel.text === undefined || parcel.text === "") return;
    // The row still has the message's name, peer and number.
    this.recorder.open(RecordKind.content, node).text = parcel.text;
    this.recorder.commit();
  }

  /** Records that the message of the taken event reached its node and is handed to it. */
  recordDelivered(channel: Channel, number: number, name: number): void {
    const { taken } = this.queue;
    const row = this.recorder.open(RecordKind.delivered, taken.node);
    row.peer = taken.origin - 1;
    row.channel = channel;
    row.name = name;
    row.bytes = taken.second;
    row.number = number;
    row.application = taken.wide;
    this.recorder.commit();
  }

  /** Records that the message of the taken event was given up at its node. */
  recordArrivalDropped(channel: Channel, number: number, name: number, reason: string): void {
    const { node, origin, second, wide } = this.queue.taken;
    this.recordDropped(node, origin - 1, channel, number, name, second, wide, reason);
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
