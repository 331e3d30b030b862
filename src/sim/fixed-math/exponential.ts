// The natural logarithm and its inverse. After FreeBSD's e_log.c and e_exp.c, copyright 1993 and 2004 by Sun
// Microsystems: permission to use, copy, modify and distribute is freely granted, provided that this notice
// is preserved.

import { highWord, scaledByPowerOfTwo, withHighWord } from "./float-bits.js";

// ln 2 in two parts: the first is so short that its product with an exponent is exact.
const LN2_HIGH = 6.9314718036912381649e-1;
const LN2_LOW = 1.90821492927058770002e-10;
const INVERSE_LN2 = 1.442695040888963387;

const SMALLEST_NORMAL = 2.2250738585072014e-308;
const TWO_TO_54 = 18014398509481984;
const EXPONENT_BIAS = 1023;
/** High words of 1 and of √½: arguments are brought between √½ and √2. */
const ONE_WORD = 0x3ff00000;
const ROOT_HALF_WORD = 0x3fe6a09e;

// Remez coefficients of (log(1+f) − 2s)/s in s², where s = f/(2+f).
const L1 = 6.66666666666673513e-1;
const L2 = 3.999999999940941908e-1;
const L3 = 2.857142874366239149e-1;
const L4 = 2.222219843214978396e-1;
const L5 = 1.818357216161805012e-1;
const L6 = 1.531383769920937332e-1;
const L7 = 1.479819860511658591e-1;

/** The natural logarithm. */
export function log(value: number): number {
  if (!(value > 0)) return value === 0 ? -Infinity : NaN;
  if (value === Infinity) return Infinity;
  let exponent = -EXPONENT_BIAS;
  if (value < SMALLEST_NORMAL) {
    value *= TWO_TO_54;
    exponent -= 54;
  }
  const shifted = highWord(value) + (ONE_WORD - ROOT_HALF_WORD);
  exponent += shifted >> 20;
  const f = withHighWord(value, (shifted & 0xfffff) + ROOT_HALF_WORD) - 1;
  const halfSquare = 0.5 * f * f;
  const s = f / (2 + f);
  const z = s * s;
  const w = z * z;
  const even = w * (L2 + w * (L4 + w * L6));
  const odd = z * (L1 + w * (L3 + w * (L5 + w * L7)));
  const tail = s * (halfSquare + (odd + even)) + exponent * LN2_LOW;
  return tail - halfSquare + f + exponent * LN2_HIGH;
}

/** Above it the exponential is infinite, below the other it is zero. */
const OVERFLOW = 7.09782712893383973096e2;
const UNDERFLOW = -7.4513321910194110842e2;
/** Below it 1 + x is already exact to the last place. */
const TINY = 3.7252902984619140625e-9;
const HALF_LN2 = 0.34657359027997264;

// Remez coefficients of x(e^x + 1)/(e^x − 1) in x²; `power.ts` shares them.
export const P1 = 1.66666666666666019037e-1;
export const P2 = -2.77777777770155933842e-3;
export const P3 = 6.61375632143793436117e-5;
export const P4 = -1.6533902205465251539e-6;
export const P5 = 4.13813679705723846039e-8;

/** e to the power of `value`. */
export function exp(value: number): number {
  if (Number.isNaN(value)) return NaN;
  if (value > OVERFLOW) return Infinity;
  if (value < UNDERFLOW) return 0;
  const magnitude = Math.abs(value);
  if (magnitude < TINY) return 1 + value;
  let exponent = 0;
  let high = value;
  let low = 0;
  if (magnitude > HALF_LN2) {
    exponent = Math.trunc(INVERSE_LN2 * value + (value < 0 ? -0.5 : 0.5));
    high = value - exponent * LN2_HIGH;
    low = exponent * LN2_LOW;
  }
  const x = high - low;
  const square = x * x;
  const c = x - square * (P1 + square * (P2 + square * (P3 + square * (P4 + square * P5))));
  const result = 1 + ((x * c) / (2 - c) - low + high);
  return exponent === 0 ? result : scaledByPowerOfTwo(result, exponent);
}
