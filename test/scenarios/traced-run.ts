// Runs a scenario's text to its end, and gives every record that it left in words.

import { nodePlatform } from "../../src/scenarios/node-platform.js";
import { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import { RecordKind } from "../../src/trace/record.js";
import { traceLine } from "../../src/trace/trace-line.js";
import type { TraceLine } from "../../src/trace/trace-line.js";
import { readScenario } from "./read-text.js";

export interface TracedRun {
  readonly run: SimulatedRun;
  /** Every record so far; grows as the run goes on. */
  readonly lines: readonly TraceLine[];
}

/** A run of a text that has not begun. */
export function tracedRun(text: string): TracedRun {
  const lines: TraceLine[] = [];
  const run = new SimulatedRun(readScenario(text).scenario, {
    platform: nodePlatform,
    sinks: (view) => [
      { kinds: Object.values(RecordKind), accept: (record) => lines.push(traceLine(record, view)) },
    ],
  });
  return { run, lines };
}

/** A run of a text that is over. */
export function finishedRun(text: string): TracedRun {
  const traced = tracedRun(text);
  while (traced.run.step());
  return traced;
}

/** Names of the nodes that an event concerned. */
export function concernedBy({ lines }: TracedRun, event: string): (string | undefined)[] {
  return lines
    .filter(({ kind, name, node }) => kind === "action" && name === event && node !== undefined)
    .map(({ node }) => node);
}
