// How sure a mean over runs is: Student's interval, for which runs are the unit. Few runs make it wide, as they should.

import { mean, standardErrorOfMean } from "./summary-statistics.js";

/** A mean and the interval that holds the true one with a confidence of 95 %. */
export interface MeanInterval {
  /** How many values it is of. */
  readonly count: number;
  readonly mean: number;
  /** Half of the interval's width: it reaches from mean - half to mean + half. Null for a single value. */
  readonly half: number | null;
}

/** Student's t at 0.975 for 1 to 30 degrees of freedom: two-sided 95 %. */
const STUDENT_T = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145,
  2.131, 2.12, 2.11, 2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048,
  2.045, 2.042,
] as const;

/** Beyond them, by the lower end of a range of degrees: what holds there makes the interval no narrower than it is. */
const STUDENT_T_BEYOND = [
  [120, 1.98],
  [60, 2.001],
  [40, 2.022],
  [31, 2.042],
] as const;

/** The 95 % interval of the mean of independent values. Throws `RangeError` for an empty list. */
export function meanInterval(values: readonly number[]): MeanInterval {
  const count = values.length;
  const half = count < 2 ? null : studentT(count - 1) * standardErrorOfMean(values);
  return { count, mean: mean(values), half };
}

/** Student's t at 0.975. */
function studentT(degreesOfFreedom: number): number {
  const exact = STUDENT_T[degreesOfFreedom - 1];
  if (exact !== undefined) return exact;
  const [, beyond] = STUDENT_T_BEYOND.find(([from]) => degreesOfFreedom >= from) ?? [0, Infinity];
  return beyond;
}
