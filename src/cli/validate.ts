// peerscape validate: is this a scenario, and what does it come to?

import type { CommandModule } from "yargs";
import { expandScenario } from "../scenarios/expand-scenario.js";
import type { ParsedScenario } from "../scenarios/parse-scenario.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import { SHIPPED_PROTOCOLS } from "../scenarios/protocol-registry.js";
import { ScenarioError } from "../scenarios/scenario-error.js";
import { formatDuration } from "../scenarios/units.js";
import { ExitCode } from "./exit-code.js";
import { readGivenScenario } from "./given-scenario.js";
import type { GivenScenario } from "./given-scenario.js";
import { installNodeGuard } from "./node-guard.js";
import { loadOwnProtocols } from "./protocol-files.js";
import { MANY, ONE } from "./sim-arguments.js";

/** What `validate` can be told. */
export interface ValidateArguments extends GivenScenario {
  readonly expand: boolean;
  readonly protocols: readonly string[];
}

/** Names of all options, to guess what a misspelt one was to be. */
export const VALIDATE_OPTIONS: readonly Exclude<keyof ValidateArguments, "scenario">[] = [
  ...(["expand", "set", "seed", "nodes", "protocols"] as const),
];

/** Where a command writes. */
export interface CommandOutput {
  readonly out: (text: string) => void;
  readonly error: (text: string) => void;
}

/** Checks a scenario and prints what it is. Returns the exit code: 0, or 2 when it cannot be used. */
export function validate(
  given: Omit<ValidateArguments, "protocols">,
  output: CommandOutput,
  own: readonly ProtocolDefinition[] = [],
): number {
  try {
    const protocols = [...SHIPPED_PROTOCOLS, ...own];
    const parsed = readGivenScenario(given, protocols);
    output.out(given.expand ? expandScenario(parsed, protocols) : summary(given, parsed));
    return ExitCode.ok;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    output.error(`${error.message}\n`);
    return ExitCode.usage;
  }
}

function summary({ scenario: file }: GivenScenario, { scenario }: ParsedScenario): string {
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
        defaultDescription: "off",
        describe: "Print it with every default and every single event",
      })
      .option("set", { ...MANY, describe: "Set a param, as n=200" })
      .option("seed", { ...ONE, describe: "Another seed: a number or a word" })
      .option("nodes", { ...ONE, describe: "Another number of nodes in all" })
      .option("protocols", { ...MANY, describe: "A JavaScript module with protocols of your own" })
      .example("$0 validate scenarios/churn.yaml", "Is it valid?")
      .example("$0 validate --expand --set n=50 scenarios/churn.yaml", "What does it come to?"),
  handler: async (given) => {
    installNodeGuard();
    const output: CommandOutput = {
      out: (text) => process.stdout.write(text),
      error: (text) => process.stderr.write(text),
    };
    process.exitCode = validate(given, output, (await loadOwnProtocols(given)).definitions);
  },
};
