// Sine and cosine. After FreeBSD's k_sin.c, k_cos.c and e_rem_pio2.c, copyright 1993 by Sun Microsystems:
// permission to use, copy, modify and distribute is freely granted, provided that this notice is preserved.

import { highWord } from "./float-bits.js";

/**
 * The largest angle, of 2^20 quarter turns: up to here three parts of π/2 leave a full result. Larger ones
 * would need hundreds of digits of π, and nobody has such an angle.
 */
const ANGLE_MAX = 1647099;

const S1 = -1.66666666666666324348e-1;
const S2 = 8.33333333332248946124e-3;
const S3 = -1.98412698298579493134e-4;
const S4 = 2.75573137070700676789e-6;
const S5 = -2.50507602534068634195e-8;
const S6 = 1.58969099521155010221e-10;

const C1 = 4.16666666666666019037e-2;
const C2 = -1.38888888888741095749e-3;
const C3 = 2.48015872894767294178e-5;
const C4 = -2.75573143513906633035e-7;
const C5 = 2.0875723212981748279e-9;
const C6 = -1.13596475577881948265e-11;

// π/2 in three parts of 33 bits, and what each leaves out.
const TWO_OVER_PI = 6.36619772367581382433e-1;
const HALF_PI_1 = 1.57079632673412561417;
const HALF_PI_1_REST = 6.07710050650619224932e-11;
const HALF_PI_2 = 6.0771005063039659766e-11;
const HALF_PI_2_REST = 2.02226624879595063154e-21;
const HALF_PI_3 = 2.0222662487111664558e-21;
const HALF_PI_3_REST = 8.47842766036889956997e-32;

/** What `reduce` left: an angle between −π/4 and π/4, and its part below the last place. */
let angle = 0;
let angleRest = 0;

/** The sine of an angle in radians. Throws `RangeError` beyond ±1,647,099. */
export function sin(radians: number): number {
  switch (reduce(radians)) {
    case 0:
      return sineNearZero();
    case 1:
      return cosineNearZero();
    case 2:
      return -sineNearZero();
    default:
      return -cosineNearZero();
  }
}

/** The cosine of an angle in radians. Throws `RangeError` beyond ±1,647,099. */
export function cos(radians: number): number {
  switch (reduce(radians)) {
    case 0:
      return cosineNearZero();
    case 1:
      return -sineNearZero();
    case 2:
      return -cosineNearZero();
    default:
      return sineNearZero();
  }
}

/** Takes quarter turns off until the angle lies within an eighth of a turn; gives their number modulo 4. */
function reduce(radians: number): number {
  if (!(Math.abs(radians) <= ANGLE_MAX)) {
    throw new RangeError(
      `angle must lie within ±${ANGLE_MAX} radians, got ${radians}: reduce it first`,
    );
  }
  const turns = Math.floor(radians * TWO_OVER_PI + 0.5);
  if (turns === 0) {
    angle = radians;
    angleRest = 0;
    return 0;
  }
  let left = radians - turns * HALF_PI_1;
  let rest = turns * HALF_PI_1_REST;
  angle = left - rest;
  // Near a multiple of π/2 leading bits cancel, and the next part of π/2 makes up for them.
  const bits = exponentOf(radians);
  if (bits - exponentOf(angle) > 16) {
    const before = left;
    const part = turns * HALF_PI_2;
    left = before - part;
    rest = turns * HALF_PI_2_REST - (before - left - part);
    angle = left - rest;
  }
  if (bits - exponentOf(angle) > 49) {
    const before = left;
    const part = turns * HALF_PI_3;
    left = before - part;
    rest = turns * HALF_PI_3_REST - (before - left - part);
    angle = left - rest;
  }
  angleRest = left - angle - rest;
  return turns & 3;
}

function exponentOf(value: number): number {
  return (highWord(value) >> 20) & 0x7ff;
}

function sineNearZero(): number {
  const z = angle * angle;
  const cube = z * angle;
  const r = S2 + z * (S3 + z * (S4 + z * (S5 + z * S6)));
  return angle - (z * (0.5 * angleRest - cube * r) - angleRest - cube * S1);
}

function cosineNearZero(): number {
  const z = angle * angle;
  const square = z * z;
  const r = z * (C1 + z * (C2 + z * C3)) + square * square * (C4 + z * (C5 + z * C6));
  const half = 0.5 * z;
  const w = 1 - half;
  return w + (1 - w - half + (z * r - angle * angleRest));
}
