// Runs a scenario live for the command line: with everything that looks at a run attached, and no socket left behind
// however it ends.

import * as path from "node:path";
import { fileURLToPath } from "node:url";
import { LiveRun } from "../scenarios/node-live-run.js";
import { LOOPBACK_HOST } from "../scenarios/node-loopback-ports.js";
import type { WorkerPlace } from "../scenarios/node-worker-process.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import type { LookOptions } from "../scenarios/run-options.js";
import type { RunReport } from "../scenarios/run-report.js";
import type { Scenario } from "../scenarios/scenario.js";
import type { Security } from "../transport/node-secure-socket.js";
import { packageVersion } from "./package-facts.js";
import { Progress } from "./progress.js";
import { repeatReport } from "./repeat-report.js";
import { RunOutputs } from "./run-outputs.js";
import { asRunFailure } from "./run-failure.js";

/** The program of a worker, built beside this one. */
const WORKER_PROGRAM = fileURLToPath(new URL("live-worker.js", import.meta.url));

/** Where progress goes that nobody wants to see. */
const NO_STREAM = { write: () => true };

export interface RunLiveOptions {
  readonly scenario: Scenario;
  /** The scenario as it was written. */
  readonly scenarioText: string;
  readonly protocols: readonly ProtocolDefinition[];
  readonly security: Security;
  /** Processes for the nodes; null for this one. */
  readonly processCount: number | null;
  /** The files that `protocols` are from. */
  readonly protocolFiles: readonly string[];
  readonly look: LookOptions;
  /** The command that runs it again. */
  readonly command: string;
  readonly isInterrupted: () => boolean;
}

/** Workers of this program's own kind, with the flags that it was started with. */
function workerPlaces(count: number): WorkerPlace[] {
  const { execPath, execArgv } = process;
  return Array.from({ length: count }, (_, place) => ({
    name: `worker-${place + 1}`,
    command: [execPath, ...execArgv, WORKER_PROGRAM],
    host: LOOPBACK_HOST,
  }));
}

/** Runs a scenario to its end or an interruption. The trace is whole in each case. */
export async function runLive(options: RunLiveOptions): Promise<RunReport> {
  const { scenario, scenarioText, look, security, protocols, isInterrupted, command } = options;
  const startedMillis = performance.now();
  const outputs = new RunOutputs({
    ...{ scenario, scenarioText, look },
    print: (text) => process.stdout.write(text),
  });
  const progress = new Progress({
    stream: look.showsProgress ? process.stderr : NO_STREAM,
    endMicros: scenario.endMicros,
    nowMillis: () => performance.now(),
  });
  const run: LiveRun = new LiveRun({
    ...{ scenario, protocols, security, isInterrupted },
    workers: workerPlaces(options.processCount ?? 0),
    protocolFiles: options.protocolFiles.map((file) => path.resolve(file)),
    sinks: (view) => outputs.sinks(view),
    samplers: (view, tracker) => outputs.samplers(view, tracker),
    onLook: () => {
      outputs.flush();
      outputs.save(performance.now());
      progress.update({
        virtualMicros: run.nowMicros,
        events: run.eventCount,
        liveNodes: run.network.liveCount(),
      });
    },
  });
  let ending: "complete" | "interrupted";
  try {
    ending = await run.run();
  } catch (error) {
    outputs.close(run, "failed", null);
    throw asRunFailure(error, run.nowMicros);
  } finally {
    progress.stop();
  }
  outputs.flush();
  const wallMillis = Math.round(performance.now() - startedMillis);
  const virtualMicros = run.nowMicros;
  const events = run.eventCount;
  const watched = run.finish({ virtualMicros, events });
  const report: RunReport = {
    scenario: scenario.name,
    seed: scenario.seed,
    transport: "tcp",
    version: packageVersion(),
    digest: run.digest(),
    ...{ ending, virtualMicros, wallMillis, events },
    live: run.liveReport(),
    identities: "keys",
    churn: run.world.churnReports(virtualMicros),
    emptyPicks: run.world.emptyPicks.all(),
    ...watched,
    repeat: repeatReport(scenario, command),
  };
  outputs.close(run, ending, report);
  outputs.finish(run.nowMicros);
  return report;
}
