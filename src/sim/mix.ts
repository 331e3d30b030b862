// The stateless draw: a 64-bit mix of a key and four numbers. It costs a few nanoseconds and no memory, so
// that a million links draw chance without a generator each, and removing one draw moves no other.
//
// The numbers enter two 32-bit halves two by two, each time followed by three Feistel rounds, of which each
// adds a scrambled half to the other. A round is a bijection of the pair, so no input is ever lost; the last
// two scramble twice as hard, since the last inputs pass through these only.

import type { Sha256 } from "../trace/hashing.js";

const TWO_TO_27 = 134217728;
const TWO_TO_MINUS_53 = 1 / 9007199254740992;

/** A 64-bit key in two unsigned halves. */
export interface MixKey {
  readonly high: number;
  readonly low: number;
}

/** The key of a named rule or purpose under a seed: the first 64 bits of SHA-256 of both. */
export function mixKey(sha256: Sha256, seed: string | number, name: string): MixKey {
  const bytes = sha256(new TextEncoder().encode(`${seed}\n${name}`));
  const view = new DataView(bytes.buffer, bytes.byteOffset, 8);
  return { high: view.getUint32(0, true), low: view.getUint32(4, true) };
}

/** Half of the murmur3 finaliser: enough where more rounds follow. */
function stir(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  return value ^ (value >>> 15);
}

/** The murmur3 finaliser: a bijection of 32 bits in which every input bit moves every output bit. */
function scramble(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}

/**
 * A float in [0, 1) with 53 random bits: a pure function of the key and four whole numbers, of which the low
 * 32 bits count.
 */
export function mixUnit(key: MixKey, a: number, b: number, c: number, d: number): number {
  let high = key.high ^ a;
  let low = key.low ^ b;
  high = (high + stir(low)) | 0;
  low = (low + stir(high)) | 0;
  high = (high + stir(low)) | 0;
  high ^= c;
  low ^= d;
  low = (low + stir(high)) | 0;
  high = (high + scramble(low)) | 0;
  low = (low + scramble(high)) | 0;
  return ((high >>> 6) * TWO_TO_27 + (low >>> 5)) * TWO_TO_MINUS_53;
}
