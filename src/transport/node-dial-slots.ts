// How many dials are under way at once. A handshake costs milliseconds of processor time, so that nodes which dial
// hundreds of peers at the same moment would let all of them run out of time together.

import { clearTimeout, setTimeout } from "node:timers";

/** Dials under way in this process: with TLS about half a second of one processor's time. */
const DIALS_MAX = 64;
/** A dial that has had its slot this long gives it up: a host that does not answer must not hold up the others. */
const HELD_MILLIS_MAX = 1000;

/** A place among the dials under way, or in the queue for one. */
export class DialSlot {
  readonly #begin: () => void;
  readonly #onFree: (slot: DialSlot) => void;
  #timer: NodeJS.Timeout | null = null;
  #isFree = false;

  constructor(begin: () => void, onFree: (slot: DialSlot) => void) {
    this.#begin = begin;
    this.#onFree = onFree;
  }

  /** It is this dial's turn. */
  take(): void {
    this.#timer = setTimeout(() => {
      this.free();
    }, HELD_MILLIS_MAX);
    this.#begin();
  }

  /** Lets the next one begin. Idempotent. */
  free(): void {
    if (this.#isFree) return;
    this.#isFree = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#onFree(this);
  }
}

class DialSlots {
  readonly #slotsMax: number;
  readonly #taken = new Set<DialSlot>();
  readonly #queue = new Set<DialSlot>();

  constructor(slotsMax: number) {
    this.#slotsMax = slotsMax;
  }

  /** Calls `begin` when there is room: now, or behind those that wait. */
  request(begin: () => void): DialSlot {
    const slot = new DialSlot(begin, (freed) => {
      this.#queue.delete(freed);
      this.#taken.delete(freed);
      this.#fill();
    });
    this.#queue.add(slot);
    this.#fill();
    return slot;
  }

  #fill(): void {
    for (const slot of this.#queue) {
      if (this.#taken.size >= this.#slotsMax) return;
      this.#queue.delete(slot);
      this.#taken.add(slot);
      slot.take();
    }
  }
}

/** Shared by all nodes of the process, as its processor time is. */
export const processDials = new DialSlots(DIALS_MAX);
