// What a run writes while it goes on: its trace, protocols' logs, overlays at instants. Records come while handlers
// run, so what the outside world makes of them (a full disk, a reader that has gone) is put off until none does:
// it would look like the protocol's doing.

import type { OverlayTracker } from "../analysis/overlay-tracker.js";
import type { LookOptions } from "../scenarios/run-options.js";
import type { RunReport } from "../scenarios/run-report.js";
import type { RunView } from "../scenarios/run-view.js";
import type { Scenario } from "../scenarios/scenario.js";
import type { RecordSink } from "../trace/record.js";
import { DeferredFailure } from "./deferred-failure.js";
import { LogPrinter } from "./log-printer.js";
import { writeOutputFile } from "./output-file.js";
import { OverlayFileWriter } from "./overlay-files.js";
import { openTrace } from "./trace-output.js";
import type { TraceOutput } from "./trace-output.js";

export interface RunOutputsOptions {
  readonly scenario: Scenario;
  /** The scenario as it was written, which the trace keeps. */
  readonly scenarioText: string;
  readonly look: LookOptions;
  readonly print: (text: string) => void;
}

/** How often the trace of a live run is written. Less costs smaller blocks. */
const SAVE_MILLIS = 1000;

/** What is written of a run at its end. */
interface EndedRun {
  readonly nowMicros: number;
  digest(): string | null;
}

/** The files and lines of one run. */
export class RunOutputs {
  readonly #scenario: Scenario;
  readonly #scenarioText: string;
  readonly #look: LookOptions;
  readonly #print: (text: string) => void;
  #overlayFiles: readonly OverlayFileWriter[] = [];
  #trace: TraceOutput | null = null;
  #traceSink: DeferredFailure | null = null;
  #logText = "";
  #savedMillis = 0;

  constructor({ scenario, scenarioText, look, print }: RunOutputsOptions) {
    this.#scenario = scenario;
    this.#scenarioText = scenarioText;
    this.#look = look;
    this.#print = print;
  }

  /** Who sees the records. Opens the trace; throws `TraceFileError`. */
  sinks(view: RunView): readonly RecordSink[] {
    const { traceFile, log } = this.#look;
    const sinks: RecordSink[] = [];
    if (traceFile !== null) {
      this.#trace = openTrace({
        path: traceFile,
        scenario: this.#scenario,
        scenarioText: this.#scenarioText,
        look: this.#look,
        view,
      });
      this.#traceSink = new DeferredFailure(this.#trace);
      sinks.push(this.#traceSink);
    }
    if (log !== null) {
      sinks.push(
        new LogPrinter(log, view, (text) => {
          this.#logText += text;
        }),
      );
    }
    return sinks;
  }

  /** Who looks at instants. */
  samplers(view: RunView, tracker: OverlayTracker): readonly OverlayFileWriter[] {
    const { pictures, graphs, layout } = this.#look;
    const { name: scenarioName, events, endMicros } = this.#scenario;
    const shutdown = events.find(
      ({ action }) => action.do === "shutdown" && action.who === "network",
    );
    // After its shutdown a network has nothing to show.
    const lastMicros = shutdown === undefined ? endMicros : shutdown.atMicros - 1;
    this.#overlayFiles = [...pictures, ...graphs].map(
      (file) =>
        new OverlayFileWriter({
          ...{ file, layout, scenarioName, view, tracker, lastMicros },
          write: writeOutputFile,
        }),
    );
    return this.#overlayFiles;
  }

  /** Between two events: prints what was logged, and throws what the trace could not take. */
  flush(): void {
    if (this.#logText !== "") this.#print(this.#logText);
    this.#logText = "";
    this.#traceSink?.check();
  }

  /** Of a live run: once a second what was traced is written, so that a killed process leaves all but the last of it. */
  save(nowMillis: number): void {
    if (nowMillis - this.#savedMillis < SAVE_MILLIS) return;
    this.#savedMillis = nowMillis;
    this.#trace?.flush();
  }

  /** Ends trace and logs, whatever ended the run; `report` is null when it broke. Throws `TraceFileError`. */
  close(run: EndedRun, ending: string, report: RunReport | null): void {
    this.flush();
    this.#trace?.close({ endMicros: run.nowMicros, digest: run.digest(), ending, report });
  }

  /** Writes the overlays whose instant the run did not come to. */
  finish(endMicros: number): void {
    for (const file of this.#overlayFiles) file.finish(endMicros);
  }
}
