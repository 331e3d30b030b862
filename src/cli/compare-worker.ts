// What a thread of `comparing-pool.ts` runs: one variant under one seed, measured by its report.

import { readMeasure } from "../scenarios/compare/measures.js";
import type { Measure } from "../scenarios/compare/measures.js";
import type { RunValues } from "../scenarios/compare/comparison-result.js";
import { nodePlatform } from "../scenarios/node-platform.js";
import { parseScenarioBeside } from "../scenarios/node-scenario-file.js";
import { SHIPPED_PROTOCOLS } from "../scenarios/protocol-registry.js";
import { SimulatedRun } from "../scenarios/simulated-run.js";
import type { ParamValue } from "../scenarios/scenario.js";
import { explainError } from "./exit-code.js";
import { installNodeGuard } from "./node-guard.js";

/** One run. */
export interface CompareTask {
  /** The comparison's file: its folder is where the scenario's own files are. */
  readonly file: string;
  readonly text: string;
  readonly seed: number;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly measures: readonly Measure[];
}

/** What came of a run: its values, or why it failed. Errors lose their classes on the way between threads. */
export type CompareOutcome =
  | { readonly values: RunValues }
  | { readonly failure: { readonly code: number; readonly text: string } };

installNodeGuard();

/** Called by the pool. */
export default function compare(task: CompareTask): CompareOutcome {
  try {
    return { values: measured(task) };
  } catch (error) {
    return { failure: explainError(error) };
  }
}

function measured({ file, text, seed, params, measures }: CompareTask): RunValues {
  const { scenario } = parseScenarioBeside({
    ...{ file, text, protocols: SHIPPED_PROTOCOLS },
    overrides: { seed, params },
  });
  const run = new SimulatedRun(scenario, { platform: nodePlatform, digests: false });
  while (run.step());
  const events = run.simulation.eventCount;
  const report = { events, virtualMicros: scenario.endMicros };
  const watched = run.finish(report);
  return measures.map((measure) => readMeasure(measure, { ...report, ...watched }));
}
