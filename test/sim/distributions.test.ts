// Every kind of duration against its own definition: quantiles against the closed forms, residual lives
// against the integral that defines them and against a process that has simply been running for long.

import { describe, expect, it } from "vitest";
import fc from "fast-check";

import type { Distribution, DistributionDescription } from "../../src/sim/distribution.js";
import { createDistribution } from "../../src/sim/distributions.js";
import { incompleteGamma, logGamma } from "../../src/sim/distributions/gamma-function.js";
import { normalQuantile, normalShareBelow } from "../../src/sim/distributions/standard-normal.js";
import { RandomStreams } from "../../src/sim/random-streams.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { kolmogorovDistance, kolmogorovLimit } from "./statistics.js";

const streams = new RandomStreams({ seed: "distributions", sha256: nodeSha256 });

/** P(duration > t), written down independently of the code under test. */
const SURVIVALS: readonly (readonly [DistributionDescription, (t: number) => number])[] = [
  [{ kind: "fixed", micros: 1e6 }, (t) => (t < 1e6 ? 1 : 0)],
  [{ kind: "uniform", minMicros: 1e4, maxMicros: 1e5 }, (t) => clamp((1e5 - t) / 9e4)],
  [{ kind: "uniform", minMicros: 0, maxMicros: 1e5 }, (t) => clamp((1e5 - t) / 1e5)],
  [{ kind: "exponential", meanMicros: 3e7 }, (t) => Math.exp(-t / 3e7)],
  [{ kind: "weibull", shape: 0.61511, scaleMicros: 1.2e8 }, (t) => weibull(t, 0.61511, 1.2e8)],
  [{ kind: "weibull", shape: 0.3, scaleMicros: 1e6 }, (t) => weibull(t, 0.3, 1e6)],
  [{ kind: "weibull", shape: 4, scaleMicros: 1e8 }, (t) => weibull(t, 4, 1e8)],
  [{ kind: "pareto", shape: 1.5, minMicros: 1e6 }, (t) => (t < 1e6 ? 1 : Math.pow(1e6 / t, 1.5))],
  [{ kind: "pareto", shape: 5, minMicros: 1e6 }, (t) => (t < 1e6 ? 1 : Math.pow(1e6 / t, 5))],
  [
    { kind: "log-normal", medianMicros: 1e6, sigma: 1.2 },
    (t) => normalShareBelow(-Math.log(t / 1e6) / 1.2),
  ],
  [
    { kind: "empirical", samplesMicros: [5e6, 1e6, 1e6, 9e6] },
    (t) => (t < 1e6 ? 1 : t < 5e6 ? 0.5 : t < 9e6 ? 0.25 : 0),
  ],
];

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share));
}

function weibull(t: number, shape: number, scale: number): number {
  return Math.exp(-Math.pow(t / scale, shape));
}

function title(description: DistributionDescription): string {
  return JSON.stringify(description);
}

/** Draws by inversion, as the simulator does. */
function drawn(name: string, count: number, quantile: (u: number) => number): Float64Array {
  const stream = streams.stream(name);
  return Float64Array.from({ length: count }, () => quantile(stream.unit()));
}

/** The integral of a survival function from 0 to t, by the midpoint rule on a grid that is finer near 0. */
function integrated(survival: (t: number) => number, t: number): number {
  const steps = 20_000;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const from = t * (i / steps) ** 3;
    const to = t * ((i + 1) / steps) ** 3;
    sum += survival((from + to) / 2) * (to - from);
  }
  return sum;
}

describe.each(SURVIVALS)("durations %j", (description, survival) => {
  const distribution: Distribution = createDistribution(description);

  it("have the quantiles of their definition", () => {
    if (description.kind === "fixed" || description.kind === "empirical") {
      // Steps: the quantile of u is the first duration that more than a share u do not pass.
      for (let u = 0.0005; u < 1; u += 0.001) {
        const t = distribution.quantile(u);
        expect(1 - survival(t - 1)).toBeLessThanOrEqual(u);
        expect(1 - survival(t)).toBeGreaterThan(u);
      }
      return;
    }
    for (let u = 0.0005; u < 1; u += 0.001) {
      expect(1 - survival(distribution.quantile(u))).toBeCloseTo(u, 10);
    }
  });

  it("have the mean that their survival integrates to", () => {
    // The rest beyond 1 − 10^-9 is left out; with shape 1.5 it is a thousandth of the mean.
    const most = distribution.quantile(1 - 1e-9);
    expect(integrated(survival, most) / distribution.mean()).toBeCloseTo(1, 2);
  });

  it("have residual lives distributed as the integral of their survival", () => {
    for (const u of [0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.999]) {
      const share = integrated(survival, distribution.residualQuantile(u)) / distribution.mean();
      expect(share).toBeCloseTo(u, 4);
    }
  });

  it("are finite, not negative and never falling from the first draw to the last", () => {
    let before = 0;
    let residualBefore = 0;
    for (const u of [0, 2 ** -53, 1e-9, 0.2, 0.5, 0.9, 1 - 1e-9, 1 - 1e-14, 1 - 2 ** -53]) {
      const quantile = distribution.quantile(u);
      const residual = distribution.residualQuantile(u);
      expect(Number.isFinite(quantile) && Number.isFinite(residual)).toBe(true);
      expect(quantile).toBeGreaterThanOrEqual(before);
      expect(residual).toBeGreaterThanOrEqual(residualBefore);
      before = quantile;
      residualBefore = residual;
    }
  });
});

describe("residual lives", () => {
  it.each<DistributionDescription>([
    { kind: "exponential", meanMicros: 1e6 },
    { kind: "weibull", shape: 0.61511, scaleMicros: 1e6 },
    { kind: "weibull", shape: 3, scaleMicros: 1e6 },
    { kind: "pareto", shape: 3, minMicros: 1e6 },
    { kind: "log-normal", medianMicros: 1e6, sigma: 0.8 },
    { kind: "uniform", minMicros: 0, maxMicros: 1e6 },
    { kind: "empirical", samplesMicros: [1e5, 2e6, 3e6, 3e6] },
  ])("are what a process that has run for long shows at any instant: %j", (description) => {
    const distribution = createDistribution(description);
    const stream = streams.stream(`renewal ${title(description)}`);
    // One long chain of lives, looked at every 25 mean lives: far enough apart to be independent.
    const seen = new Float64Array(2_000);
    let lookAt = 25 * distribution.mean();
    let diesAt = 0;
    for (let i = 0; i < seen.length; i++) {
      while (diesAt <= lookAt) diesAt += distribution.quantile(stream.unit());
      seen[i] = diesAt - lookAt;
      lookAt += 25 * distribution.mean() * (1 + stream.unit() / 10);
    }
    const found = drawn(`found ${title(description)}`, 20_000, (u) =>
      distribution.residualQuantile(u),
    );
    expect(kolmogorovDistance(seen, found)).toBeLessThan(
      kolmogorovLimit(seen.length, found.length),
    );
  });

  it("are refused where there is no stationary process", () => {
    for (const description of [
      { kind: "normal", meanMicros: 1e6, deviationMicros: 1 },
      { kind: "pareto", shape: 1, minMicros: 1e6 },
      { kind: "exponential", meanMicros: 0 },
      { kind: "fixed", micros: 0 },
      { kind: "empirical", samplesMicros: [0, 0] },
    ] as const) {
      expect(() => createDistribution(description).residualQuantile(0.5)).toThrow(RangeError);
    }
  });
});

describe("distributions", () => {
  it("refuse parameters that make none, naming the value", () => {
    for (const description of [
      { kind: "fixed", micros: -1 },
      { kind: "uniform", minMicros: 10, maxMicros: 9 },
      { kind: "exponential", meanMicros: NaN },
      { kind: "weibull", shape: 0, scaleMicros: 1 },
      { kind: "weibull", shape: 1, scaleMicros: Infinity },
      { kind: "pareto", shape: -2, minMicros: 1 },
      { kind: "normal", meanMicros: 1, deviationMicros: -1 },
      { kind: "log-normal", medianMicros: 1, sigma: 11 },
      { kind: "empirical", samplesMicros: [] },
      { kind: "empirical", samplesMicros: [1, -7] },
    ] as const) {
      expect(() => createDistribution(description)).toThrow(RangeError);
    }
    expect(() => createDistribution({ kind: "fixed", micros: -17 })).toThrow(/-17/);
  });

  it("have an infinite mean where the Pareto tail is that heavy", () => {
    expect(createDistribution({ kind: "pareto", shape: 1, minMicros: 5 }).mean()).toBe(Infinity);
  });
});

describe("the standard normal", () => {
  it("has the published shares and quantiles", () => {
    expect(normalShareBelow(0)).toBe(0.5);
    expect(normalShareBelow(1.96)).toBeCloseTo(0.9750021048517795, 14);
    expect(normalShareBelow(-6) / 9.865876450376946e-10).toBeCloseTo(1, 12);
    expect(normalQuantile(0.5)).toBe(0);
    expect(normalQuantile(0.975)).toBeCloseTo(1.959963984540054, 14);
    expect(normalQuantile(1e-10)).toBeCloseTo(-6.361340902404056, 12);
  });

  it("has quantiles and shares that undo each other", () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-15, max: 0.999999, noNaN: true }), (u) => {
        return Math.abs(normalShareBelow(normalQuantile(u)) / u - 1) < 1e-11;
      }),
      { numRuns: 5_000, seed: 3 },
    );
  });

  it("has symmetric quantiles, finite at zero", () => {
    for (const u of [0.01, 0.07, 0.2, 0.49])
      expect(normalQuantile(1 - u)).toBeCloseTo(-normalQuantile(u), 12);
    expect(normalQuantile(0)).toBeGreaterThan(-9);
    expect(normalQuantile(1 - 2 ** -53)).toBeLessThan(9);
  });
});

describe("the gamma function", () => {
  it("continues the factorial", () => {
    let factorial = 1;
    for (let n = 1; n < 20; n++) {
      expect(Math.exp(logGamma(n)) / factorial).toBeCloseTo(1, 12);
      factorial *= n;
    }
    expect(Math.exp(logGamma(0.5))).toBeCloseTo(Math.sqrt(Math.PI), 13);
  });

  it("has the incomplete form that a Poisson process gives for whole shapes", () => {
    // P(n, x) is the chance of at least n events where x are expected.
    for (const shape of [1, 2, 5, 10]) {
      for (const x of [0.01, 0.5, 1, 3, 9, 11, 30]) {
        let fewer = 0;
        for (let k = 0, term = Math.exp(-x); k < shape; k++, term *= x / k) fewer += term;
        expect(incompleteGamma(shape, x)).toBeCloseTo(1 - fewer, 13);
      }
    }
  });
});
