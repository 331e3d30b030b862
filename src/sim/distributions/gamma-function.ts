// The gamma function and its incomplete relative: what the means and the equilibria of Weibull and
// log-normal durations are made of.

import { exp, log } from "../fixed-math.js";

/** Lanczos' approximation with g = 7 and nine terms (Numerical Recipes, 6.1), good to about 10^-15. */
const LANCZOS_G = 7;
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
  -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
  1.5056327351493116e-7,
];
const LOG_ROOT_2_PI = 0.91893853320467274178;

/** The logarithm of the gamma function of `value` > 0. */
export function logGamma(value: number): number {
  const x = value - 1;
  const base = x + LANCZOS_G + 0.5;
  let sum = LANCZOS[0]!;
  for (let i = 1; i < LANCZOS.length; i++) sum += LANCZOS[i]! / (x + i);
  return LOG_ROOT_2_PI + (x + 0.5) * log(base) - base + log(sum);
}

/** Both expansions below converge in some tens of steps for the shapes that distributions allow. */
const STEPS_MAX = 10_000;
const PRECISION = 1e-16;
/** Stands for zero in a denominator of the continued fraction. */
const TINY = 1e-300;

/**
 * The regularised lower incomplete gamma function P(shape, x): the integral of t^(shape−1)·e^−t from 0 to x,
 * as a share of the whole. By its series below shape + 1 and by Lentz's continued fraction above (Numerical
 * Recipes, 6.2). `shape` > 0, x ≥ 0.
 */
export function incompleteGamma(shape: number, x: number): number {
  return x < shape + 1 ? series(shape, x) : 1 - continuedFraction(shape, x);
}

/** What the incomplete gamma function leaves of the whole, exact to the last places of a small rest too. */
export function incompleteGammaRest(shape: number, x: number): number {
  return x < shape + 1 ? 1 - series(shape, x) : continuedFraction(shape, x);
}

function integrand(shape: number, x: number): number {
  return exp(shape * log(x) - x - logGamma(shape));
}

function series(shape: number, x: number): number {
  if (x === 0) return 0;
  let term = 1 / shape;
  let sum = term;
  for (let i = 1; i < STEPS_MAX && term > sum * PRECISION; i++) {
    term *= x / (shape + i);
    sum += term;
  }
  return sum * integrand(shape, x);
}

function continuedFraction(shape: number, x: number): number {
  if (x === Infinity) return 0;
  let b = x + 1 - shape;
  let c = 1 / TINY;
  let d = 1 / b;
  let result = d;
  for (let i = 1; i < STEPS_MAX; i++) {
    const a = i * (shape - i);
    b += 2;
    d = 1 / nonZero(a * d + b);
    c = nonZero(b + a / c);
    const factor = c * d;
    result *= factor;
    if (Math.abs(factor - 1) < 4 * PRECISION) break;
  }
  return result * integrand(shape, x);
}

function nonZero(value: number): number {
  return Math.abs(value) < TINY ? TINY : value;
}
