// The pending events as rows of one buffer: 64 bytes each, one cache line, because at a million pending events the
// cache misses are the whole cost. Apart from the queue, which decides when a row's turn is.

import { invariant } from "../trace/invariant.js";
import type { EventFields } from "./event-fields.js";

/** Index of an event's row. */
export type EventSlot = number;

/** No event. */
export const NO_EVENT = -1;

/** Kind of a row whose event was cancelled: it is given back when it is come across. */
export const CANCELLED = 0;

/** Rows at most: what a handle can tell apart. */
export const EVENT_ROWS_MAX = 67108864;

// Words of a row, as indexes into the 32-bit and 64-bit views of the one buffer.
const ROW_WORDS = 16;
const ROW_DOUBLES = 8;
const TIME = 0;
const CAUSE_TIME = 1;
const WIDE = 2;
const ORIGIN = 6;
const COUNTER = 7;
const CAUSE_ORIGIN = 8;
const CAUSE_COUNTER = 9;
const KIND_AND_THIRD = 10;
const NODE = 11;
const FIRST = 12;
const SECOND = 13;
const NEXT = 14;
const GENERATION = 15;

/** Generations come round after 134 million uses of one row. */
const GENERATION_MASK = 0x7ffffff;

const INITIAL_CAPACITY = 1024;

/** The rows of all events of one queue, and one link of each to another. */
export class EventRows {
  #capacity = INITIAL_CAPACITY;
  #doubles = new Float64Array(INITIAL_CAPACITY * ROW_DOUBLES);
  #signed = new Int32Array(this.#doubles.buffer);
  #unsigned = new Uint32Array(this.#doubles.buffer);

  get capacity(): number {
    return this.#capacity;
  }

  /** Copies an event's numbers into a row. */
  write(slot: EventSlot, fields: EventFields): void {
    const double = slot * ROW_DOUBLES;
    const word = slot * ROW_WORDS;
    const doubles = this.#doubles;
    const unsigned = this.#unsigned;
    doubles[double + TIME] = fields.timeMicros;
    doubles[double + CAUSE_TIME] = fields.causeTimeMicros;
    doubles[double + WIDE] = fields.wide;
    unsigned[word + ORIGIN] = fields.origin;
    unsigned[word + COUNTER] = fields.counter;
    unsigned[word + CAUSE_ORIGIN] = fields.causeOrigin;
    unsigned[word + CAUSE_COUNTER] = fields.causeCounter;
    unsigned[word + KIND_AND_THIRD] = fields.kind | (fields.third << 6);
    unsigned[word + NODE] = fields.node;
    unsigned[word + FIRST] = fields.first;
    unsigned[word + SECOND] = fields.second;
  }

  /** Copies an event's numbers out of its row. */
  read(slot: EventSlot, fields: EventFields): void {
    const double = slot * ROW_DOUBLES;
    const word = slot * ROW_WORDS;
    const doubles = this.#doubles;
    const unsigned = this.#unsigned;
    fields.timeMicros = doubles[double + TIME]!;
    fields.causeTimeMicros = doubles[double + CAUSE_TIME]!;
    fields.wide = doubles[double + WIDE]!;
    fields.origin = unsigned[word + ORIGIN]!;
    fields.counter = unsigned[word + COUNTER]!;
    fields.causeOrigin = unsigned[word + CAUSE_ORIGIN]!;
    fields.causeCounter = unsigned[word + CAUSE_COUNTER]!;
    const kindAndThird = unsigned[word + KIND_AND_THIRD]!;
    fields.kind = kindAndThird & 63;
    fields.third = kindAndThird >>> 6;
    fields.node = this.#signed[word + NODE]!;
    fields.first = unsigned[word + FIRST]!;
    fields.second = unsigned[word + SECOND]!;
  }

  cancel(slot: EventSlot): void {
    this.#unsigned[slot * ROW_WORDS + KIND_AND_THIRD] = CANCELLED;
  }

  timeOf(slot: EventSlot): number {
    return this.#doubles[slot * ROW_DOUBLES + TIME]!;
  }

  originOf(slot: EventSlot): number {
    return this.#unsigned[slot * ROW_WORDS + ORIGIN]!;
  }

  counterOf(slot: EventSlot): number {
    return this.#unsigned[slot * ROW_WORDS + COUNTER]!;
  }

  kindOf(slot: EventSlot): number {
    return this.#signed[slot * ROW_WORDS + KIND_AND_THIRD]! & 63;
  }

  nodeOf(slot: EventSlot): number {
    return this.#signed[slot * ROW_WORDS + NODE]!;
  }

  firstOf(slot: EventSlot): number {
    return this.#unsigned[slot * ROW_WORDS + FIRST]!;
  }

  /** Below 2^26: it shares a word with the kind. */
  thirdOf(slot: EventSlot): number {
    return this.#signed[slot * ROW_WORDS + KIND_AND_THIRD]! >>> 6;
  }

  /** The total order of events: by time, then origin, then the origin's counter. */
  precedes(a: EventSlot, b: EventSlot): boolean {
    const timeA = this.timeOf(a);
    const timeB = this.timeOf(b);
    if (timeA !== timeB) return timeA < timeB;
    const originA = this.originOf(a);
    const originB = this.originOf(b);
    if (originA !== originB) return originA < originB;
    return this.counterOf(a) < this.counterOf(b);
  }

  /** How often the row's events have ended: tells an event from those that had its row before. */
  generationOf(slot: EventSlot): number {
    return this.#signed[slot * ROW_WORDS + GENERATION]!;
  }

  /** The row's event is over, taken or cancelled: handles of it mean nothing from now on. */
  endGeneration(slot: EventSlot): void {
    const word = slot * ROW_WORDS + GENERATION;
    this.#signed[word] = (this.#signed[word]! + 1) & GENERATION_MASK;
  }

  /** The generation before that of `generationOf`. */
  formerGenerationOf(slot: EventSlot): number {
    return (this.#signed[slot * ROW_WORDS + GENERATION]! - 1) & GENERATION_MASK;
  }

  /** The row that follows in whatever list the row is in. */
  nextOf(slot: EventSlot): EventSlot {
    return this.#signed[slot * ROW_WORDS + NEXT]!;
  }

  setNext(slot: EventSlot, next: EventSlot): void {
    this.#signed[slot * ROW_WORDS + NEXT] = next;
  }

  /** Twice as many rows. */
  grow(): void {
    invariant(
      this.#capacity * 2 <= EVENT_ROWS_MAX,
      `At most ${EVENT_ROWS_MAX} events are pending at once`,
    );
    this.#setCapacity(this.#capacity * 2);
  }

  /** A copy of the first `count` rows. */
  copy(count: number): Uint8Array {
    return new Uint8Array(this.#doubles.buffer.slice(0, count * ROW_WORDS * 4));
  }

  /** Takes over `count` rows that `copy` gave. */
  replace(rows: Uint8Array, count: number): void {
    let capacity = INITIAL_CAPACITY;
    while (capacity < count) capacity *= 2;
    this.#setCapacity(capacity);
    new Uint8Array(this.#doubles.buffer).set(rows);
  }

  #setCapacity(capacity: number): void {
    const before = this.#doubles;
    this.#capacity = capacity;
    this.#doubles = new Float64Array(capacity * ROW_DOUBLES);
    this.#doubles.set(before.subarray(0, this.#doubles.length));
    this.#signed = new Int32Array(this.#doubles.buffer);
    this.#unsigned = new Uint32Array(this.#doubles.buffer);
  }
}
