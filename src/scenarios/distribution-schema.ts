// How lengths of time that vary are written: a plain length, or the name of a distribution and its
// parameters.

import * as z from "zod";
import { strictMap } from "./strict-map.js";
import { duration, oneKeyOf, positiveDuration, refuse } from "./written-values.js";

/** Shapes outside give means beyond every number, or none at all. */
const shape = z.number().min(0.1).max(100);

const uniform = strictMap({ min: duration, max: duration }).superRefine(({ min, max }, context) => {
  if (min <= max) return;
  refuse(context, "min above max", {
    expected: "min at most max",
    remedy: "swap the two",
  });
});

/** The distributions that latencies are drawn from, by the key under which they are written. */
export const LATENCY_DISTRIBUTIONS = {
  fixed: duration.describe("Always the same."),
  uniform: uniform.describe("Every length between the two equally likely."),
  normal: strictMap({ mean: duration, sd: duration }).describe(
    "Around a mean with a standard deviation; below zero counts as zero.",
  ),
  "log-normal": strictMap({
    median: positiveDuration,
    sigma: z.number().positive().max(10),
  }).describe("The logarithm is normal; sigma is the logarithm's standard deviation."),
  exponential: strictMap({ mean: positiveDuration }).describe(
    "Without memory: what has lasted long ends as readily as what has just begun.",
  ),
} as const;

/** All distributions, by the key under which they are written. */
const DISTRIBUTIONS = {
  ...LATENCY_DISTRIBUTIONS,
  weibull: strictMap({ shape, scale: positiveDuration }).describe(
    "Below shape 1, what has lasted long tends to last on, as measured sessions do.",
  ),
  pareto: strictMap({ shape, minimum: positiveDuration }).describe(
    "Never below the minimum, with a heavy tail; shape 1 or less has no mean.",
  ),
  trace: z
    .string()
    .min(1)
    .describe("Recorded lengths from a CSV file, one a line, such as 90s; each equally likely."),
} as const;

/** A length of time or the distribution it is drawn from. */
export const distribution = z.union([duration, oneKeyOf(DISTRIBUTIONS)]).meta({
  id: "distribution",
  description: "A length of time, or the distribution that it is drawn from.",
  examples: ["30s", { exponential: { mean: "30s" } }, { weibull: { shape: 0.615, scale: "120s" } }],
});

/** A distribution as written, in base units. */
export type WrittenDistribution = z.output<typeof distribution>;
