// Runs a scenario live for the command line: with everything that looks at a run attached, and no socket left behind
// however it ends.

import { LiveRun } from "../scenarios/node-live-run.js";
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

/** Where progress goes that nobody wants to see. */
const NO_STREAM = { write: () => true };

export interface RunLiveOptions {
  readonly scenario: Scenario;
  /** The scenario as it was written. */
  readonly scenarioText: string;
  readonly protocols: readonly ProtocolDefinition[];
  readonly security: Security;
  readonly look: LookOptions;
  /** The command that runs it again. */
  readonly command: string;
  readonly isInterrupted: () => boolean;
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
    sinks: (view) => outputs.sinks(view),
    samplers: (view, tracker) => outputs.samplers(view, tracker),
    onLook: () => {
      outputs.flush();
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
