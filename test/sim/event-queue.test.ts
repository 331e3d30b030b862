import { describe, expect, it } from "vitest";
import fc from "fast-check";

import { noFields } from "../../src/sim/event-fields.js";
import { EventQueue, NO_EVENT, TIME_MICROS_MAX } from "../../src/sim/event-queue.js";
import type { EventFields } from "../../src/sim/event-fields.js";
import type { PlainData } from "../../src/sim/plain-data.js";

/** What the queue is held against: all that is pending, and the order of keys applied by search. */
interface Pending {
  readonly timeMicros: number;
  readonly origin: number;
  readonly counter: number;
  readonly handle: number;
}

type Operation =
  | { readonly do: "insert"; readonly delayMicros: number; readonly origin: number }
  | { readonly do: "storm"; readonly delayMicros: number; readonly events: number }
  | { readonly do: "cancel"; readonly which: number }
  | { readonly do: "cancel-old"; readonly which: number }
  | { readonly do: "take"; readonly events: number }
  | { readonly do: "peek" }
  | { readonly do: "save" };

const FIELD_NAMES = Object.keys(noFields()) as (keyof EventFields)[];

/** Delays from a microsecond to 11 days: every wheel, the open bucket, and both sides of their borders. */
const delay = fc.oneof(
  fc.integer({ min: 1, max: 40 }),
  fc.integer({ min: 1, max: 300_000 }),
  fc.integer({ min: 260_000, max: 600_000_000 }),
  fc.integer({ min: 1, max: 10 ** 12 }),
  fc
    .tuple(fc.constantFrom(16, 2 ** 18, 2 ** 28, 2 ** 38), fc.integer({ min: -17, max: 17 }))
    .map(([border, by]) => Math.max(1, border + by)),
);

const operation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constant("insert" as const),
      delayMicros: delay,
      origin: fc.integer({ min: 0, max: 5 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("storm" as const),
      delayMicros: delay,
      events: fc.integer({ min: 2, max: 80 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constant("cancel" as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("cancel-old" as const), which: fc.nat() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("take" as const),
      events: fc.integer({ min: 1, max: 6 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: "peek" as const }) },
  { weight: 1, arbitrary: fc.constant({ do: "save" as const }) },
);

/** A queue beside the list that says what it must do. */
class Checked {
  queue = new EventQueue();
  readonly #pending: Pending[] = [];
  readonly #ended: number[] = [];
  readonly #counters = [0, 0, 0, 0, 0, 0];
  #nowMicros = 0;

  perform(step: Operation): void {
    switch (step.do) {
      case "insert":
        this.#insert(this.#nowMicros + step.delayMicros, step.origin);
        break;
      case "storm":
        for (let i = 0; i < step.events; i++) {
          this.#insert(this.#nowMicros + step.delayMicros, (i * 7) % 6);
        }
        break;
      case "cancel":
        this.#cancel(step.which);
        break;
      case "cancel-old":
        if (this.#ended.length > 0) {
          expect(this.queue.cancel(this.#ended[step.which % this.#ended.length]!)).toBe(false);
        }
        break;
      case "take":
        for (let i = 0; i < step.events; i++) this.#take();
        break;
      case "peek": {
        const slot = this.queue.peek();
        const least = this.#least();
        expect(slot === NO_EVENT ? undefined : this.queue.timeOf(slot)).toBe(least?.timeMicros);
        break;
      }
      case "save":
        this.#save();
    }
    expect(this.queue.size).toBe(this.#pending.length);
  }

  takeAll(): void {
    while (this.#pending.length > 0) this.#take();
    expect(this.queue.take()).toBe(false);
  }

  #insert(timeMicros: number, origin: number): void {
    if (timeMicros > TIME_MICROS_MAX) return;
    const counter = this.#counters[origin]!++;
    const slot = this.queue.schedule(fieldsOf(timeMicros, origin, counter), `${origin}/${counter}`);
    this.#pending.push({ timeMicros, origin, counter, handle: this.queue.handle(slot) });
  }

  #cancel(which: number): void {
    if (this.#pending.length === 0) return;
    const [cancelled] = this.#pending.splice(which % this.#pending.length, 1);
    expect(this.queue.cancel(cancelled!.handle)).toBe(true);
    this.#ended.push(cancelled!.handle);
  }

  #take(): void {
    const least = this.#least();
    expect(this.queue.take()).toBe(least !== undefined);
    if (least === undefined) return;
    const { timeMicros, origin, counter } = least;
    const { taken, takenPayload } = this.queue;
    // Compared by hand: a thousand times as fast as `expect`, which then says what is wrong.
    const expected = fieldsOf(timeMicros, origin, counter);
    if (!areEqual(taken, expected)) expect(taken).toEqual(expected);
    if (takenPayload !== `${origin}/${counter}`) expect(takenPayload).toBe(`${origin}/${counter}`);
    this.#pending.splice(this.#pending.indexOf(least), 1);
    this.#ended.push(least.handle);
    this.#nowMicros = timeMicros;
  }

  #least(): Pending | undefined {
    let least: Pending | undefined;
    for (const one of this.#pending) if (least === undefined || precedes(one, least)) least = one;
    return least;
  }

  /** Goes on with another queue, which is not a fresh one, from a snapshot that went through text. */
  #save(): void {
    const saved = throughText(this.queue.snapshot((payload) => [payload as string]));
    this.queue = new EventQueue();
    this.queue.schedule(fieldsOf(3, 0, 0), "dropped");
    this.queue.schedule(fieldsOf(3_000_000, 0, 1), "dropped");
    this.queue.peek();
    this.queue.restore(saved, (payload) => (payload as readonly string[])[0]);
  }
}

function precedes(a: Pending, b: Pending): boolean {
  if (a.timeMicros !== b.timeMicros) return a.timeMicros < b.timeMicros;
  if (a.origin !== b.origin) return a.origin < b.origin;
  return a.counter < b.counter;
}

/** Fields that differ in every word, so that one that is mixed up with another shows. */
function fieldsOf(timeMicros: number, origin: number, counter: number): EventFields {
  return {
    timeMicros,
    origin,
    counter,
    causeTimeMicros: timeMicros * 3 + 1,
    causeOrigin: 4_294_967_295 - origin,
    causeCounter: 4_294_967_295 - counter,
    kind: 1 + (counter % 63),
    node: origin - 1,
    first: 4_000_000_000 + origin,
    second: 4_100_000_000 + counter,
    third: 67_108_863 - counter,
    wide: Number.MAX_SAFE_INTEGER - counter,
  };
}

function areEqual(a: EventFields, b: EventFields): boolean {
  return FIELD_NAMES.every((name) => a[name] === b[name]);
}

/** What a snapshot is after a file: byte arrays become lists of numbers and come back. */
function throughText(state: PlainData): PlainData {
  const text = JSON.stringify(state, (_key, value: unknown) =>
    value instanceof Uint8Array ? { bytes: Array.from(value) } : value,
  );
  return JSON.parse(text, (_key, value: unknown) => {
    const { bytes } = (value ?? {}) as { bytes?: number[] };
    return Array.isArray(bytes) ? Uint8Array.from(bytes) : value;
  }) as PlainData;
}

describe("the event queue", () => {
  it("gives any schedule of insertions, cancellations, takes and snapshots in the total order of keys", () => {
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 250, size: "max" }), (operations) => {
        const checked = new Checked();
        for (const step of operations) checked.perform(step);
        checked.takeAll();
      }),
      { numRuns: 150, seed: 1 },
    );
  });

  it("orders a storm at one instant by origin, then by the origin's counter", () => {
    const queue = new EventQueue();
    const keys = Array.from(
      { length: 5000 },
      (_, i) => [(i * 31) % 50, Math.floor(i / 50)] as const,
    );
    for (const [origin, counter] of keys.toReversed()) {
      queue.schedule(fieldsOf(777, origin, counter), null);
    }
    const taken: (readonly [number, number])[] = [];
    while (queue.take()) taken.push([queue.taken.origin, queue.taken.counter]);
    expect(taken).toEqual(keys.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]));
  });

  it("takes what is scheduled into the open bucket in its turn", () => {
    const queue = new EventQueue();
    for (const micros of [32, 35, 47]) queue.schedule(fieldsOf(micros, 1, micros), null);
    queue.take();
    queue.schedule(fieldsOf(33, 2, 0), null);
    queue.schedule(fieldsOf(35, 0, 1), null);
    const times: string[] = [];
    while (queue.take()) times.push(`${queue.taken.timeMicros}/${queue.taken.origin}`);
    expect(times).toEqual(["33/2", "35/0", "35/1", "47/1"]);
  });

  it("takes what is scheduled before an event that was only looked at", () => {
    const queue = new EventQueue();
    queue.schedule(fieldsOf(10 ** 11, 0, 0), null);
    expect(queue.timeOf(queue.peek())).toBe(10 ** 11);
    queue.schedule(fieldsOf(5, 0, 1), null);
    queue.schedule(fieldsOf(10 ** 9, 0, 2), null);
    const times: number[] = [];
    while (queue.take()) times.push(queue.taken.timeMicros);
    expect(times).toEqual([5, 10 ** 9, 10 ** 11]);
  });

  it("holds the latest time it promises and refuses the one after", () => {
    const queue = new EventQueue();
    queue.schedule(fieldsOf(TIME_MICROS_MAX, 0, 0), null);
    expect(() => queue.schedule(fieldsOf(TIME_MICROS_MAX + 1, 0, 1), null)).toThrow("at most");
    expect(queue.take()).toBe(true);
    expect(queue.taken.timeMicros).toBe(TIME_MICROS_MAX);
  });

  it("keeps every event while it grows to a hundred thousand", () => {
    const queue = new EventQueue();
    const count = 100_000;
    // 7,919 is prime to the count, so the times are a permutation.
    for (let i = 0; i < count; i++) {
      queue.schedule(fieldsOf(1 + ((i * 7919) % count) * 11, 0, i), i);
    }
    let inOrder = 0;
    while (queue.take() && queue.taken.timeMicros === 1 + inOrder * 11) {
      if (queue.takenPayload === queue.taken.counter) inOrder++;
    }
    expect(inOrder).toBe(count);
    expect(queue.size).toBe(0);
  });

  it("never lets a handle reach an event that took over its row", () => {
    const queue = new EventQueue();
    const handles: number[] = [];
    for (let i = 0; i < 100; i++) {
      // One row is used again and again: by events taken, and by events cancelled before and after opening.
      const slot = queue.schedule(fieldsOf(i * 100 + 1, 0, i), i);
      const handle = queue.handle(slot);
      expect(handles).not.toContain(handle);
      for (const old of handles) expect(queue.cancel(old)).toBe(false);
      if (i % 3 === 1) queue.peek();
      if (i % 3 === 0) queue.take();
      else expect(queue.cancel(handle)).toBe(true);
      handles.push(handle);
    }
    expect(queue.size).toBe(0);
  });

  it("uses the rows of cancelled events again, so that timers set and cleared leave nothing behind", () => {
    const queue = new EventQueue();
    const rowsOf = (): number => (queue.snapshot(() => null) as { rows: Uint8Array }).rows.length;
    let counter = 0;
    const setAndClear = (timers: number): void => {
      for (let i = 0; i < timers; i++) {
        const nowMicros = queue.taken.timeMicros;
        const slot = queue.schedule(
          fieldsOf(nowMicros + 1 + ((i * 7919) % 10_000_000), 1, counter++),
          i,
        );
        // Half of them after the bucket was opened or the cursor has passed others.
        if (i % 2 === 0) queue.peek();
        queue.cancel(queue.handle(slot));
        if (i % 100 === 0) {
          queue.schedule(fieldsOf(nowMicros + 50, 0, counter++), i);
          queue.take();
        }
      }
    };
    setAndClear(100_000);
    expect(queue.size).toBe(0);
    // A few rows wait in the open bucket until their turn comes; a leak would have taken a hundred thousand.
    expect(rowsOf()).toBeLessThanOrEqual(16 * 64);
  });

  it("lets go of what a cancelled event carried", () => {
    const queue = new EventQueue();
    const early = queue.handle(queue.schedule(fieldsOf(5, 0, 0), "opened"));
    const late = queue.handle(queue.schedule(fieldsOf(5_000_000, 0, 1), "in a bucket"));
    queue.peek();
    queue.cancel(early);
    queue.cancel(late);
    const { payloads } = queue.snapshot(() => "kept") as { payloads: unknown[] };
    expect(payloads).toEqual([null, null]);
  });

  it("starts from nothing with fields that say nothing", () => {
    const queue = new EventQueue();
    expect(queue.size).toBe(0);
    expect(queue.peek()).toBe(NO_EVENT);
    expect(queue.taken).toEqual(noFields());
  });
});
