// Runs a scenario in simulation for the command line: in slices, so that Ctrl-C and the terminal get their turn,
// and with everything that looks at a run attached.

import { matchesNext } from "../scenarios/breakpoint.js";
import type { BreakCondition } from "../scenarios/breakpoint.js";
import { nodePlatform } from "../scenarios/node-platform.js";
import { KEYED_NODES_MAX } from "../scenarios/platform.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import type { LookOptions } from "../scenarios/run-options.js";
import type { RunEnding, RunReport } from "../scenarios/run-report.js";
import type { Scenario } from "../scenarios/scenario.js";
import { SimulatedRun } from "../scenarios/simulated-run.js";
import { LimitError } from "../sim/limits.js";
import type { Limits } from "../sim/limits.js";
import type { WireMode } from "../transport/sim-wire.js";
import { breakHere } from "./break-here.js";
import { packageVersion } from "./package-facts.js";
import { Progress } from "./progress.js";
import { repeatReport } from "./repeat-report.js";
import { RunOutputs } from "./run-outputs.js";
import { asRunFailure } from "./run-failure.js";

/** Events between two looks at the clock: well under a millisecond's worth of them. */
const EVENTS_A_CHECK = 512;
/** How long the run works before signals and the terminal get their turn. */
const SLICE_MILLIS = 40;
/** Where progress goes that nobody wants to see. */
const NO_STREAM = { write: () => true };

export interface SimulateOptions {
  readonly scenario: Scenario;
  /** The scenario as it was written. */
  readonly scenarioText: string;
  readonly protocols: readonly ProtocolDefinition[];
  readonly wireMode: WireMode;
  readonly look: LookOptions;
  readonly limits: Partial<Limits>;
  readonly breakBefore: BreakCondition | null;
  /** The command that repeats the run. */
  readonly command: string;
  /** Asked between slices: whether somebody pressed Ctrl-C. */
  readonly isInterrupted: () => boolean;
}

/** A run that came to an end, and why it did if not by itself. */
export interface SimulatedResult {
  readonly report: RunReport;
  readonly limit: LimitError | null;
}

/** Runs a scenario to its end, a limit, or an interruption. The trace is whole in each case. */
export async function simulate(options: SimulateOptions): Promise<SimulatedResult> {
  const { scenario, look } = options;
  const startedMillis = performance.now();
  const outputs = new RunOutputs({
    scenario,
    scenarioText: options.scenarioText,
    look,
    print: (text) => process.stdout.write(text),
  });
  const run = new SimulatedRun(scenario, {
    platform: nodePlatform,
    protocols: options.protocols,
    wireMode: options.wireMode,
    digests: look.digests,
    limits: options.limits,
    sinks: (view) => outputs.sinks(view),
    samplers: (view, tracker) => outputs.samplers(view, tracker),
  });
  const progress = new Progress({
    stream: look.showsProgress ? process.stderr : NO_STREAM,
    endMicros: scenario.endMicros,
    nowMillis: () => performance.now(),
  });
  let ending: RunEnding = "complete";
  let limit: LimitError | null = null;
  try {
    ending = await advance(run, outputs, { ...options, progress });
  } catch (error) {
    if (!(error instanceof LimitError)) {
      outputs.close(run, "failed", null);
      throw asRunFailure(error, run.nowMicros);
    }
    ending = "limit";
    limit = error;
  } finally {
    progress.stop();
  }
  // Logs, and what the trace could not take, come before the report; the trace ends with what the report found.
  outputs.flush();
  const wallMillis = performance.now() - startedMillis;
  const report = makeReport(run, options, { ending, wallMillis });
  outputs.close(run, ending, report);
  outputs.finish(run.nowMicros);
  return { report, limit };
}

async function advance(
  run: SimulatedRun,
  outputs: RunOutputs,
  options: SimulateOptions & { readonly progress: Progress },
): Promise<RunEnding> {
  const { breakBefore, isInterrupted, look, progress } = options;
  for (;;) {
    const untilMillis = performance.now() + SLICE_MILLIS;
    do {
      for (let i = 0; i < EVENTS_A_CHECK; i++) {
        if (breakBefore !== null && matchesNext(breakBefore, run.simulation)) breakHere();
        if (!run.step()) return "complete";
      }
      outputs.flush();
      if (look.isWatched) outputs.save(performance.now());
    } while (performance.now() < untilMillis);
    progress.update({
      virtualMicros: run.nowMicros,
      events: run.simulation.eventCount,
      liveNodes: run.network.liveCount(),
    });
    // A turn of the event loop: this is where a signal's handler runs.
    await new Promise((resolve) => setImmediate(resolve));
    if (isInterrupted()) return "interrupted";
  }
}

function makeReport(
  run: SimulatedRun,
  { scenario, command }: SimulateOptions,
  { ending, wallMillis }: { readonly ending: RunEnding; readonly wallMillis: number },
): RunReport {
  const virtualMicros = ending === "complete" ? scenario.endMicros : run.nowMicros;
  const events = run.simulation.eventCount;
  const watched = run.finish({ virtualMicros, events });
  if (watched === null) throw new Error("A run for the command line is watched");
  return {
    scenario: scenario.name,
    seed: scenario.seed,
    transport: "sim",
    version: packageVersion(),
    digest: run.digest(),
    ending,
    virtualMicros,
    wallMillis: Math.round(wallMillis),
    events,
    live: null,
    identities: scenario.nodeCount > KEYED_NODES_MAX ? "names" : "keys",
    churn: run.world.churnReports(virtualMicros),
    emptyPicks: run.world.emptyPicks.all(),
    ...watched,
    repeat: repeatReport(scenario, command),
  };
}
