// From a distribution's description to the distribution: the one place that knows every kind.

import type { Distribution, DistributionDescription } from "./distribution.js";
import { EmpiricalDistribution } from "./distributions/empirical-distribution.js";
import { ExponentialDistribution } from "./distributions/exponential-distribution.js";
import { FixedDistribution } from "./distributions/fixed-distribution.js";
import { LogNormalDistribution } from "./distributions/log-normal-distribution.js";
import { NormalDistribution } from "./distributions/normal-distribution.js";
import { ParetoDistribution } from "./distributions/pareto-distribution.js";
import { UniformDistribution } from "./distributions/uniform-distribution.js";
import { WeibullDistribution } from "./distributions/weibull-distribution.js";

/** Makes the distribution that a description names. Throws `RangeError` for parameters that make none. */
export function createDistribution(description: DistributionDescription): Distribution {
  switch (description.kind) {
    case "fixed":
      return new FixedDistribution(description.micros);
    case "uniform":
      return new UniformDistribution(description);
    case "exponential":
      return new ExponentialDistribution(description.meanMicros);
    case "weibull":
      return new WeibullDistribution(description);
    case "pareto":
      return new ParetoDistribution(description);
    case "normal":
      return new NormalDistribution(description);
    case "log-normal":
      return new LogNormalDistribution(description);
    case "empirical":
      return new EmpiricalDistribution(description.samplesMicros);
  }
}
