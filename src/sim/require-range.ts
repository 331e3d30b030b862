// Checks of options: a number that makes no sense is refused where it enters, by name, value and expectation.

/** Gives `value` back. Throws `RangeError` unless it is a number with least ≤ value ≤ most. */
export function requireBetween(what: string, value: number, least: number, most: number): number {
  if (!(value >= least && value <= most)) {
    throw new RangeError(`${what} must lie between ${least} and ${most}, got ${value}`);
  }
  return value;
}

/** Gives `value` back. Throws `RangeError` unless it is a share of one. */
export function requireProbability(what: string, value: number): number {
  return requireBetween(what, value, 0, 1);
}

/** The longest duration that anything in a simulation is given, a century: sums of a few stay below 2^53. */
const DURATION_MICROS_MAX = 100 * 365 * 24 * 3600 * 1e6;

/** Gives `value` back. Throws `RangeError` unless it is a duration in microseconds: 0 to a century. */
export function requireDuration(what: string, value: number): number {
  return requireBetween(what, value, 0, DURATION_MICROS_MAX);
}
