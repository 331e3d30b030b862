// What was written in a block so far, so that records can refer to it: events, messages that left, their contents.
// Encoder and decoder keep the same tables of places; the encoder also finds places by what is there.

import { NO_NAME } from "../names.js";
import { PlaceTable, mixPlace } from "./place-table.js";
import { BLOCK_RECORDS_MAX } from "./record-columns.js";
import type { RecordColumns } from "./record-columns.js";

/** Finds the events and messages of a block among its records, while they are written. */
export class BlockKeys {
  /** Places of the first record of each event, and of each `sent` record. */
  readonly eventPlaces = new Int32Array(BLOCK_RECORDS_MAX);
  readonly sentPlaces = new Int32Array(BLOCK_RECORDS_MAX);
  eventCount = 0;
  sentCount = 0;
  readonly #columns: RecordColumns;
  readonly #events = new PlaceTable();
  readonly #messages = new PlaceTable();

  constructor(columns: RecordColumns) {
    this.#columns = columns;
  }

  clear(): void {
    this.eventCount = 0;
    this.sentCount = 0;
    this.#events.clear();
    this.#messages.clear();
  }

  /** Enters the event that begins at a place. */
  enterEvent(i: number): void {
    const { timeMicros, origin, counter } = this.#columns;
    this.#events.enter(mixPlace(timeMicros[i]!, origin[i]!, counter[i]!, 0), this.eventCount);
    this.eventPlaces[this.eventCount++] = i;
  }

  /** The number of the event that caused that of the record at a place; -1 when it is not in this block. */
  causeOf(i: number): number {
    const { timeMicros, origin, counter, causeTimeMicros, causeOrigin, causeCounter } =
      this.#columns;
    const hash = mixPlace(causeTimeMicros[i]!, causeOrigin[i]!, causeCounter[i]!, 0);
    const event = this.#events.find(hash);
    if (event < 0) return -1;
    const place = this.eventPlaces[event]!;
    return timeMicros[place] === causeTimeMicros[i] &&
      origin[place] === causeOrigin[i] &&
      counter[place] === causeCounter[i]
      ? event
      : -1;
  }

  /** Enters the message of the `sent` record at a place. */
  enterMessage(i: number): void {
    const { node, peer, number, channel, reason } = this.#columns;
    if (reason[i] === NO_NAME) {
      const hash = mixPlace(node[i]!, peer[i]!, number[i]!, channel[i]!);
      this.#messages.enter(hash, this.sentCount);
    }
    this.sentPlaces[this.sentCount++] = i;
  }

  /**
   * The number of the `sent` record of the message that the record at a place brings; -1 when it is not in this block,
   * or differs in anything that is not written for an arrival.
   */
  messageOf(i: number): number {
    const c = this.#columns;
    const sent = this.#messages.find(mixPlace(c.peer[i]!, c.node[i]!, c.number[i]!, c.channel[i]!));
    if (sent < 0) return -1;
    const place = this.sentPlaces[sent]!;
    return c.node[place] === c.peer[i] &&
      c.peer[place] === c.node[i] &&
      c.number[place] === c.number[i] &&
      c.channel[place] === c.channel[i] &&
      c.name[place] === c.name[i] &&
      c.bytes[place] === c.bytes[i] &&
      c.application[place] === c.application[i]
      ? sent
      : -1;
  }

  /** Whether the event of the record at `i` is what the event of the `sent` record at `place` set off at its node. */
  isSetOffBy(i: number, place: number): boolean {
    const c = this.#columns;
    return (
      c.origin[i] === c.node[place]! + 1 &&
      c.causeTimeMicros[i] === c.timeMicros[place] &&
      c.causeOrigin[i] === c.origin[place] &&
      c.causeCounter[i] === c.counter[place]
    );
  }
}
