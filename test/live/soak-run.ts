// Live nodes under churn for as long as wanted, in one process, and what it takes of memory, sockets and timers meanwhile.

import { LiveRun } from "../../src/scenarios/node-live-run.js";
import { readScenario } from "../scenarios/read-text.js";

const scenarioOf = (runSeconds: number): string => `
name: soak
seed: 9
nodes: { boot: 1, home: 20 }
start: { overlay: join, contact: boot, rate: 20/s }
phases: { build: 5s, run: ${runSeconds}s }
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

export interface Sample {
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

/** A figure before and after, and the most that the second may be. */
export interface Growth {
  readonly figure: keyof Sample;
  readonly early: number;
  readonly late: number;
  readonly most: number;
}

export interface SoakResult {
  readonly growths: readonly Growth[];
  readonly samples: readonly Sample[];
  readonly eventsPerSecond: number;
}

/** Halves of what comes after the warm-up, compared. `leak` is called at each sample: for the test of this test. */
export async function soak(runSeconds: number, leak?: () => void): Promise<SoakResult> {
  const { scenario } = readScenario(scenarioOf(runSeconds));
  const run = new LiveRun({ scenario, security: "plaintext" });
  const samples: Sample[] = [];
  const sampling = setInterval(() => {
    leak?.();
    samples.push(takeSample());
  }, SAMPLE_MILLIS);
  try {
    const ending = await run.run();
    if (ending !== "complete") throw new Error(`The soak was ${ending}`);
  } finally {
    clearInterval(sampling);
  }
  const warm = Math.floor(samples.length * WARM_SHARE);
  const half = Math.floor((samples.length - warm) / 2);
  const [before, after] = [samples.slice(warm, warm + half), samples.slice(warm + half)];
  const growth = (figure: keyof Sample, share: number, slack: number): Growth => {
    const early = middle(before, figure);
    return { figure, early, late: middle(after, figure), most: early * share + slack };
  };
  return {
    samples,
    growths: [
      // Twenty nodes, ten links each at most, two sockets a link, and their ports.
      growth("sockets", 1.25, 10),
      growth("timers", 1.25, 10),
      // What records of minutes leave behind in checkers is far below this.
      growth("heapBytes", 1.2, 8e6),
    ],
    eventsPerSecond: run.world.churnReports(run.nowMicros)[0]?.drawn.eventsPerSecond ?? 0,
  };
}
