// A binary heap of events in the order of their keys: for the few that are scheduled into the bucket that is open.

import type { EventRows, EventSlot } from "./event-rows.js";

/** Events by their rows, the least first. */
export class EventHeap {
  readonly #rows: EventRows;
  readonly #slots: EventSlot[] = [];

  constructor(rows: EventRows) {
    this.#rows = rows;
  }

  get size(): number {
    return this.#slots.length;
  }

  /** The least event. The heap must not be empty. */
  get first(): EventSlot {
    return this.#slots[0]!;
  }

  push(slot: EventSlot): void {
    const slots = this.#slots;
    let at = slots.length;
    slots.push(slot);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#rows.precedes(slot, slots[parent]!)) break;
      slots[at] = slots[parent]!;
      at = parent;
    }
    slots[at] = slot;
  }

  /** Removes the least event. The heap must not be empty. */
  pop(): void {
    const slots = this.#slots;
    const rows = this.#rows;
    const last = slots.pop()!;
    const { length } = slots;
    if (length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= length) break;
      if (child + 1 < length && rows.precedes(slots[child + 1]!, slots[child]!)) child++;
      if (!rows.precedes(slots[child]!, last)) break;
      slots[at] = slots[child]!;
      at = child;
    }
    slots[at] = last;
  }

  /** The events in the heap's own order, for a snapshot. */
  copy(): EventSlot[] {
    return [...this.#slots];
  }

  /** Takes over what `copy` gave. */
  replace(slots: readonly EventSlot[]): void {
    this.#slots.length = 0;
    for (const slot of slots) this.#slots.push(slot);
  }
}
