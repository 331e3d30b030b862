// The pending events of a run, taken in the total order of their keys (time, origin, counter).
//
// A hierarchical timing wheel: buckets of 16 µs for the next quarter of a second, coarser wheels for what is
// farther off, each event moving to a finer wheel at most three times. A bucket is sorted when it is opened;
// what is scheduled into the open bucket goes through a small heap. The events themselves are rows of event-rows.ts.

import { invariant } from "../trace/invariant.js";
import { noFields } from "./event-fields.js";
import type { EventFields } from "./event-fields.js";
import { EventHeap } from "./event-heap.js";
import { CANCELLED, EVENT_ROWS_MAX, EventRows, NO_EVENT } from "./event-rows.js";
import type { EventSlot } from "./event-rows.js";
import { KeyedSlots, sortKeyedSlots } from "./event-sort.js";
import type { PlainData } from "./plain-data.js";
import { TimingWheel } from "./timing-wheel.js";

export { NO_EVENT } from "./event-rows.js";
export type { EventSlot } from "./event-rows.js";

/** Width of a bucket of the finest wheel: with 10^4 events in flight about three share one. */
const BUCKET_MICROS = 16;
const FINE_BUCKETS = 16384;
const COARSE_BUCKETS = 1024;
/** Width of a bucket of each wheel; each wheel spans exactly one bucket of the next. */
const WHEEL_MICROS = [
  BUCKET_MICROS,
  BUCKET_MICROS * FINE_BUCKETS,
  BUCKET_MICROS * FINE_BUCKETS * COARSE_BUCKETS,
  BUCKET_MICROS * FINE_BUCKETS * COARSE_BUCKETS * COARSE_BUCKETS,
] as const;
const WHEELS = WHEEL_MICROS.length;

/** The latest virtual time of an event: the span of the coarsest wheel, 8.9 years. */
export const TIME_MICROS_MAX = WHEEL_MICROS[3] * COARSE_BUCKETS - 1;

/** Cancelled rows are swept out when there are more than this and more than there are pending events. */
const CANCELLED_KEPT = 1024;
const TWO_TO_32 = 4294967296;
/** A handle is generation × 2^26 + slot: 67 million events at once, 134 million reuses of a row. */
const HANDLE_SLOTS = EVENT_ROWS_MAX;

/** The queue of all pending events of one simulation. */
export class EventQueue {
  readonly #rows = new EventRows();
  /** What belongs to an event beside its numbers: a message, a timer's argument. */
  readonly #payloads: unknown[] = [];
  #free = NO_EVENT;
  #used = 0;
  #size = 0;
  /** Rows of cancelled events that have not been given back. */
  #cancelledCount = 0;
  /** How many of them the last sweep left: those of the open bucket, which have their turn soon. */
  #unsweepableCount = 0;

  readonly #wheels: readonly TimingWheel[];
  /** Number of the open bucket of the finest wheel; everything earlier has been taken or is in the heap. */
  #cursor = -1;
  /** Number of the first bucket of the finest wheel that coarse buckets have not been dealt out to. */
  #dealtEnd = FINE_BUCKETS;

  /** The open bucket's events in order, from `#readyHead` to `#readyEnd`. */
  readonly #ready = new KeyedSlots(256);
  readonly #scratch = new KeyedSlots(256);
  #readyHead = 0;
  #readyEnd = 0;
  /** What was scheduled into the open bucket or before it. */
  readonly #heap = new EventHeap(this.#rows);

  /** The event that `take` took last. */
  readonly taken: EventFields = noFields();
  /** Its row, which is given back by the next `take`. */
  #takenSlot: EventSlot = NO_EVENT;

  constructor() {
    this.#wheels = WHEEL_MICROS.map(
      (width, level) => new TimingWheel(width, level === 0 ? FINE_BUCKETS : COARSE_BUCKETS),
    );
  }

  /** Number of pending events. */
  get size(): number {
    return this.#size;
  }

  /** Adds an event. Its time must not be before that of the last event taken. */
  schedule(fields: EventFields, payload: unknown): EventSlot {
    const slot = this.#allocate();
    this.#rows.write(slot, fields);
    this.#payloads[slot] = payload;
    this.#size++;
    this.#place(slot, fields.timeMicros);
    return slot;
  }

  /** A handle of the event in `slot` that stays unambiguous after the row is used again. */
  handle(slot: EventSlot): number {
    return (this.#rows.generationOf(slot) + 1) * HANDLE_SLOTS + slot;
  }

  /** Takes a pending event back. Does nothing for a handle whose event was taken or cancelled. */
  cancel(handle: number): boolean {
    const slot = handle % HANDLE_SLOTS;
    const generation = Math.floor(handle / HANDLE_SLOTS) - 1;
    if (slot >= this.#used || this.#rows.generationOf(slot) !== generation) return false;
    // The row stays where it is until its turn or the next sweep: unlinking it at once would take a link back from
    // every row, and a cache miss for every event that is scheduled.
    this.#markCancelled(slot);
    const sweepable = this.#cancelledCount - this.#unsweepableCount;
    if (sweepable > CANCELLED_KEPT && sweepable > this.#size) this.#sweep();
    return true;
  }

  #markCancelled(slot: EventSlot): void {
    this.#rows.cancel(slot);
    this.#rows.endGeneration(slot);
    this.#payloads[slot] = undefined;
    this.#size--;
    this.#cancelledCount++;
  }

  /** Cancels every event in the wheels that the predicate names. Looks at each: for seldom. */
  cancelWhere(isUnwanted: (slot: EventSlot) => boolean): void {
    for (const wheel of this.#wheels) {
      for (const head of wheel.heads) {
        for (let slot = head; slot !== NO_EVENT; slot = this.#rows.nextOf(slot)) {
          if (this.kindOf(slot) !== CANCELLED && isUnwanted(slot)) this.#markCancelled(slot);
        }
      }
    }
    this.#sweep();
  }

  /** Gives the rows of all cancelled events in the wheels back. Costs a look at each: paid for by as many cancels. */
  #sweep(): void {
    for (const wheel of this.#wheels) {
      for (let bucket = 0; bucket < wheel.size; bucket++) {
        let slot = wheel.heads[bucket]!;
        if (slot === NO_EVENT) continue;
        wheel.heads[bucket] = NO_EVENT;
        wheel.clear(bucket);
        while (slot !== NO_EVENT) {
          const next = this.#rows.nextOf(slot);
          if (this.kindOf(slot) === CANCELLED) this.#recycleCancelled(slot);
          else this.#link(slot, wheel, bucket);
          slot = next;
        }
      }
    }
    this.#unsweepableCount = this.#cancelledCount;
  }

  #recycleCancelled(slot: EventSlot): void {
    this.#cancelledCount--;
    if (this.#unsweepableCount > this.#cancelledCount)
      this.#unsweepableCount = this.#cancelledCount;
    this.#recycle(slot);
  }

  /** The event that comes next, left in place; `NO_EVENT` when there is none. */
  peek(): EventSlot {
    // Nearly always the heap is empty and the bucket is not: that is asked first, in a function small enough to inline.
    if (this.#heap.size === 0 && this.#readyHead < this.#readyEnd) {
      const slot = this.#ready.slots[this.#readyHead]!;
      if (this.#rows.kindOf(slot) !== CANCELLED) return slot;
    }
    return this.#search();
  }

  #search(): EventSlot {
    for (;;) {
      const fromHeap = this.#nextIsInHeap();
      const slot = fromHeap
        ? this.#heap.first
        : this.#readyHead < this.#readyEnd
          ? this.#ready.slots[this.#readyHead]!
          : NO_EVENT;
      if (slot === NO_EVENT) {
        if (!this.#openNextBucket()) return NO_EVENT;
      } else if (this.kindOf(slot) !== CANCELLED) {
        return slot;
      } else {
        if (fromHeap) this.#heap.pop();
        else this.#readyHead++;
        this.#recycleCancelled(slot);
      }
    }
  }

  /**
   * Takes the event that comes next: copies it to `taken`, and leaves what belongs to it in `takenPayload`. Its row is given
   * back by the next call, so that what handlers schedule gets rows that are in the cache. False when nothing is pending.
   */
  take(): boolean {
    this.#releaseTaken();
    const slot = this.peek();
    if (slot === NO_EVENT) return false;
    if (this.#heap.size !== 0 && this.#nextIsInHeap()) this.#heap.pop();
    else this.#readyHead++;
    this.#size--;
    this.#rows.endGeneration(slot);
    this.#rows.read(slot, this.taken);
    this.#takenSlot = slot;
    return true;
  }

  /** What belongs to the event taken last beside its numbers. */
  get takenPayload(): unknown {
    // Read from its row: a field that holds it would cost a write barrier an event.
    return this.#payloads[this.#takenSlot];
  }

  /** The handle that the event taken last had. */
  get takenHandle(): number {
    return (this.#rows.formerGenerationOf(this.#takenSlot) + 1) * HANDLE_SLOTS + this.#takenSlot;
  }

  #releaseTaken(): void {
    const slot = this.#takenSlot;
    if (slot === NO_EVENT) return;
    this.#takenSlot = NO_EVENT;
    this.#release(slot);
  }

  timeOf(slot: EventSlot): number {
    return this.#rows.timeOf(slot);
  }

  originOf(slot: EventSlot): number {
    return this.#rows.originOf(slot);
  }

  kindOf(slot: EventSlot): number {
    return this.#rows.kindOf(slot);
  }

  firstOf(slot: EventSlot): number {
    return this.#rows.firstOf(slot);
  }

  nodeOf(slot: EventSlot): number {
    return this.#rows.nodeOf(slot);
  }

  counterOf(slot: EventSlot): number {
    return this.#rows.counterOf(slot);
  }

  thirdOf(slot: EventSlot): number {
    return this.#rows.thirdOf(slot);
  }

  payloadOf(slot: EventSlot): unknown {
    return this.#payloads[slot];
  }

  /** Puts an event's row into the heap or the bucket of its time. */
  #place(slot: EventSlot, timeMicros: number): void {
    const bucket = Math.floor(timeMicros / BUCKET_MICROS);
    const distance = bucket - this.#cursor;
    if (distance <= 0) this.#heap.push(slot);
    else if (distance <= FINE_BUCKETS)
      this.#link(slot, this.#wheels[0]!, bucket & (FINE_BUCKETS - 1));
    else this.#placeCoarse(slot, timeMicros);
  }

  #placeCoarse(slot: EventSlot, timeMicros: number): void {
    const openMicros = this.#cursor * BUCKET_MICROS;
    for (let level = 1; level < WHEELS; level++) {
      const wheel = this.#wheels[level]!;
      const bucket = Math.floor(timeMicros / wheel.widthMicros);
      if (bucket - Math.floor(openMicros / wheel.widthMicros) <= wheel.size) {
        this.#link(slot, wheel, bucket & wheel.mask);
        return;
      }
    }
    invariant(false, `Events are scheduled at most ${TIME_MICROS_MAX} µs after the start`);
  }

  #link(slot: EventSlot, wheel: TimingWheel, bucket: number): void {
    const head = wheel.heads[bucket]!;
    this.#rows.setNext(slot, head);
    wheel.heads[bucket] = slot;
    if (head === NO_EVENT) wheel.mark(bucket);
  }

  /** Opens the first bucket that has an event; false when nothing is pending. */
  #openNextBucket(): boolean {
    if (this.#size === 0) return false;
    const fine = this.#wheels[0]!;
    for (;;) {
      const first = this.#cursor + 1;
      const distance = fine.distanceToOccupied(first & fine.mask);
      const candidate = distance < 0 ? Infinity : first + distance;
      if (candidate < this.#dealtEnd) {
        this.#cursor = candidate;
        this.#gather(candidate & fine.mask);
        return true;
      }
      this.#dealOutNext(candidate);
    }
  }

  /** Moves the events of the next coarse buckets that begin together to the finer wheels. */
  #dealOutNext(fineCandidate: number): void {
    const openMicros = this.#cursor * BUCKET_MICROS;
    let startMicros = Math.floor(fineCandidate / FINE_BUCKETS) * FINE_BUCKETS * BUCKET_MICROS;
    for (let level = 1; level < WHEELS; level++) {
      const wheel = this.#wheels[level]!;
      const next = Math.floor(openMicros / wheel.widthMicros) + 1;
      const distance = wheel.distanceToOccupied(next & wheel.mask);
      if (distance >= 0) startMicros = Math.min(startMicros, (next + distance) * wheel.widthMicros);
    }
    invariant(
      startMicros < Infinity,
      "A pending event is in the heap, the run or one of the wheels",
    );
    this.#cursor = startMicros / BUCKET_MICROS - 1;
    this.#dealtEnd = this.#cursor + 1 + FINE_BUCKETS;
    for (let level = WHEELS - 1; level >= 1; level--) {
      const wheel = this.#wheels[level]!;
      if (startMicros % wheel.widthMicros === 0) {
        this.#dealOut(wheel, (startMicros / wheel.widthMicros) & wheel.mask);
      }
    }
  }

  #dealOut(wheel: TimingWheel, bucket: number): void {
    let slot = wheel.heads[bucket]!;
    if (slot === NO_EVENT) return;
    wheel.heads[bucket] = NO_EVENT;
    wheel.clear(bucket);
    while (slot !== NO_EVENT) {
      const next = this.#rows.nextOf(slot);
      if (this.kindOf(slot) === CANCELLED) this.#recycleCancelled(slot);
      else this.#place(slot, this.timeOf(slot));
      slot = next;
    }
  }

  /** Sorts the events of a bucket of the finest wheel into the run of the open bucket. */
  #gather(bucket: number): void {
    const fine = this.#wheels[0]!;
    const ready = this.#ready;
    const rows = this.#rows;
    const startMicros = this.#cursor * BUCKET_MICROS;
    let length = 0;
    let slot = fine.heads[bucket]!;
    fine.heads[bucket] = NO_EVENT;
    fine.clear(bucket);
    while (slot !== NO_EVENT) {
      if (length === ready.capacity) ready.grow(length + 1);
      ready.major[length] = (rows.timeOf(slot) - startMicros) * TWO_TO_32 + rows.originOf(slot);
      ready.minor[length] = rows.counterOf(slot);
      ready.slots[length] = slot;
      slot = rows.nextOf(slot);
      length++;
    }
    if (length > 1) sortKeyedSlots(ready, length, this.#scratch);
    this.#readyHead = 0;
    this.#readyEnd = length;
  }

  /** Whether the least event is in the heap rather than at the head of the open run. */
  #nextIsInHeap(): boolean {
    if (this.#heap.size === 0) return false;
    if (this.#readyHead === this.#readyEnd) return true;
    return this.#rows.precedes(this.#heap.first, this.#ready.slots[this.#readyHead]!);
  }

  #allocate(): EventSlot {
    const slot = this.#free;
    if (slot !== NO_EVENT) {
      this.#free = this.#rows.nextOf(slot);
      return slot;
    }
    if (this.#used === this.#rows.capacity) this.#rows.grow();
    return this.#used++;
  }

  #recycle(slot: EventSlot): void {
    this.#rows.endGeneration(slot);
    this.#release(slot);
  }

  #release(slot: EventSlot): void {
    this.#payloads[slot] = undefined;
    this.#rows.setNext(slot, this.#free);
    this.#free = slot;
  }

  /** A copy of everything pending. `pack` turns a payload into plain data. */
  snapshot(pack: (payload: unknown, kind: number) => PlainData): PlainData {
    this.#releaseTaken();
    const ready: number[] = [];
    for (let i = this.#readyHead; i < this.#readyEnd; i++) ready.push(this.#ready.slots[i]!);
    return {
      rows: this.#rows.copy(this.#used),
      payloads: Array.from({ length: this.#used }, (_, slot) =>
        this.#payloads[slot] === undefined ? null : [pack(this.#payloads[slot], this.kindOf(slot))],
      ),
      free: this.#free,
      size: this.#size,
      cancelledCount: this.#cancelledCount,
      unsweepableCount: this.#unsweepableCount,
      cursor: this.#cursor,
      dealtEnd: this.#dealtEnd,
      ready,
      heap: this.#heap.copy(),
    };
  }

  /** Takes over what `snapshot` gave; whatever was pending is dropped. `unpack` undoes `pack`. */
  restore(state: PlainData, unpack: (payload: PlainData, kind: number) => unknown): void {
    const saved = state as unknown as QueueState;
    this.#takenSlot = NO_EVENT;
    this.#free = saved.free;
    this.#size = saved.size;
    this.#cancelledCount = saved.cancelledCount;
    this.#unsweepableCount = saved.unsweepableCount;
    this.#cursor = saved.cursor;
    this.#dealtEnd = saved.dealtEnd;
    this.#used = saved.payloads.length;
    this.#rows.replace(saved.rows, this.#used);
    this.#payloads.length = 0;
    saved.payloads.forEach((payload, slot) => {
      this.#payloads[slot] = payload === null ? undefined : unpack(payload[0], this.kindOf(slot));
    });
    this.#heap.replace(saved.heap);
    this.#readyHead = 0;
    this.#readyEnd = saved.ready.length;
    this.#ready.grow(Math.max(1, this.#readyEnd));
    this.#ready.slots.set(saved.ready);
    for (const wheel of this.#wheels) wheel.empty();
    const isElsewhere = new Uint8Array(this.#used);
    for (const slot of [...saved.heap, ...saved.ready, ...this.#freeSlots()]) isElsewhere[slot] = 1;
    for (let slot = 0; slot < this.#used; slot++) {
      if (isElsewhere[slot] === 0) this.#place(slot, this.timeOf(slot));
    }
  }

  *#freeSlots(): Generator<EventSlot> {
    for (let slot = this.#free; slot !== NO_EVENT; slot = this.#rows.nextOf(slot)) yield slot;
  }
}

/** The shape of a snapshot. */
interface QueueState {
  readonly rows: Uint8Array;
  readonly payloads: readonly (readonly [PlainData] | null)[];
  readonly free: number;
  readonly size: number;
  readonly cancelledCount: number;
  readonly unsweepableCount: number;
  readonly cursor: number;
  readonly dealtEnd: number;
  readonly ready: readonly number[];
  readonly heap: readonly number[];
}
