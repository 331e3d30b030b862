// The standard normal distribution: share below a value, and value below which a share lies.

import { log } from "../fixed-math.js";
import { incompleteGamma, incompleteGammaRest } from "./gamma-function.js";

/** The share of a standard normal below `z`. */
export function normalShareBelow(z: number): number {
  const square = (z * z) / 2;
  return z < 0 ? incompleteGammaRest(0.5, square) / 2 : (1 + incompleteGamma(0.5, square)) / 2;
}

// Coefficients of algorithm AS 241, PPND16 (Wichura, Applied Statistics 37(3), 1988), in rising powers: for
// the middle, the tails, and the far tails.
const MIDDLE_OVER = [
  3.387132872796366608, 133.14166789178437745, 1971.5909503065514427, 13731.693765509461125,
  45921.953931549871457, 67265.770927008700853, 33430.575583588128105, 2509.0809287301226727,
];
const MIDDLE_UNDER = [
  1, 42.313330701600911252, 687.1870074920579083, 5394.1960214247511077, 21213.794301586595867,
  39307.89580009271061, 28729.085735721942674, 5226.495278852854561,
];
const TAIL_OVER = [
  1.42343711074968357734, 4.6303378461565452959, 5.7694972214606914055, 3.64784832476320460504,
  1.27045825245236838258, 0.24178072517745061177, 0.0227238449892691845833,
  7.7454501427834140764e-4,
];
const TAIL_UNDER = [
  1, 2.05319162663775882187, 1.6763848301838038494, 0.68976733498510000455, 0.14810397642748007459,
  0.0151986665636164571966, 5.475938084995344946e-4, 1.05075007164441684324e-9,
];
const FAR_OVER = [
  6.6579046435011037772, 5.4637849111641143699, 1.7848265399172913358, 0.29656057182850489123,
  0.026532189526576123093, 0.0012426609473880784386, 2.71155556874348757815e-5,
  2.01033439929228813265e-7,
];
const FAR_UNDER = [
  1, 0.59983220655588793769, 0.13692988092273580531, 0.0148753612908506148525,
  7.868691311456132591e-4, 1.8463183175100546818e-5, 1.4215117583164458887e-7,
  2.04426310338993978564e-15,
];
const MIDDLE_HALF_WIDTH = 0.425;
const TAIL_DISTANCE_MAX = 5;
/** Stands for u = 0, whose quantile is infinite: half the smallest positive draw. */
const SHARE_MIN = 1 / 18014398509481984;

/** The value below which a share `u` of a standard normal lies; to about 10^-16. Finite in [0, 1). */
export function normalQuantile(u: number): number {
  const fromMiddle = u - 0.5;
  if (Math.abs(fromMiddle) <= MIDDLE_HALF_WIDTH) {
    const x = MIDDLE_HALF_WIDTH * MIDDLE_HALF_WIDTH - fromMiddle * fromMiddle;
    return (fromMiddle * polynomial(MIDDLE_OVER, x)) / polynomial(MIDDLE_UNDER, x);
  }
  const share = Math.max(fromMiddle < 0 ? u : 1 - u, SHARE_MIN);
  const distance = Math.sqrt(-log(share));
  const magnitude =
    distance <= TAIL_DISTANCE_MAX
      ? polynomial(TAIL_OVER, distance - 1.6) / polynomial(TAIL_UNDER, distance - 1.6)
      : polynomial(FAR_OVER, distance - 5) / polynomial(FAR_UNDER, distance - 5);
  return fromMiddle < 0 ? -magnitude : magnitude;
}

function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + coefficients[i]!;
  return sum;
}
