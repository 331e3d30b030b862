// The distance of Kademlia's identifiers: the bits in which two differ, read as a number (IPTPS 2002, section 2.1). Ids
// and keys are 64 hexadecimal digits, and are compared digit by digit: two random ones part within the first few.

import type { Random } from "../sim/random.js";
import { toHex } from "../trace/hashing.js";

/** Bits of ids and keys. */
export const KEY_BITS = 256;

const KEY_DIGITS = KEY_BITS / 4;
const KEY_PATTERN = /^[0-9a-f]{64}$/u;

/** Whether a text is a key: 64 hexadecimal digits in lower case. */
export function isKey(text: string): boolean {
  return KEY_PATTERN.test(text);
}

/** Orders two ids by their distance from a target: negative when `a` is nearer, 0 for the same id. */
export function compareDistance(target: string, a: string, b: string): number {
  for (let i = 0; i < KEY_DIGITS; i++) {
    const ofA = a.charCodeAt(i);
    const ofB = b.charCodeAt(i);
    if (ofA === ofB) continue;
    const digit = digitValue(target.charCodeAt(i));
    return (digitValue(ofA) ^ digit) - (digitValue(ofB) ^ digit);
  }
  return 0;
}

/** How many leading bits two ids share: 0 to 256. */
export function sharedBits(a: string, b: string): number {
  for (let i = 0; i < KEY_DIGITS; i++) {
    const ofA = a.charCodeAt(i);
    const ofB = b.charCodeAt(i);
    if (ofA !== ofB) return i * 4 + Math.clz32(digitValue(ofA) ^ digitValue(ofB)) - 28;
  }
  return KEY_BITS;
}

/** A random key that shares exactly `bits` leading bits (0–255) with an id. */
export function keySharing(id: string, bits: number, random: Random): string {
  const at = bits >> 2;
  // In the digit where they part, the bits before the parting one are the id's and those behind it are random.
  const kept = bits & 3;
  const own = digitValue(id.charCodeAt(at));
  const parting = 8 >> kept;
  const before = own & ~(parting * 2 - 1);
  const digit = before | (~own & parting) | random.integer(parting);
  let key = id.slice(0, at) + digit.toString(16);
  while (key.length < KEY_DIGITS) key += random.integer(16).toString(16);
  return key;
}

/** A key as it travels: 32 bytes. */
export function keyBytes(key: string): Uint8Array {
  const bytes = new Uint8Array(KEY_DIGITS / 2);
  for (let i = 0; i < bytes.length; i++) {
    const high = digitValue(key.charCodeAt(2 * i));
    bytes[i] = (high << 4) | digitValue(key.charCodeAt(2 * i + 1));
  }
  return bytes;
}

/** The key that 32 bytes are; null for any other number of bytes. */
export function keyOfBytes(bytes: Uint8Array): string | null {
  return bytes.length === KEY_DIGITS / 2 ? toHex(bytes) : null;
}

/** The value of a lower-case hexadecimal digit given as a character code. */
function digitValue(code: number): number {
  return code < 58 ? code - 48 : code - 87;
}
