// Finds again, within a block, where an event, a message or a content was written: a hash table of places that is
// emptied with every block. Open addressing over typed arrays: nothing is allocated while a run goes on.

import { BLOCK_RECORDS_MAX } from "./record-columns.js";

/** Twice as many slots as there can be places. */
const SLOTS = 2 * BLOCK_RECORDS_MAX;
const SLOT_MASK = SLOTS - 1;

/**
 * The last place that was entered under each 32-bit hash. Two things may share a hash: who finds a place looks whether
 * it is what was sought, and does without if it is not.
 */
export class PlaceTable {
  /** One more than the place; 0 for a free slot. */
  readonly #places = new Int32Array(SLOTS);
  readonly #hashes = new Int32Array(SLOTS);

  /** The place entered last under this hash; -1 for none. */
  find(hash: number): number {
    for (let slot = hash & SLOT_MASK; ; slot = (slot + 1) & SLOT_MASK) {
      const entry = this.#places[slot]!;
      if (entry === 0 || this.#hashes[slot] === hash) return entry - 1;
    }
  }

  /** Enters a place. At most `BLOCK_RECORDS_MAX` may be entered between two calls of `clear`. */
  enter(hash: number, place: number): void {
    let slot = hash & SLOT_MASK;
    while (this.#places[slot] !== 0 && this.#hashes[slot] !== hash) slot = (slot + 1) & SLOT_MASK;
    this.#hashes[slot] = hash;
    this.#places[slot] = place + 1;
  }

  clear(): void {
    this.#places.fill(0);
  }
}

/** Mixes four numbers into a signed 32-bit hash. The steps are those of Murmur3's final mix. */
export function mixPlace(a: number, b: number, c: number, d: number): number {
  let hash = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 1, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d) ^ Math.imul(c, 0xc2b2ae35) ^ d;
  hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
  hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
  return hash ^ (hash >>> 16);
}
