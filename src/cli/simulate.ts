// Runs a scenario in simulation for the command line: in slices, so that Ctrl-C and the terminal get their turn,
// and with everything that looks at a run attached.

import { createHash } from "node:crypto";
import type { OverlayTracker } from "../analysis/overlay-tracker.js";
import { matchesNext } from "../scenarios/breakpoint.js";
import type { BreakCondition } from "../scenarios/breakpoint.js";
import { nodePlatform } from "../scenarios/node-platform.js";
import { KEYED_NODES_MAX } from "../scenarios/platform.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import type { LookOptions } from "../scenarios/run-options.js";
import { writeReport } from "../scenarios/run-report.js";
import type { RunEnding, RunReport } from "../scenarios/run-report.js";
import type { RunView } from "../scenarios/run-view.js";
import type { Scenario } from "../scenarios/scenario.js";
import { SimulatedRun } from "../scenarios/simulated-run.js";
import { LimitError } from "../sim/limits.js";
import type { Limits } from "../sim/limits.js";
import { traceHeader } from "../trace/json-lines.js";
import { TraceFileWriter } from "../trace/node-trace-file.js";
import type { RecordSink } from "../trace/record.js";
import type { WireMode } from "../transport/sim-wire.js";
import { breakHere } from "./break-here.js";
import { LogPrinter } from "./log-printer.js";
import { writeOutputFile } from "./output-file.js";
import { OverlayFileWriter } from "./overlay-files.js";
import { commit, packageVersion } from "./package-facts.js";
import { Progress } from "./progress.js";

/** Events between two looks at the clock: well under a millisecond's worth of them. */
const EVENTS_A_CHECK = 512;
/** How long the run works before signals and the terminal get their turn. */
const SLICE_MILLIS = 40;

export interface SimulateOptions {
  readonly scenario: Scenario;
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
  const overlayFiles: OverlayFileWriter[] = [];
  let trace: TraceFileWriter | null = null;
  const run = new SimulatedRun(scenario, {
    platform: nodePlatform,
    protocols: options.protocols,
    wireMode: options.wireMode,
    digests: look.digests,
    limits: options.limits,
    sinks: (view) => {
      if (look.traceFile !== null) trace = openTrace(look.traceFile, scenario, view);
      const sinks: RecordSink[] = trace === null ? [] : [trace];
      if (look.log !== null)
        sinks.push(new LogPrinter(look.log, view, (text) => process.stdout.write(text)));
      return sinks;
    },
    samplers: (view, tracker) => {
      overlayFiles.push(...overlayWriters(look, scenario, view, tracker));
      return overlayFiles;
    },
  });
  const progress = new Progress({
    stream: process.stderr,
    endMicros: scenario.endMicros,
    nowMillis: () => performance.now(),
  });
  let ending: RunEnding = "complete";
  let limit: LimitError | null = null;
  try {
    ending = await advance(run, progress, options);
  } catch (error) {
    if (!(error instanceof LimitError)) {
      closeTrace(trace, run, "failed");
      throw error;
    }
    ending = "limit";
    limit = error;
  } finally {
    progress.stop();
  }
  closeTrace(trace, run, ending);
  const report = makeReport(run, options, {
    ending,
    wallMillis: performance.now() - startedMillis,
  });
  for (const file of overlayFiles) file.finish(run.nowMicros);
  if (look.reportFile !== null) {
    writeOutputFile(look.reportFile, writeReport(report));
  }
  return { report, limit };
}

async function advance(
  run: SimulatedRun,
  progress: Progress,
  options: SimulateOptions,
): Promise<RunEnding> {
  const { breakBefore, isInterrupted } = options;
  for (;;) {
    const untilMillis = performance.now() + SLICE_MILLIS;
    do {
      for (let i = 0; i < EVENTS_A_CHECK; i++) {
        if (breakBefore !== null && matchesNext(breakBefore, run.simulation)) breakHere();
        if (!run.step()) return "complete";
      }
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

function openTrace(path: string, scenario: Scenario, view: RunView): TraceFileWriter {
  const { name, seed, nodeCount } = scenario;
  return new TraceFileWriter(
    path,
    traceHeader({ scenario: name, seed, version: packageVersion(), nodeCount }),
    view,
  );
}

function closeTrace(trace: TraceFileWriter | null, run: SimulatedRun, ending: string): void {
  trace?.close({ endMicros: run.nowMicros, digest: run.digest(), ending });
}

function overlayWriters(
  look: LookOptions,
  scenario: Scenario,
  view: RunView,
  tracker: OverlayTracker,
): OverlayFileWriter[] {
  const shutdown = scenario.events.find(
    ({ action }) => action.do === "shutdown" && action.who === "network",
  );
  const lastMicros = shutdown === undefined ? scenario.endMicros : shutdown.atMicros - 1;
  return [...look.pictures, ...look.graphs].map(
    (file) =>
      new OverlayFileWriter({
        file,
        layout: look.layout,
        scenarioName: scenario.name,
        view,
        tracker,
        lastMicros,
        write: writeOutputFile,
      }),
  );
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
  const { imports, ...effective } = scenario;
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
    identities: scenario.nodeCount > KEYED_NODES_MAX ? "names" : "keys",
    churn: run.world.churnReports(virtualMicros),
    ...watched,
    repeat: {
      command,
      packageVersion: packageVersion(),
      commit: commit(),
      nodeVersion: process.version,
      imports: imports.map(({ path, text }) => ({
        path,
        sha256: createHash("sha256").update(text).digest("hex"),
      })),
      scenario: effective,
    },
  };
}
