// peerscape sim: runs a scenario, in simulation or live, and says whether what it expects holds.

import { readFileSync } from "node:fs";
import { styleText } from "node:util";
import type { CommandModule } from "yargs";
import { PICTURE_LAYOUTS } from "../analysis/picture.js";
import type { BreakCondition } from "../scenarios/breakpoint.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import { SHIPPED_PROTOCOLS } from "../scenarios/protocol-registry.js";
import type { LookOptions, OverlayFileOptions } from "../scenarios/run-options.js";
import { writeReport } from "../scenarios/run-report.js";
import type { RunReport } from "../scenarios/run-report.js";
import type { Scenario } from "../scenarios/scenario.js";
import { writeSummary } from "../scenarios/summary.js";
import type { SummaryStyle } from "../scenarios/summary.js";
import { UnitError, formatDuration, parseDurationMicros } from "../scenarios/units.js";
import type { Limits } from "../sim/limits.js";
import type { WireMode } from "../transport/sim-wire.js";
import { breakConditionOf } from "./break-at.js";
import { breakConditionFor } from "./break-condition.js";
import { checkDeterminism, differenceFromCheck } from "./check-determinism.js";
import type { DeterminismVerdict } from "./check-determinism.js";
import { ExitCode, explainError } from "./exit-code.js";
import { readGivenScenario } from "./given-scenario.js";
import { Interruption } from "./interruption.js";
import { parseLogOption } from "./log-printer.js";
import { installNodeGuard } from "./node-guard.js";
import { checkOutputFile, writeOutputFile } from "./output-file.js";
import { checkOutputPaths } from "./output-paths.js";
import { parseGraphOption, parsePictureOption } from "./overlay-files.js";
import { processCountOf } from "./process-count.js";
import { loadOwnProtocols } from "./protocol-files.js";
import { readWholeNumber } from "./read-number.js";
import { repeatCommand } from "./repeat-command.js";
import { RunFailure } from "./run-failure.js";
import { runLive } from "./run-live.js";
import type { RunLiveOptions } from "./run-live.js";
import { simOptions } from "./sim-arguments.js";
import type { SimArguments } from "./sim-arguments.js";
import { simulate } from "./simulate.js";
import type { SimulatedResult } from "./simulate.js";
import { refuseForeignOptions } from "./transport-options.js";
import { parseFlightRecorder, parseTraceOnly } from "./trace-options.js";
import { UsageError } from "./usage-error.js";
import { Watch } from "./watch.js";

/** Columns of a summary that goes to a file or another program, or to a terminal that does not know its width. */
const COLUMNS = 100;
const BYTES_PER_MEBIBYTE = 1024 * 1024;

/** Runs the scenario of a command line; answers the exit code. */
export async function sim(given: SimArguments): Promise<number> {
  try {
    return await (given.watch ? runWatched(given) : run(given, null));
  } catch (error) {
    if (!(error instanceof RunFailure)) throw error;
    const { code, text } = explainError(error);
    process.stderr.write(text + repeatLine(given));
    return code;
  }
}

/** How to see a failure again: the check is part of it where it found the fault. */
function repeatLine(given: SimArguments): string {
  const check = given["check-determinism"] ? " --check-determinism" : "";
  return `repeat ${repeatCommand(given)}${check}\n`;
}

/** Runs, and shows the run meanwhile and until somebody ends the page. */
async function runWatched(given: SimArguments): Promise<number> {
  const watch = new Watch(given);
  try {
    const code = await run({ ...given, trace: watch.trace }, watch);
    if (code !== ExitCode.interrupted) await watch.linger();
    return code;
  } finally {
    await watch.close();
  }
}

async function run(given: SimArguments, watch: Watch | null): Promise<number> {
  const isLive = given.transport === "tcp";
  refuseForeignOptions(given);
  // Live handlers are called between real timers, which the guard would refuse.
  if (!isLive) installNodeGuard();
  const own = await loadOwnProtocols(given);
  const protocols = own.definitions;
  const scenario = readScenario(given, protocols);
  const look = lookOptions(given, scenario);
  const limits = limitsOf(given);
  checkOutputPaths(look, {
    scenarioFile: given.scenario,
    imports: scenario.imports,
    protocolFiles: own.files,
  });
  const breakBefore = breakCondition(given, scenario, protocols);
  for (const { path } of [...look.pictures, ...look.graphs]) checkOutputFile(path);
  if (look.reportFile !== null) checkOutputFile(look.reportFile);
  // A flight recorder opens its file when something went wrong: too late to learn that it cannot.
  if (look.flightRecorderMicros !== null) checkOutputFile(given.trace ?? "");
  const scenarioText = readFileSync(given.scenario, "utf8");
  await watch?.begin();
  if (isLive)
    return await live(given, {
      ...{ scenario, scenarioText, protocols, look },
      protocolFiles: own.files,
    });
  let verdict: DeterminismVerdict | null = null;
  if (given["check-determinism"]) {
    verdict = checkDeterminism(scenario, { protocols, limits });
    if (!given.quiet || !verdict.holds) process.stdout.write(verdict.text);
    if (!verdict.holds) {
      process.stdout.write(repeatLine(given));
      return ExitCode.failed;
    }
  }
  const interruption = new Interruption();
  try {
    const result = await simulate({
      scenario,
      scenarioText,
      protocols,
      wireMode: given.wire satisfies WireMode,
      look,
      limits,
      breakBefore,
      command: repeatCommand(given),
      isInterrupted: () => interruption.hasHappened,
    });
    return conclude(result, { given, look, verdict });
  } finally {
    interruption.stopListening();
  }
}

async function live(
  given: SimArguments,
  parts: Pick<RunLiveOptions, "scenario" | "scenarioText" | "protocols" | "protocolFiles" | "look">,
): Promise<number> {
  const interruption = new Interruption();
  try {
    const report = await runLive({
      ...parts,
      security: given.security ?? "plaintext",
      processCount: processCountOf(given.processes, parts.scenario),
      command: repeatCommand(given),
      isInterrupted: () => interruption.hasHappened,
    });
    return conclude({ report, limit: null }, { given, look: parts.look, verdict: null });
  } finally {
    interruption.stopListening();
  }
}

interface Conclusion {
  readonly given: SimArguments;
  readonly look: LookOptions;
  readonly verdict: DeterminismVerdict | null;
}

/** Prints and writes what came of the run. The summary first: a full disk must not take it along. */
function conclude(
  { report, limit }: SimulatedResult,
  { given, look, verdict }: Conclusion,
): number {
  printSummary(report, given.quiet);
  if (look.reportFile !== null) writeOutputFile(look.reportFile, writeReport(report));
  if (limit !== null) process.stderr.write(explainError(limit).text);
  const difference = verdict === null ? "" : differenceFromCheck(verdict, report);
  process.stderr.write(difference);
  return difference === "" ? exitCodeOf(report) : ExitCode.failed;
}

function exitCodeOf({ ending, expectations }: RunReport): number {
  if (ending === "interrupted") return ExitCode.interrupted;
  if (ending === "limit") return ExitCode.failed;
  return expectations.every(({ holds }) => holds) ? ExitCode.ok : ExitCode.failed;
}

function readScenario(given: SimArguments, protocols: readonly ProtocolDefinition[]): Scenario {
  const { scenario } = readGivenScenario(given, [...SHIPPED_PROTOCOLS, ...protocols]);
  if (given.until === undefined) return scenario;
  const untilMicros = readTime("--until", given.until);
  if (untilMicros < 1 || untilMicros > scenario.endMicros) {
    throw new UsageError(
      "--until",
      given.until,
      `a time after 0s and up to ${formatDuration(scenario.endMicros)}, the end of the scenario`,
      "write an earlier time, or make a phase of the scenario longer",
    );
  }
  return { ...scenario, endMicros: untilMicros };
}

function readTime(option: string, text: string): number {
  try {
    return parseDurationMicros(text);
  } catch (error) {
    if (error instanceof UnitError)
      throw new UsageError(option, text, error.expected, error.remedy);
    throw error;
  }
}

function lookOptions(given: SimArguments, { classes, endMicros }: Scenario): LookOptions {
  const inOverlay = (file: OverlayFileOptions): OverlayFileOptions => ({
    ...file,
    overlay: given.overlay ?? null,
  });
  const pictures = given.picture.map((text) => inOverlay(parsePictureOption(text, endMicros)));
  const graphs = given.graph.map((text) => inOverlay(parseGraphOption(text, endMicros)));
  const slots = classes.flatMap(({ protocols }) => protocols.map(({ slot }) => slot));
  const flightRecorder = given["flight-recorder"];
  refuseUnused("--layout", given.layout, pictures, "--picture");
  if (given.trace === undefined) {
    for (const only of given["trace-only"]) refuseUnused("--trace-only", only, [], "--trace");
  }
  if (given["trace-contents"] && given.trace === undefined) {
    refuseUnused("--trace-contents", "true", [], "--trace");
  }
  refuseUnused("--overlay", given.overlay, [...pictures, ...graphs], "--picture or --graph");
  return {
    traceFile: given.trace ?? null,
    traceOnly: parseTraceOnly(given["trace-only"]),
    traceContents: given["trace-contents"],
    isWatched: given.watch,
    flightRecorderMicros:
      flightRecorder === undefined ? null : parseFlightRecorder(flightRecorder, given.trace),
    reportFile: given.report ?? null,
    log: given.log === undefined ? null : parseLogOption(given.log, slots),
    pictures,
    graphs,
    layout: given.layout ?? PICTURE_LAYOUTS[0],
    showsProgress: !given.quiet && !isDumbTerminal(),
    digests: true,
  };
}

/** An option that would do nothing is a mistake of whoever typed it. */
function refuseUnused(
  option: string,
  value: string | undefined,
  files: readonly OverlayFileOptions[],
  user: string,
): void {
  if (value === undefined || files.length > 0) return;
  throw new UsageError(option, value, `${user} beside it`, "name a file, or leave it out");
}

function limitsOf(given: SimArguments): Partial<Limits> {
  const limit = (option: "events-max" | "pending-max" | "heap-max"): number | undefined => {
    const text = given[option];
    return text === undefined ? undefined : readWholeNumber(`--${option}`, text);
  };
  const eventsMax = limit("events-max");
  const pendingMax = limit("pending-max");
  const heapMebibytesMax = limit("heap-max");
  return {
    ...(eventsMax === undefined ? {} : { eventsMax }),
    ...(pendingMax === undefined ? {} : { pendingMax }),
    ...(heapMebibytesMax === undefined
      ? {}
      : { heapBytesMax: heapMebibytesMax * BYTES_PER_MEBIBYTE }),
  };
}

function breakCondition(
  given: SimArguments,
  scenario: Scenario,
  protocols: readonly ProtocolDefinition[],
): BreakCondition | null {
  const at = given["break-at"];
  if (at !== undefined) return breakConditionOf(at, scenario, protocols);
  return given.break === undefined ? null : breakConditionFor(given.break, scenario, protocols);
}

function printSummary(report: RunReport, isQuiet: boolean): void {
  const { stdout } = process;
  const isFailed = report.expectations.some(({ holds }) => !holds);
  if (isQuiet && !isFailed) return;
  const isTerminal = stdout.isTTY;
  const colours: Partial<Record<SummaryStyle, Parameters<typeof styleText>[0]>> = {
    heading: "bold",
    good: "green",
    bad: "red",
    faint: "dim",
  };
  const paint = (style: SummaryStyle, text: string): string => {
    const colour = colours[style];
    // Whether colours are wanted is decided below, once.
    return colour === undefined ? text : styleText(colour, text, { validateStream: false });
  };
  // https://no-color.org: set to anything but nothing.
  const usesColour = isTerminal && !isDumbTerminal() && (process.env["NO_COLOR"] ?? "") === "";
  stdout.write(
    writeSummary(report, {
      columns: isTerminal && stdout.columns > 0 ? stdout.columns : COLUMNS,
      hasSymbols: !isDumbTerminal(),
      ...(usesColour ? { paint } : {}),
    }),
  );
}

/** Whether the terminal shows plain text and nothing else. */
function isDumbTerminal(): boolean {
  return process.env["TERM"] === "dumb";
}

/**
 * Ends the process of a live run once everything is written. Left to itself Node 20 sometimes never ends after TLS
 * sockets were reset: its last clean-up waits, with one processor busy, for a request that is gone with its socket.
 */
async function leaveAtOnce(): Promise<void> {
  for (const stream of [process.stdout, process.stderr]) {
    await new Promise<void>((resolve) => {
      stream.write("", () => {
        resolve();
      });
    });
  }
  process.exit();
}

/** The verb `sim`. */
export const simCommand: CommandModule<object, SimArguments> = {
  command: "sim <scenario>",
  describe: "Run a scenario, in simulation or live",
  builder: simOptions,
  handler: async (given) => {
    process.exitCode = await sim(given);
    if (given.transport === "tcp") await leaveAtOnce();
  },
};
