// How long something lasts: what sessions, downtimes, gaps and latencies are drawn from. Stands apart from
// streams of chance: a distribution turns a uniform number into a duration and holds no state.

/**
 * A distribution in plain data, as scenarios write it. Durations are float microseconds; whoever schedules
 * with a drawn one rounds it, once.
 */
export type DistributionDescription =
  /** Always the same. */
  | { readonly kind: "fixed"; readonly micros: number }
  /** Every duration between the two equally likely. */
  | { readonly kind: "uniform"; readonly minMicros: number; readonly maxMicros: number }
  /** Without memory: what has lasted long ends as readily as what has just begun. */
  | { readonly kind: "exponential"; readonly meanMicros: number }
  /** Below shape 1 what has lasted long tends to last on, as measured sessions do. */
  | { readonly kind: "weibull"; readonly shape: number; readonly scaleMicros: number }
  /** Never below the minimum; a tail so heavy that at shape 1 or less the mean is infinite. */
  | { readonly kind: "pareto"; readonly shape: number; readonly minMicros: number }
  /** May be negative; whoever uses it as a duration counts that as zero. */
  | { readonly kind: "normal"; readonly meanMicros: number; readonly deviationMicros: number }
  /** The logarithm is normal: half lie below the median, `sigma` is the logarithm's deviation. */
  | { readonly kind: "log-normal"; readonly medianMicros: number; readonly sigma: number }
  /** Each recorded duration equally likely. */
  | { readonly kind: "empirical"; readonly samplesMicros: readonly number[] };

/** A distribution of durations in float microseconds, sampled by handing in uniform numbers. */
export interface Distribution {
  /**
   * The duration below which a share `u` of all durations lie. With `u` uniform in [0, 1) this is a draw.
   * Finite for every `u` in [0, 1).
   */
  quantile(u: number): number;
  /** The mean duration. `Infinity` where it has none. */
  mean(): number;
  /**
   * A draw of how much longer something lasts that is found in the middle of its life, in a process that has
   * run for ever: the quantile of the equilibrium distribution, whose density at t is P(duration > t) / mean.
   * Found lives are the long ones, so this is not the rest of a fresh draw. Throws `RangeError` where
   * durations may be negative or the mean is infinite, zero included.
   */
  residualQuantile(u: number): number;
}
