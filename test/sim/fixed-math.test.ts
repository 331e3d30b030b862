// The engine's own functions are the yardstick here and nowhere else: they may differ from ours by the last
// place, never by more.

import { describe, expect, it } from "vitest";
import fc from "fast-check";

import { toHex } from "../../src/trace/hashing.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { cos, exp, log, pow, sin } from "../../src/sim/fixed-math.js";

const bits = new DataView(new ArrayBuffer(8));

/** How many doubles lie between two of the same sign. */
function unitsApart(a: number, b: number): number {
  if (Object.is(a, b) || a === b) return 0;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return Infinity;
  return Math.abs(Number(orderOf(a) - orderOf(b)));
}

function orderOf(value: number): bigint {
  bits.setFloat64(0, value);
  const order = bits.getBigInt64(0);
  return order < 0n ? -(order & 0x7fffffffffffffffn) : order;
}

const anyPositive = fc.double({ min: Number.MIN_VALUE, noNaN: true, noDefaultInfinity: true });
const RUNS = { numRuns: 20_000, seed: 5 };

/** SHA-256 over the bits of a function's values at 20,000 points. */
function digestOf(at: (i: number) => number): string {
  const values = new DataView(new ArrayBuffer(8 * 20_000));
  for (let i = 0; i < 20_000; i++) values.setFloat64(8 * i, at(i));
  return toHex(nodeSha256(new Uint8Array(values.buffer))).slice(0, 16);
}

describe("fixed mathematics", () => {
  it("gives on every engine the bits that it gave when it was written", () => {
    expect(digestOf((i) => log((i + 1) / 7))).toMatchInlineSnapshot(`"44953b6fa9641920"`);
    expect(digestOf((i) => exp((i - 10_000) / 17))).toMatchInlineSnapshot(`"3de88587e03756a1"`);
    expect(digestOf((i) => pow((i + 1) / 1000, (i % 77) / 9 - 4))).toMatchInlineSnapshot(
      `"2f20f23055c4d16c"`,
    );
    expect(digestOf((i) => sin((i - 10_000) / 3))).toMatchInlineSnapshot(`"b4bdc029142a9adf"`);
    expect(digestOf((i) => cos((i - 10_000) * 111))).toMatchInlineSnapshot(`"0451220d825533e1"`);
  });

  it("takes logarithms within one unit of the engine's over all positive doubles", () => {
    fc.assert(
      fc.property(anyPositive, (x) => unitsApart(log(x), Math.log(x)) <= 1),
      RUNS,
    );
    fc.assert(
      fc.property(
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        (x) => unitsApart(log(x), Math.log(x)) <= 1,
      ),
      RUNS,
    );
  });

  it("takes exponentials within one unit of the engine's from underflow to overflow", () => {
    fc.assert(
      fc.property(
        fc.double({ min: -750, max: 715, noNaN: true }),
        (x) => unitsApart(exp(x), Math.exp(x)) <= 1,
      ),
      RUNS,
    );
  });

  it("takes powers within one unit of the engine's", () => {
    const moderate = fc.double({ min: 1e-6, max: 1e6, noNaN: true });
    const exponent = fc.double({ min: -60, max: 60, noNaN: true });
    fc.assert(
      fc.property(moderate, exponent, (x, y) => unitsApart(pow(x, y), Math.pow(x, y)) <= 1),
      RUNS,
    );
    fc.assert(
      fc.property(
        anyPositive,
        fc.double({ noNaN: true }),
        (x, y) => unitsApart(pow(x, y), Math.pow(x, y)) <= 1,
      ),
      RUNS,
    );
  });

  it("gives whole powers of small whole numbers exactly", () => {
    for (let base = 2; base <= 10; base++) {
      let expected = 1;
      for (let exponent = 0; expected <= 2 ** 53; exponent++, expected *= base) {
        expect(pow(base, exponent)).toBe(expected);
      }
    }
  });

  it("takes sines and cosines within one unit of the engine's, near multiples of a quarter turn too", () => {
    const angle = fc.double({ min: -1_647_099, max: 1_647_099, noNaN: true });
    const nearQuarter = fc
      .integer({ min: -1_000_000, max: 1_000_000 })
      .map((n) => (n * Math.PI) / 2);
    for (const arbitrary of [angle, nearQuarter, fc.double({ min: -7, max: 7, noNaN: true })]) {
      fc.assert(
        fc.property(arbitrary, (x) => unitsApart(sin(x), Math.sin(x)) <= 1),
        RUNS,
      );
      fc.assert(
        fc.property(arbitrary, (x) => unitsApart(cos(x), Math.cos(x)) <= 1),
        RUNS,
      );
    }
  });

  it("has the engine's special values", () => {
    for (const x of [0, -0, 1, -1, Infinity, -Infinity, NaN, -2.5, 0.5]) {
      expect(log(x)).toEqual(Math.log(x) + 0);
      // The engine has e itself as a special case, one unit below what its own formula gives.
      if (x !== 1) expect(exp(x)).toEqual(Math.exp(x));
      for (const y of [
        0,
        -0,
        1,
        -1,
        2,
        3,
        -3,
        0.5,
        -0.5,
        Infinity,
        -Infinity,
        NaN,
        1e300,
        2 ** 53 + 2,
      ]) {
        const [ours, engines] = [pow(x, y), Math.pow(x, y)];
        expect({ x, y, apart: unitsApart(ours, engines) <= 1 }).toEqual({ x, y, apart: true });
        expect(Object.is(ours, -0)).toBe(Object.is(engines, -0));
      }
    }
    expect(sin(-0)).toBe(-0);
    expect(() => sin(Infinity)).toThrow(RangeError);
    expect(() => cos(1e9)).toThrow(RangeError);
    expect(() => cos(NaN)).toThrow(RangeError);
  });
});
