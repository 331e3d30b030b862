// From a distribution as written to the simulator's description of it.

import type { DistributionDescription } from "../sim/distribution.js";
import type { WrittenDistribution } from "./distribution-schema.js";
import { parseDurationTrace } from "./duration-trace.js";
import type { Imports } from "./imports.js";
import type { SourcePath } from "./scenario-source.js";

/** Reads a distribution; its trace, if it has one, comes from the imports. */
export function readDistribution(
  written: WrittenDistribution,
  path: SourcePath,
  imports: Imports,
): DistributionDescription {
  if (typeof written === "number") return { kind: "fixed", micros: written };
  const { fixed, uniform, normal, exponential, weibull, pareto, trace } = written;
  const logNormal = written["log-normal"];
  if (fixed !== undefined) return { kind: "fixed", micros: fixed };
  if (uniform !== undefined) {
    return { kind: "uniform", minMicros: uniform.min, maxMicros: uniform.max };
  }
  if (normal !== undefined) {
    return { kind: "normal", meanMicros: normal.mean, deviationMicros: normal.sd };
  }
  if (logNormal !== undefined) {
    return { kind: "log-normal", medianMicros: logNormal.median, sigma: logNormal.sigma };
  }
  if (exponential !== undefined) return { kind: "exponential", meanMicros: exponential.mean };
  if (weibull !== undefined) {
    return { kind: "weibull", shape: weibull.shape, scaleMicros: weibull.scale };
  }
  if (pareto !== undefined) {
    return { kind: "pareto", shape: pareto.shape, minMicros: pareto.minimum };
  }
  const samplesMicros =
    trace === undefined ? null : imports.read(trace, [...path, "trace"], parseDurationTrace);
  return { kind: "empirical", samplesMicros: samplesMicros ?? [1] };
}
