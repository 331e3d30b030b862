// One stream of chance: uniform 32-bit words from seedrandom's Tyche-i, turned into what callers need
// without bias and with as few words as possible, since protocols draw on their hot paths.

import type { Random } from "./random.js";
import { WORDS_AHEAD } from "./word-pool.js";
import type { WordPool } from "./word-pool.js";
import type { TycheiGenerator, TycheiState } from "./tychei.js";

const TWO_TO_16 = 65536;
const TWO_TO_26 = 67108864;
const TWO_TO_32 = 4294967296;
const TWO_TO_53 = 9007199254740992;
/** 2^21: up to here word × bound fits a double exactly. Few bounds are larger. */
const EXACT_BOUND_MAX = 2097152;

/** A stream over a generator; `RandomStreams` makes them. */
export class RandomStream implements Random {
  readonly #pool: WordPool;
  readonly #offset: number;
  /** How many of the words drawn ahead are left; the next one is the last of them. */
  #left = 0;
  #generator: TycheiGenerator;

  constructor(generator: TycheiGenerator, pool: WordPool) {
    this.#generator = generator;
    this.#pool = pool;
    this.#offset = pool.allocate();
  }

  /** A float in [0, 1) with 53 random bits, from two words. */
  unit(): number {
    return this.#bits53() / TWO_TO_53;
  }

  /**
   * A whole number in [0, bound), each equally likely; one word in the common case up to 2^32, two above.
   * Throws `RangeError` unless `bound` is whole and 1 ≤ bound ≤ 2^53.
   */
  integer(bound: number): number {
    if (!(bound >= 1 && bound <= TWO_TO_53) || Math.floor(bound) !== bound) throw badBound(bound);
    return bound <= TWO_TO_32 ? this.#scaled(bound) : this.#remainder(bound);
  }

  /** One element, each equally likely. Throws `RangeError` for an empty list. */
  pick<T>(from: readonly T[]): T {
    if (from.length === 0)
      throw new RangeError("cannot pick from an empty list: check its length first");
    return from[this.#scaled(from.length)]!;
  }

  /** Up to `count` distinct elements in random order, by a Fisher–Yates shuffle cut after `count`. */
  sample<T>(from: readonly T[], count: number): T[] {
    if (!(count >= 0)) throw new RangeError(`sample count must be at least 0, got ${count}`);
    const rest = from.slice();
    const taken = Math.min(Math.floor(count), rest.length);
    for (let i = 0; i < taken; i++) {
      const j = i + this.#scaled(rest.length - i);
      const chosen = rest[j]!;
      rest[j] = rest[i]!;
      rest[i] = chosen;
    }
    rest.length = taken;
    return rest;
  }

  /** Whether an event of this probability happens. Always draws, so that 0 and 1 use the stream alike. */
  chance(probability: number): boolean {
    if (!(probability >= 0 && probability <= 1)) {
      throw new RangeError(`probability must lie between 0 and 1, got ${probability}`);
    }
    return this.unit() < probability;
  }

  /** The generator's state and the words that were drawn ahead of it, next one first. For a snapshot. */
  state(): { readonly generator: TycheiState; readonly ahead: readonly number[] } {
    const { words } = this.#pool;
    const ahead = Array.from(words.subarray(this.#offset, this.#offset + this.#left)).reverse();
    return { generator: this.#generator.state(), ahead };
  }

  /** Goes on from another generator and what was drawn ahead of it. For a restore. */
  replace(generator: TycheiGenerator, ahead: readonly number[]): void {
    this.#generator = generator;
    this.#left = ahead.length;
    this.#pool.words.set([...ahead].reverse(), this.#offset);
  }

  /** The next word, a signed whole number of 32 bits. */
  #next(): number {
    if (this.#left === 0) this.#drawAhead();
    return this.#pool.words[this.#offset + --this.#left]!;
  }

  #drawAhead(): void {
    const { words } = this.#pool;
    const { int32 } = this.#generator;
    for (let i = this.#offset + WORDS_AHEAD - 1; i >= this.#offset; i--) words[i] = int32();
    this.#left = WORDS_AHEAD;
  }

  #bits53(): number {
    const high = this.#next() >>> 5;
    return high * TWO_TO_26 + (this.#next() >>> 6);
  }

  /**
   * Lemire's method ("Fast random integer generation in an interval", 2019): the upper half of word × bound,
   * rejecting the few words whose lower half would make some results likelier.
   */
  #scaled(bound: number): number {
    if (bound > EXACT_BOUND_MAX) return this.#scaledInParts(bound);
    for (;;) {
      const product = (this.#next() >>> 0) * bound;
      const result = Math.floor(product / TWO_TO_32);
      const lower = product - result * TWO_TO_32;
      if (lower >= bound || lower >= TWO_TO_32 % bound) return result;
    }
  }

  /** The same with the product in two exact parts, since a double holds 53 bits of its 64. */
  #scaledInParts(bound: number): number {
    for (;;) {
      const word = this.#next();
      const lowPart = (word & 0xffff) * bound;
      const carried = Math.floor(lowPart / TWO_TO_16);
      const highPart = (word >>> 16) * bound + carried;
      const result = Math.floor(highPart / TWO_TO_16);
      const lower = (highPart - result * TWO_TO_16 - carried) * TWO_TO_16 + lowPart;
      if (lower >= bound || lower >= TWO_TO_32 % bound) return result;
    }
  }

  #remainder(bound: number): number {
    const usable = TWO_TO_53 - (TWO_TO_53 % bound);
    for (;;) {
      const bits = this.#bits53();
      if (bits < usable) return bits % bound;
    }
  }
}

function badBound(bound: number): RangeError {
  return new RangeError(`bound must be a whole number between 1 and 2^53, got ${bound}`);
}
