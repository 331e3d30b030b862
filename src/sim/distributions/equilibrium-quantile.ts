// How residual durations are found where no formula gives them.

/** A distribution of durations as its equilibrium needs it. */
export interface Lifetimes {
  /** Mean duration: positive and finite. */
  readonly mean: number;
  /** P(duration > t). */
  survival(t: number): number;
  /** The equilibrium distribution: the integral of `survival` from 0 to t, divided by `mean`. */
  equilibrium(t: number): number;
}

/** Newton doubles the digits at each step near the end; far out in heavy tails it first takes some tens. */
const STEPS_MAX = 500;
const PRECISION = 1e-12;

/**
 * The t below which a share `u` of the equilibrium distribution lies, by Newton's method from zero.
 *
 * The equilibrium's density survival(t)/mean never rises, so its distribution is concave and every tangent
 * lies above it: each step lands short of the target and the next goes on from there. The method needs no
 * bracket and cannot diverge, whatever the distribution.
 */
export function equilibriumQuantile(lifetimes: Lifetimes, u: number): number {
  let t = u * lifetimes.mean;
  for (let step = 0; step < STEPS_MAX; step++) {
    const missing = u - lifetimes.equilibrium(t);
    const survival = lifetimes.survival(t);
    if (missing <= 0 || survival <= 0) break;
    const stride = (missing * lifetimes.mean) / survival;
    t += stride;
    if (stride <= t * PRECISION) break;
  }
  return t;
}
