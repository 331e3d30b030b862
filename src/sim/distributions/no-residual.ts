// The error of distributions that a process cannot have been running on for ever.

/** Made by `Distribution.residualQuantile` where durations have no positive finite mean, or may be negative. */
export function noResidual(what: string): RangeError {
  return new RangeError(
    `${what} has no residual durations, which need a positive finite mean and no negative durations: ` +
      "start fresh instead of stationary, or choose other parameters",
  );
}
