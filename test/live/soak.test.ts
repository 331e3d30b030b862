// A minute of churn in one process: after a warm-up neither memory nor sockets nor timers grow. An unhandled rejection
// fails the run of the tests by itself.

import { describe, expect, it } from "vitest";
import { LiveRun } from "../../src/scenarios/node-live-run.js";
import { readScenario } from "../scenarios/read-text.js";

const SCENARIO = `
name: soak
seed: 9
nodes: { boot: 1, home: 20 }
start: { overlay: join, contact: boot, rate: 20/s }
phases: { build: 5s, run: 60s }
protocols: { discovery: { use: genesis }, status: { use: heartbeat }, broadcast: { use: flood } }
network: { latency: 5ms, loss: 1% }
churn:
  in: run
  nodes: home
  session: { exponential: { mean: 6s } }
  downtime: { exponential: { mean: 1s } }
  graceful: 50%
workload:
  - { do: broadcast, in: [run, end], by: random, arrivals: { every: 1s }, bytes: 1kB }
`;

const SAMPLE_MILLIS = 500;
/** A third of the run is warm-up: code is compiled, buffers and pools get their sizes. */
const WARM_SHARE = 1 / 3;

interface Sample {
  readonly heapBytes: number;
  readonly sockets: number;
  readonly timers: number;
}

function takeSample(): Sample {
  const names = process.getActiveResourcesInfo();
  return {
    heapBytes: process.memoryUsage().heapUsed,
    sockets: names.filter((name) => /TCP|UDP/u.test(name)).length,
    timers: names.filter((name) => name === "Timeout").length,
  };
}

/** The middle of the figures of some samples: what one collection of garbage or one burst of joins moves little. */
function middle(samples: readonly Sample[], figure: keyof Sample): number {
  const sorted = samples.map((sample) => sample[figure]).sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

describe("a soak under churn", () => {
  it("does not grow in memory, sockets or timers", async () => {
    const run = new LiveRun({ scenario: readScenario(SCENARIO).scenario, security: "plaintext" });
    const samples: Sample[] = [];
    const sampling = setInterval(() => samples.push(takeSample()), SAMPLE_MILLIS);
    try {
      expect(await run.run()).toBe("complete");
    } finally {
      clearInterval(sampling);
    }
    // The run did churn: several departures and returns of every node.
    expect(run.world.churnReports(run.nowMicros)[0]!.drawn.eventsPerSecond).toBeGreaterThan(2);
    const warm = Math.floor(samples.length * WARM_SHARE);
    const half = Math.floor((samples.length - warm) / 2);
    const [early, late] = [samples.slice(warm, warm + half), samples.slice(warm + half)];
    expect(half).toBeGreaterThan(20);
    // Twenty nodes, ten links each at most, two sockets a link, and their ports.
    expect(middle(late, "sockets")).toBeLessThan(middle(early, "sockets") * 1.25 + 10);
    expect(middle(late, "timers")).toBeLessThan(middle(early, "timers") * 1.25 + 10);
    // What records of a minute leave behind in checkers is far below this.
    expect(middle(late, "heapBytes")).toBeLessThan(middle(early, "heapBytes") * 1.2 + 8e6);
  }, 180_000);
});
