import { describe, expect, it } from "vitest";

import { kernelConditions } from "../../src/scenarios/node-kernel-conditions.js";
import type { KernelConditions } from "../../src/scenarios/node-kernel-conditions.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { readShipped } from "../convergence/shipped-scenarios.js";

function conditionsOf(name: string): KernelConditions {
  const scenario = readShipped(name, 1);
  return kernelConditions({
    ...{ scenario, nodes: [0, 3, 5], uplinkOf: () => Infinity, sha256: nodeSha256 },
  });
}

describe("the conditions of a scenario between namespaces", () => {
  it("are its latency both ways, the share of it that jitter may be, and its loss", () => {
    const { options, leftOut } = conditionsOf("churn");
    expect(leftOut).toEqual(["reach: dialable"]);
    expect(options.path.lossProbability).toBe(0.005);
    expect(options.paths).toHaveLength(6);
    for (const { from, to, delayMicros = 0, jitterMicros } of options.paths ?? []) {
      expect(delayMicros).toBeGreaterThan(0);
      expect(jitterMicros).toBe(Math.round(delayMicros / 10));
      const back = options.paths?.find((path) => path.from === to && path.to === from);
      expect(back?.delayMicros).toBe(delayMicros);
    }
  });

  it("name what the forwarder does not do", () => {
    expect(conditionsOf("lossy-links").leftOut).toEqual([
      ...["duplication", "corruption", "reordering"],
      "rule far-away",
    ]);
  });
});
