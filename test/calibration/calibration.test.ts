// The comparison of `npm run calibrate` in small: one cell against the kernel, where there can be namespaces, and the
// wrong models against samples of the right one. The full grid is measured by the command.

import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";

import {
  KernelNetwork,
  KernelNetworkError,
  kernelNetworkObstacle,
} from "../../src/scenarios/node-kernel-network.js";
import { missing } from "../support/system-package.js";
import { compareCell } from "./compare.js";
import type { Comparison } from "./compare.js";
import type { Cell } from "./grid.js";
import { measureCell } from "./measure-cell.js";
import { MODELS, modelCell } from "./model-cell.js";

const LOSSY: Cell = { roundTripMillis: 200, lossProbability: 0.05, megabitsPerSecond: 10 };
/** Long enough that what the two programs take themselves hardly counts, however busy the machine. */
const SLOW: Cell = { roundTripMillis: 200, lossProbability: 0, megabitsPerSecond: 1 };
const RUNS = 150;

function outside(comparisons: readonly Comparison[]): string[] {
  return comparisons
    .filter(({ isInside }) => !isInside)
    .map(({ measure, quantile }) => `${measure} ${quantile}`);
}

describe("the comparison of a model with samples", () => {
  const samples = modelCell(LOSSY, "the model", RUNS);

  it("finds the model that they are of inside", () => {
    expect(outside(compareCell(LOSSY, samples, samples))).toEqual([]);
  });

  it.each([
    ["connects without round trips", "connect 0.5"],
    ["has no retransmission time-out", "connect 0.95"],
    ["loses what is lost", "1 MB 0.5"],
  ] as const)("finds a model that %s outside", (wrong, where) => {
    expect(MODELS).toContain(wrong);
    expect(outside(compareCell(LOSSY, samples, modelCell(LOSSY, wrong, RUNS)))).toContain(where);
  });

  it("finds outside what never comes about, and what is eleven percent off", () => {
    const late = { ...samples, "1 MB": samples["1 MB"].map((micros) => micros * 1.12) };
    expect(outside(compareCell(LOSSY, samples, late))).toContain("1 MB 0.5");
    const never = { ...samples, "1 MB": samples["1 MB"].map(() => Infinity) };
    expect(outside(compareCell(LOSSY, never, never))).toContain("1 MB 0.5");
  });
});

describe("the kernel's TCP between two namespaces", () => {
  it("transfers 20 kB and 1 MB in the time of the model", async (context) => {
    const obstacle = kernelNetworkObstacle();
    if (obstacle !== null) missing(context, obstacle);
    const { samples, forwarder } = await measureCell(SLOW, { "200 B": 1, "20 kB": 7, "1 MB": 1 });
    const results = compareCell(SLOW, samples, modelCell(SLOW, "the model", 7));
    const medians = results.filter(
      ({ measure, quantile }) => quantile === 0.5 && ["20 kB", "1 MB"].includes(measure),
    );
    expect(medians).toHaveLength(2);
    expect(outside(medians)).toEqual([]);
    expect(forwarder.lateP50Micros).toBeLessThan(1000);
  });
});

describe("a network of namespaces", () => {
  it("leaves nothing behind, and says why it cannot be made", async (context) => {
    const obstacle = kernelNetworkObstacle();
    if (obstacle !== null) missing(context, obstacle);
    const path = { delayMicros: 1000, jitterMicros: 0, lossProbability: 0 };
    const network = await KernelNetwork.open({ seed: "s", uplinks: [Infinity, 1e6], path });
    const names = [0, 1].map((place) => network.command(place, [])[3]!);
    expect(names.map((name) => existsSync(`/var/run/netns/${name}`))).toEqual([true, true]);
    expect((await network.report()).lost).toBe(0);
    await network.close();
    expect(names.map((name) => existsSync(`/var/run/netns/${name}`))).toEqual([false, false]);
    const uplinks = Array<number>(1001).fill(Infinity);
    await expect(KernelNetwork.open({ seed: "s", uplinks, path })).rejects.toThrow(
      KernelNetworkError,
    );
  });
});
