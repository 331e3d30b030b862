// x to the power of y, as 2^(y·log2 x) with the logarithm held in two doubles. After FreeBSD's e_pow.c,
// copyright 2004 by Sun Microsystems: permission to use, copy, modify and distribute is freely granted,
// provided that this notice is preserved.

import { P1, P2, P3, P4, P5 } from "./exponential.js";
import { highWord, scaledByPowerOfTwo, truncated, withHighWord } from "./float-bits.js";

const SMALLEST_NORMAL = 2.2250738585072014e-308;
const TWO_TO_53 = 9007199254740992;

// Remez coefficients of (3/2)(log x − 2s − ⅔s³) in s², where s is (x−1)/(x+1) or (x−1.5)/(x+1.5).
const L1 = 5.99999999999994648725e-1;
const L2 = 4.28571428578550184252e-1;
const L3 = 3.33333329818377432918e-1;
const L4 = 2.72728123808534006489e-1;
const L5 = 2.30660745775561754067e-1;
const L6 = 2.06975017800338417784e-1;

// log2(1.5), ln 2, 2/(3 ln 2) and 1/ln 2, each also in a short upper part and the rest.
const LOG2_OF_1_5_HIGH = 5.84962487220764160156e-1;
const LOG2_OF_1_5_LOW = 1.35003920212974897128e-8;
const LN2 = 6.93147180559945286227e-1;
const LN2_HIGH = 6.93147182464599609375e-1;
const LN2_LOW = -1.90465429995776804525e-9;
const CP = 9.61796693925975554329e-1;
const CP_HIGH = 9.61796700954437255859e-1;
const CP_LOW = -7.02846165095275826516e-9;
const INVERSE_LN2 = 1.442695040888963387;
const INVERSE_LN2_HIGH = 1.44269502162933349609;
const INVERSE_LN2_LOW = 1.92596299112661746887e-8;

/** `base` to the power of `exponent`, with `Math.pow`'s special values. */
export function pow(base: number, exponent: number): number {
  if (exponent === 0) return 1;
  if (exponent === 1) return base;
  if (Number.isNaN(base) || Number.isNaN(exponent)) return NaN;
  const magnitude = Math.abs(base);
  if (Math.abs(exponent) === Infinity) {
    if (magnitude === 1) return NaN;
    return magnitude > 1 === exponent > 0 ? Infinity : 0;
  }
  const isOdd = Math.abs(exponent % 2) === 1;
  const isNegative = base < 0 || Object.is(base, -0);
  const sign = isNegative && isOdd ? -1 : 1;
  if (magnitude === 0 || magnitude === Infinity) {
    return (magnitude === 0) === exponent > 0 ? sign * 0 : sign * Infinity;
  }
  if (isNegative && !Number.isInteger(exponent)) return NaN;
  return sign * powOfPositive(magnitude, exponent);
}

/**
 * The last logarithm to base 2 that was computed: its upper part, and what that leaves out. Scratch of one
 * call, kept here so that a call allocates nothing.
 */
let logHigh = 0;
let logLow = 0;

function powOfPositive(base: number, exponent: number): number {
  if (base === 1) return 1;
  const exponentMagnitude = Math.abs(exponent);
  if (exponentMagnitude > 2147483648 && Math.abs(base - 1) > 1e-6) {
    return base > 1 === exponent > 0 ? Infinity : 0;
  }
  if (exponentMagnitude > 2147483648) setLogNearOne(base);
  else setLog(base);
  const exponentHigh = truncated(exponent);
  const low = (exponent - exponentHigh) * logHigh + exponent * logLow;
  const high = exponentHigh * logHigh;
  const sum = low + high;
  if (sum > 1024 || (sum === 1024 && low + 8.0085662595372944372e-17 > sum - high)) return Infinity;
  if (sum < -1075 || (sum === -1075 && low <= sum - high)) return 0;
  return twoToThe(high, low);
}

/** log2 of a value so near 1 that four terms of the series suffice. */
function setLogNearOne(value: number): void {
  const t = value - 1;
  const rest = t * t * (0.5 - t * (0.3333333333333333333333 - t * 0.25));
  const high = INVERSE_LN2_HIGH * t;
  const low = t * INVERSE_LN2_LOW - rest * INVERSE_LN2;
  logHigh = truncated(high + low);
  logLow = low - (logHigh - high);
}

/** log2 of any positive value, by reducing it to the neighbourhood of 1 or 1.5. */
function setLog(value: number): void {
  let exponent = -1023;
  if (value < SMALLEST_NORMAL) {
    value *= TWO_TO_53;
    exponent -= 53;
  }
  let word = highWord(value);
  exponent += word >> 20;
  const fraction = word & 0xfffff;
  word = fraction | 0x3ff00000;
  // Between √1.5 and √3 it is taken against 1.5; above, halved and taken against 1.
  const isAgainst1_5 = fraction > 0x3988e && fraction < 0xbb67a;
  if (fraction >= 0xbb67a) {
    exponent++;
    word -= 0x100000;
  }
  const centre = isAgainst1_5 ? 1.5 : 1;
  const x = withHighWord(value, word);

  const difference = x - centre;
  const inverse = 1 / (x + centre);
  const s = difference * inverse;
  const sHigh = truncated(s);
  const sumHigh = withHighWord(
    0,
    ((word >> 1) | 0x20000000) + 0x80000 + (isAgainst1_5 ? 0x40000 : 0),
  );
  const sumLow = x - (sumHigh - centre);
  const sLow = inverse * (difference - sHigh * sumHigh - sHigh * sumLow);

  const z = s * s;
  const series = L1 + z * (L2 + z * (L3 + z * (L4 + z * (L5 + z * L6))));
  const r = z * z * series + sLow * (sHigh + s);
  const square = sHigh * sHigh;
  const tHigh = truncated(3 + square + r);
  const tLow = r - (tHigh - 3 - square);
  const u = sHigh * tHigh;
  const v = sLow * tHigh + tLow * s;
  const pHigh = truncated(u + v);
  const pLow = v - (pHigh - u);
  const zHigh = CP_HIGH * pHigh;
  const zLow = CP_LOW * pHigh + pLow * CP + (isAgainst1_5 ? LOG2_OF_1_5_LOW : 0);
  const centreLog = isAgainst1_5 ? LOG2_OF_1_5_HIGH : 0;
  logHigh = truncated(zHigh + zLow + centreLog + exponent);
  logLow = zLow - (logHigh - exponent - centreLog - zHigh);
}

/** 2 to the power of high + low. */
function twoToThe(high: number, low: number): number {
  const whole = Math.floor(high + low + 0.5);
  const rest = high - whole;
  const t = truncated(low + rest);
  const u = t * LN2_HIGH;
  const v = (low - (t - rest)) * LN2 + t * LN2_LOW;
  const z = u + v;
  const w = v - (z - u);
  const square = z * z;
  const c = z - square * (P1 + square * (P2 + square * (P3 + square * (P4 + square * P5))));
  const r = (z * c) / (c - 2) - (w + z * w);
  return scaledByPowerOfTwo(1 - (r - z), whole);
}
