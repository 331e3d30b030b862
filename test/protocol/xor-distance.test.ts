// The distance of ids, held against arithmetic with whole numbers of any size.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  KEY_BITS,
  compareDistance,
  isKey,
  keyBytes,
  keyOfBytes,
  keySharing,
  sharedBits,
} from "../../src/protocol/xor-distance.js";
import { RandomStreams } from "../../src/sim/random-streams.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";

const key = fc
  .array(fc.constantFrom(...Array.from("0123456789abcdef")), { minLength: 64, maxLength: 64 })
  .map((digits) => digits.join(""));
/** Keys that have much in common, so that they part anywhere. */
const related = fc
  .tuple(key, fc.nat(255), fc.nat(255))
  .map(([base, i, j]): [string, string, string] => [base, flipped(base, i), flipped(base, j)]);
const anyThree = fc.oneof(fc.tuple(key, key, key), related);

function flipped(id: string, bit: number): string {
  const value = BigInt(`0x${id}`) ^ (1n << BigInt(bit));
  return value.toString(16).padStart(64, "0");
}

function distance(a: string, b: string): bigint {
  return BigInt(`0x${a}`) ^ BigInt(`0x${b}`);
}

describe("the distance of ids", () => {
  it("orders as their bits that differ, read as a number", () => {
    fc.assert(
      fc.property(anyThree, ([target, a, b]) => {
        const [ofA, ofB] = [distance(target, a), distance(target, b)];
        expect(Math.sign(compareDistance(target, a, b))).toBe(ofA < ofB ? -1 : ofA > ofB ? 1 : 0);
      }),
    );
  });

  it("tells how many leading bits are shared", () => {
    fc.assert(
      fc.property(anyThree, ([, a, b]) => {
        const bits = distance(a, b);
        const expected = bits === 0n ? KEY_BITS : KEY_BITS - bits.toString(2).length;
        expect(sharedBits(a, b)).toBe(expected);
      }),
    );
  });

  it("gives random keys that share exactly so many bits", () => {
    const random = new RandomStreams({ seed: "keys", sha256: nodeSha256 }).stream("keys");
    fc.assert(
      fc.property(key, fc.nat(255), (id, bits) => {
        const drawn = keySharing(id, bits, random);
        expect(isKey(drawn)).toBe(true);
        expect(sharedBits(id, drawn)).toBe(bits);
      }),
    );
  });

  it("gives every such key: both halves of what is left come", () => {
    const random = new RandomStreams({ seed: "halves", sha256: nodeSha256 }).stream("keys");
    const id = "0".repeat(64);
    const drawn = Array.from({ length: 64 }, () => keySharing(id, 2, random).charAt(0));
    expect(new Set(drawn)).toEqual(new Set(["2", "3"]));
  });

  it("takes a key to bytes and back, and refuses other bytes", () => {
    fc.assert(
      fc.property(key, (id) => {
        expect(keyOfBytes(keyBytes(id))).toBe(id);
      }),
    );
    expect(keyOfBytes(new Uint8Array(31))).toBeNull();
    expect(isKey("AB".repeat(32))).toBe(false);
    expect(isKey("ab".repeat(31))).toBe(false);
  });
});
