// An event changes what it does, and the key of no other event: a run with an injected event is the run of the
// scenario that plans it, and a scenario without an event keeps the keys of all others.

import { describe, expect, it } from "vitest";
import { finishedRun, tracedRun } from "../scenarios/traced-run.js";
import type { TracedRun } from "../scenarios/traced-run.js";

/** Nodes that join one by one, work and churn, so that the world has plans all along. */
function text(events: string): string {
  return `
name: keys
seed: 3
nodes: { boot: 1, home: 8 }
start: { overlay: join, contact: boot, rate: 2/s }
phases: { build: 10s, run: 20s }
network: { latency: { uniform: { min: 10ms, max: 80ms } }, loss: 2% }
protocols: { discovery: { use: genesis }, broadcast: { use: flood } }
workload: [{ do: broadcast, in: run, arrivals: { every: 500ms }, bytes: 10 }]
events: [${events}]
`;
}

/** Runs with the scenario's own events, and injects one at a time. */
function withInjection(events: string, timeMicros: number): TracedRun {
  const traced = tracedRun(text(events));
  traced.run.runUntil(timeMicros - 1);
  traced.run.inject({
    name: "drop",
    action: { do: "crash", kind: "process", who: { kind: "name", name: "home-3" } },
  });
  expect(traced.run.nowMicros).toBe(timeMicros);
  while (traced.run.step());
  return traced;
}

const LATER = "{ name: off, at: 25s, do: leave, who: home-5 }";

describe("an injected event", () => {
  it("makes the run of a scenario that plans it for the same time", () => {
    const planned = finishedRun(
      text(`{ name: drop, at: 12.3s, do: crash, who: home-3 }, ${LATER}`),
    );
    const injected = withInjection(LATER, 12.3e6);
    expect(injected.run.digest()).toBe(planned.run.digest());
  });
});

describe("an event of a scenario", () => {
  it("changes nothing when it concerns nobody and is left out", () => {
    const idle = "{ name: idle, at: 12.3s, do: resume, who: all }";
    const lines = ({ lines }: TracedRun): unknown[] => lines.filter(({ name }) => name !== "idle");
    const withIdle = finishedRun(text(`${idle}, ${LATER}`));
    const without = finishedRun(text(LATER));
    expect(withIdle.lines.length).toBe(without.lines.length + 1);
    expect(lines(withIdle)).toEqual(lines(without));
  });
});
