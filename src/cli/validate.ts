// peerscape validate: is this a scenario, and what does it come to?

import type { CommandModule } from "yargs";
import { expandScenario } from "../scenarios/expand-scenario.js";
import { readScenarioFile } from "../scenarios/node-scenario-file.js";
import type { ParsedScenario } from "../scenarios/parse-scenario.js";
import { SHIPPED_PROTOCOLS } from "../scenarios/protocol-registry.js";
import { ScenarioError } from "../scenarios/scenario-error.js";
import { formatDuration } from "../scenarios/units.js";
import { parseSettings } from "./settings.js";

/** What `validate` can be told. */
export interface ValidateArguments {
  readonly scenario: string;
  readonly expand: boolean;
  readonly set: readonly string[];
  readonly seed: string | undefined;
  readonly nodes: number | undefined;
}

/** Where a command writes. */
export interface CommandOutput {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Checks a scenario and prints what it is. Returns the exit code: 0, or 2 when it cannot be used. */
export function validate(given: ValidateArguments, output: CommandOutput): number {
  try {
    const parsed = readScenarioFile({
      file: given.scenario,
      protocols: SHIPPED_PROTOCOLS,
      overrides: {
        params: parseSettings(given.set),
        seed: given.seed === undefined ? undefined : readSeed(given.seed),
        nodeCount: given.nodes,
      },
    });
    output.out(given.expand ? expandScenario(parsed, SHIPPED_PROTOCOLS) : summary(given, parsed));
    return 0;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    output.error(`${error.message}\n`);
    return 2;
  }
}

/** A seed on the command line: a whole number where it is written as one, else a text. */
export function readSeed(text: string): number | string {
  return /^\d{1,15}$/u.test(text) ? Number(text) : text;
}

function summary({ scenario: file }: ValidateArguments, { scenario }: ParsedScenario): string {
  const { name, nodeCount, classes, endMicros, events, churn, workload, expect } = scenario;
  const parts = [
    `${nodeCount} ${nodeCount === 1 ? "node" : "nodes"} in ${counted(classes.length, "class", "classes")}`,
    formatDuration(endMicros),
    counted(events.length, "event", "events"),
    ...(churn.length > 0 ? ["churn"] : []),
    ...(workload.length > 0 ? [counted(workload.length, "workload", "workloads")] : []),
    counted(expect.length, "expectation", "expectations"),
  ];
  return `${file}: ${name} is valid: ${parts.join(", ")}\n`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The verb `validate`. */
export const validateCommand: CommandModule<object, ValidateArguments> = {
  command: "validate <scenario>",
  describe: "Check a scenario without running it",
  builder: (yargs) =>
    yargs
      .positional("scenario", {
        type: "string",
        demandOption: true,
        describe: "The scenario's YAML file",
      })
      .option("expand", {
        type: "boolean",
        default: false,
        describe: "Print it with every default and every single event",
      })
      .option("set", {
        type: "string",
        array: true,
        nargs: 1,
        default: [] as string[],
        describe: "Set a param: --set n=200",
      })
      .option("seed", { type: "string", describe: "Another seed" })
      .option("nodes", { type: "number", describe: "Another number of nodes in all" })
      .example("$0 validate scenarios/churn.yaml", "Is it valid?")
      .example("$0 validate --expand --set n=50 scenarios/churn.yaml", "What does it come to?"),
  handler: (given) => {
    process.exitCode = validate(given, {
      out: (text) => process.stdout.write(text),
      error: (text) => process.stderr.write(text),
    });
  },
};
