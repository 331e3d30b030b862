// peerscape sim: runs a scenario in simulation and says whether what it expects holds.

import { styleText } from "node:util";
import type { Argv, CommandModule } from "yargs";
import { PICTURE_LAYOUTS } from "../analysis/picture.js";
import { BreakConditionError, parseBreakCondition } from "../scenarios/breakpoint.js";
import type { BreakCondition } from "../scenarios/breakpoint.js";
import { readScenarioFile } from "../scenarios/node-scenario-file.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import { SHIPPED_PROTOCOLS } from "../scenarios/protocol-registry.js";
import type { LookOptions, OverlayFileOptions } from "../scenarios/run-options.js";
import type { RunReport } from "../scenarios/run-report.js";
import type { Scenario } from "../scenarios/scenario.js";
import { writeSummary } from "../scenarios/summary.js";
import type { SummaryStyle } from "../scenarios/summary.js";
import { UnitError, parseDurationMicros } from "../scenarios/units.js";
import type { Limits } from "../sim/limits.js";
import { installGuard } from "../sim/guard.js";
import type { WireMode } from "../transport/sim-wire.js";
import { breakConditionOf } from "./break-at.js";
import { checkDeterminism } from "./check-determinism.js";
import { ExitCode, explainError } from "./exit-code.js";
import { parseLogOption } from "./log-printer.js";
import { parseGraphOption, parsePictureOption } from "./overlay-files.js";
import { loadProtocols } from "./protocol-files.js";
import type { SimArguments } from "./sim-arguments.js";
import { repeatCommand } from "./repeat-command.js";
import { parseSettings } from "./settings.js";
import { simulate } from "./simulate.js";
import { UsageError } from "./usage-error.js";
import { readSeed } from "./validate.js";

/** Runs the scenario of a command line; answers the exit code. */
export async function sim(given: SimArguments): Promise<number> {
  installGuard();
  const protocols = await loadProtocols(given.protocols);
  const scenario = readScenario(given, protocols);
  if (given["check-determinism"]) {
    const verdict = checkDeterminism(scenario, protocols);
    process.stdout.write(verdict.text);
    if (!verdict.holds) return ExitCode.failed;
  }
  let isInterrupted = false;
  const interrupt = (): void => {
    isInterrupted = true;
  };
  // The first signal ends the run cleanly; a second one ends the process, as it does without a handler.
  process.once("SIGINT", interrupt);
  process.once("SIGTERM", interrupt);
  try {
    const { report, limit } = await simulate({
      scenario,
      protocols,
      wireMode: given.wire satisfies WireMode,
      look: lookOptions(given),
      limits: limitsOf(given),
      breakBefore: breakCondition(given, scenario, protocols),
      command: repeatCommand(given),
      isInterrupted: () => isInterrupted,
    });
    printSummary(report, given.quiet);
    if (limit !== null) process.stderr.write(explainError(limit).text);
    return exitCodeOf(report);
  } finally {
    process.removeListener("SIGINT", interrupt);
    process.removeListener("SIGTERM", interrupt);
  }
}

function exitCodeOf({ ending, expectations }: RunReport): number {
  if (ending === "interrupted") return ExitCode.interrupted;
  if (ending === "limit") return ExitCode.failed;
  return expectations.every(({ holds }) => holds) ? ExitCode.ok : ExitCode.failed;
}

function readScenario(given: SimArguments, protocols: readonly ProtocolDefinition[]): Scenario {
  const { scenario } = readScenarioFile({
    file: given.scenario,
    protocols: [...protocols, ...SHIPPED_PROTOCOLS],
    overrides: {
      params: parseSettings(given.set),
      seed: given.seed === undefined ? undefined : readSeed(given.seed),
      nodeCount: given.nodes,
    },
  });
  if (given.until === undefined) return scenario;
  const untilMicros = readTime("--until", given.until);
  if (untilMicros < 1 || untilMicros > scenario.endMicros) {
    throw new UsageError(
      "--until",
      given.until,
      `a time after 0 s and up to ${scenario.endMicros / 1e6} s, the end of the scenario`,
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

function lookOptions(given: SimArguments): LookOptions {
  const inOverlay = (file: OverlayFileOptions): OverlayFileOptions => ({
    ...file,
    overlay: given.overlay ?? null,
  });
  return {
    traceFile: given.trace ?? null,
    reportFile: given.report ?? null,
    log: given.log === undefined ? null : parseLogOption(given.log),
    pictures: given.picture.map((text) => inOverlay(parsePictureOption(text))),
    graphs: given.graph.map((text) => inOverlay(parseGraphOption(text))),
    layout: given.layout,
    showsProgress: !given.quiet,
    digests: true,
  };
}

function limitsOf(given: SimArguments): Partial<Limits> {
  const eventsMax = given["events-max"];
  const pendingMax = given["pending-max"];
  const heapMebibytesMax = given["heap-max"];
  return {
    ...(eventsMax === undefined ? {} : { eventsMax }),
    ...(pendingMax === undefined ? {} : { pendingMax }),
    ...(heapMebibytesMax === undefined ? {} : { heapBytesMax: heapMebibytesMax * 1024 * 1024 }),
  };
}

function breakCondition(
  given: SimArguments,
  scenario: Scenario,
  protocols: readonly ProtocolDefinition[],
): BreakCondition | null {
  const at = given["break-at"];
  if (at !== undefined) return breakConditionOf(at, scenario, protocols);
  if (given.break === undefined) return null;
  try {
    return parseBreakCondition(given.break);
  } catch (error) {
    if (!(error instanceof BreakConditionError)) throw error;
    throw new UsageError("--break", given.break, "a condition", error.message);
  }
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
    return colour === undefined ? text : styleText(colour, text);
  };
  const usesColour = isTerminal && process.env["NO_COLOR"] === undefined;
  stdout.write(
    writeSummary(report, {
      columns: isTerminal ? stdout.columns : 100,
      hasSymbols: process.env["TERM"] !== "dumb",
      ...(usesColour ? { paint } : {}),
    }),
  );
}

/** The verb `sim`. */
export const simCommand: CommandModule<object, SimArguments> = {
  command: "sim <scenario>",
  describe: "Run a scenario in simulation",
  builder: (yargs) => lookingOptions(changingOptions(yargs)),
  handler: async (given) => {
    process.exitCode = await sim(given);
  },
};

/** Options that change the run, and so its digest. */
function changingOptions(yargs: Argv) {
  return yargs
    .positional("scenario", {
      type: "string",
      demandOption: true,
      describe: "The scenario's YAML file",
    })
    .option("seed", { type: "string", describe: "Another seed" })
    .option("nodes", { type: "number", describe: "Another number of nodes in all" })
    .option("until", { type: "string", describe: "End the run at this virtual time: 30s" })
    .option("set", {
      type: "string",
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: "Set a param: --set n=200",
    })
    .option("protocols", {
      type: "string",
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: "A JavaScript module with protocols of your own",
    })
    .option("transport", {
      choices: ["sim"] as const,
      default: "sim" as const,
      describe: "The world that the nodes run in",
    })
    .example("$0 sim scenarios/churn.yaml", "Run it")
    .example("$0 sim scenarios/churn.yaml --seed 7 --set n=200", "Another seed, fewer nodes");
}

/** Options that only look: the digest is the same with and without them. */
function lookingOptions(yargs: ReturnType<typeof changingOptions>) {
  const file = { type: "string", array: true, nargs: 1, default: [] as string[] } as const;
  return yargs
    .option("wire", {
      choices: ["objects", "bytes"] as const,
      default: "objects" as const,
      describe: "How messages travel; the digest is the same",
    })
    .option("trace", { type: "string", describe: "Write the records to this file, as JSON Lines" })
    .option("report", { type: "string", describe: "Write the report to this file, as JSON" })
    .option("picture", { ...file, describe: "Draw an overlay: FILE.svg[@TIME]" })
    .option("graph", {
      ...file,
      describe: "Write an overlay: FILE.gexf[@TIME] or FILE.graphml[@TIME]",
    })
    .option("layout", {
      choices: PICTURE_LAYOUTS,
      default: PICTURE_LAYOUTS[0],
      describe: "How pictures place the nodes",
    })
    .option("overlay", { type: "string", describe: "Which overlay to draw or write" })
    .option("log", { type: "string", describe: "Print protocols' logs: LEVEL[:PROTOCOL]" })
    .option("check-determinism", {
      type: "boolean",
      default: false,
      describe: "Run twice before, with objects and with bytes, and show where they part",
    })
    .option("break", {
      type: "string",
      describe: "Stop a debugger before an event: 'node:home-17 & kind:genesis/news'",
    })
    .option("break-at", {
      type: "string",
      describe: "Stop before the event of this record: its number, or its key T:O:C",
    })
    .option("events-max", { type: "number", describe: "Stop after so many events" })
    .option("pending-max", { type: "number", describe: "Stop when so many events are pending" })
    .option("heap-max", { type: "number", describe: "Stop when the heap has so many MiB" })
    .option("quiet", {
      type: "boolean",
      default: false,
      describe: "Print nothing unless an expectation fails",
    })
    .conflicts("break", "break-at")
    .example("$0 sim scenarios/churn.yaml --check-determinism", "Is it repeatable?")
    .example(
      "$0 sim scenarios/churn.yaml --trace run.jsonl --picture end.svg",
      "Keep records and a picture",
    );
}
