// Scores are state like any other: a run that is cut while nodes score each other goes on to the same end.

import { decode, encode } from "@msgpack/msgpack";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { PlainData } from "../../src/sim/plain-data.js";
import type { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import { digestOf, runOf, scenarioOf } from "../determinism/run-digest.js";

/** Messages are rare and owed at once: P3 makes meshes change all the time. */
function text(score: string): string {
  return [
    "name: resume",
    "seed: 3",
    "nodes: { contact: 1, peer: 19 }",
    "start: { overlay: join, contact: contact, rate: 20/s }",
    "phases: { build: 5s, run: 40s }",
    "protocols:",
    "  discovery: { use: cyclon, period: 2s, answer: 1s }",
    `  broadcast: { use: gossipsub, pruneBackoff: 5s${score} }`,
    "network: { latency: 30ms }",
    "events:",
    "  - { at: run+10s, do: crash, who: { count: 4, of: peer }, for: 8s, state: keep }",
    "workload: [{ do: broadcast, in: [run, end-2s], arrivals: { every: 500ms }, bytes: 64 }]",
    "",
  ].join("\n");
}

const SCORED = text(
  [
    ", score: { meshMessageDeliveriesWeight: -4, meshFailurePenaltyWeight: -4",
    "meshMessageDeliveriesActivation: 3s, opportunisticGraftTicks: 5, topicWeight: 1 }",
  ].join(", "),
);

function cutAt(eventCount: number): SimulatedRun {
  const run = runOf(scenarioOf(SCORED));
  for (let i = 0; i < eventCount && run.step(); i++);
  return run;
}

it(
  "a run whose nodes score each other ends the same when it is cut, and differently without scores",
  { timeout: 60_000 },
  () => {
    let eventCount = 0;
    const whole = runOf(scenarioOf(SCORED));
    while (whole.step()) eventCount++;
    const digest = whole.digest();
    expect(digest).not.toBe(digestOf(runOf(scenarioOf(text("")))));
    fc.assert(
      fc.property(fc.integer({ min: 0, max: eventCount }), (cut) => {
        const snapshot = decode(encode(cutAt(cut).snapshot())) as PlainData;
        const run = runOf(scenarioOf(SCORED));
        run.restore(snapshot);
        expect(digestOf(run)).toBe(digest);
      }),
      { numRuns: 5 },
    );
  },
);
