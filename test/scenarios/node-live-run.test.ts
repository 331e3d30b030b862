// Live runs from within: what faults do to real listeners, and what is left when a run has ended.

import { describe, expect, it } from "vitest";
import { LiveScenarioError } from "../../src/scenarios/live-refusal.js";
import { LiveRun } from "../../src/scenarios/node-live-run.js";
import type { Scenario } from "../../src/scenarios/scenario.js";
import { RecordKind } from "../../src/trace/record.js";
import type { RunRecord } from "../../src/trace/record.js";
import type { RunView } from "../../src/scenarios/run-view.js";
import { until } from "../transport/tcp-kit.js";
import { readScenario } from "./read-text.js";

/** One record as a line: what happened where. */
function lineOf({ kind, node, name }: RunRecord, view: RunView): string {
  const where = node < 0 ? "world" : view.nodeName(node);
  return `${kind === RecordKind.fault ? "fault" : "status"} ${where} ${view.text(name)}`;
}

async function runScenario(scenario: Scenario): Promise<{ run: LiveRun; lines: string[] }> {
  const lines: string[] = [];
  let lastMicros = 0;
  const run = new LiveRun({
    scenario,
    security: "plaintext",
    sinks: (view) => [
      {
        kinds: Object.values(RecordKind),
        accept: (record) => {
          expect(record.timeMicros).toBeGreaterThanOrEqual(lastMicros);
          lastMicros = record.timeMicros;
          if (record.kind === RecordKind.fault || record.kind === RecordKind.status) {
            lines.push(lineOf(record, view));
          }
        },
      },
    ],
  });
  expect(await run.run()).toBe("complete");
  return { run, lines };
}

/** Sockets and timers of this process. */
function resources(): string[] {
  return process.getActiveResourcesInfo().filter((name) => /TCP|UDP|Timeout/u.test(name));
}

function scenarioOf(...lines: readonly string[]): Scenario {
  return readScenario(
    [
      "name: faults",
      "seed: 4",
      "nodes: 5",
      "start: { overlay: join, contact: node-0, rate: 10/s }",
      "protocols: { discovery: { use: genesis }, status: { use: heartbeat }, broadcast: { use: flood } }",
      "network: { latency: 5ms }",
      ...lines,
    ].join("\n") + "\n",
  ).scenario;
}

describe("a live run", () => {
  it("pauses, crashes, restarts and cuts real nodes, in the order of time, and leaves nothing", async () => {
    const before = resources();
    const scenario = scenarioOf(
      "phases: { run: 14s }",
      "events:",
      "  - { at: 2s, do: pause, who: node-1, for: 1s }",
      "  - { at: 3s, do: crash, who: node-2, for: 2s }",
      "  - { at: 3500ms, do: crash, who: node-3, kind: host, for: 2s }",
      "  - { at: 4s, do: partition, groups: [node-4, rest], for: 1s }",
      "  - { at: 7s, do: leave, who: node-2 }",
      "  - { at: 12s, do: broadcast, who: node-0 }",
      "expect:",
      "  - { connected: neighbours, within: 4s, after: 7s, hold: 2s }",
      "  - { delivered: 100%, within: 1s }",
    );
    const { run, lines } = await runScenario(scenario);
    const wanted = [
      "fault node-1 pause",
      "fault node-1 resume",
      "fault node-2 crash-process",
      "fault node-3 crash-host",
      "fault world partition",
      "fault node-2 restart",
      "fault world heal",
      "fault node-3 restart",
      "status node-2 left",
    ];
    expect(lines.filter((line) => wanted.includes(line)).sort()).toEqual([...wanted].sort());
    const { nodes, expectations } = run.finish({});
    expect(nodes).toMatchObject({ active: 4, left: 1, crashed: 0 });
    expect(expectations.filter(({ holds }) => !holds)).toEqual([]);
    expect(run.digest()).toBeNull();
    // The system closes sockets in the turns that follow. The timers of the test runner itself come and go.
    await until(() => resources().length <= before.length + 1, `only ${before.join(", ")} is left`);
  });

  it("is refused, and opens nothing, for what it cannot apply", () => {
    const scenario = scenarioOf(
      "phases: { run: 14s }",
      "events: [{ name: wait, at: 2s, do: hold, from: node-1, to: node-2, for: 1s }]",
    );
    expect(() => new LiveRun({ scenario, security: "plaintext" })).toThrow(LiveScenarioError);
  });
});
