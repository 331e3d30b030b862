// peerscape validate: with a scenario, is it one? Without, do the protocols measure what they must?

import type { CommandModule } from "yargs";
import { PROCESS_OUTPUT } from "./command-output.js";
import { withMeasuringPool } from "./measuring-pool.js";
import { installNodeGuard } from "./node-guard.js";
import { loadOwnProtocols } from "./protocol-files.js";
import { MANY, ONE } from "./sim-arguments.js";
import { threadCount } from "./thread-count.js";
import { UsageError } from "./usage-error.js";
import { runCards } from "./validate-cards.js";
import type { CardsArguments } from "./validate-cards.js";
import { validateScenario } from "./validate-scenario.js";
import type { ScenarioArguments } from "./validate-scenario.js";

/** What `validate` can be told. */
interface ValidateArguments extends Omit<ScenarioArguments, "scenario">, CardsArguments {
  readonly scenario: string | undefined;
  readonly protocols: readonly string[];
  readonly threads: string | undefined;
}

/** Options that mean something with a scenario alone, and without one alone. */
const OF_SCENARIOS = ["expand", "seed", "nodes", "protocols"] as const;
const OF_CARDS = ["card", "json", "threads"] as const;

/** Names of all options, to guess what a misspelt one was to be. */
export const VALIDATE_OPTIONS = ["set", ...OF_SCENARIOS, ...OF_CARDS] as const;

const SCENARIO_GROUP = "With a scenario:";
const CARD_GROUP = "Without one:";

async function run({ scenario, ...given }: ValidateArguments): Promise<number> {
  if (scenario === undefined) {
    refuse(given, OF_SCENARIOS, "a scenario with it", "validate --help has examples");
    return await withMeasuringPool(threadCount(given.threads), (measure) =>
      runCards(given, PROCESS_OUTPUT, measure),
    );
  }
  refuse(given, OF_CARDS, "no scenario with it", "leave one of the two out");
  const own = await loadOwnProtocols({ scenario, protocols: given.protocols });
  return validateScenario({ ...given, scenario }, PROCESS_OUTPUT, own.definitions);
}

/** An option that would do nothing was given for something. */
function refuse(
  given: Omit<ValidateArguments, "scenario">,
  options: readonly (keyof typeof given)[],
  expected: string,
  remedy: string,
): void {
  for (const option of options) {
    const value = given[option];
    const isGiven = Array.isArray(value)
      ? value.length > 0
      : value !== undefined && value !== false;
    if (isGiven) throw new UsageError(`--${option}`, String(value), expected, remedy);
  }
}

/** The verb `validate`. */
export const validateCommand: CommandModule<object, ValidateArguments> = {
  command: "validate [scenario]",
  describe: "Check a scenario without running it, or the protocols against their papers",
  builder: (yargs) =>
    yargs
      .positional("scenario", {
        type: "string",
        describe: "The scenario's YAML file; without it, what each protocol measures is validated",
      })
      .option("set", {
        ...MANY,
        describe: "Set a param of the scenario, or a setting of the cards",
      })
      .option("expand", {
        ...{ type: "boolean", default: false, defaultDescription: "off", group: SCENARIO_GROUP },
        describe: "Print it with every default and every single event",
      })
      .option("seed", {
        ...ONE,
        group: SCENARIO_GROUP,
        describe: "Another seed: a number or a word",
      })
      .option("nodes", {
        ...ONE,
        group: SCENARIO_GROUP,
        describe: "Another number of nodes in all",
      })
      .option("protocols", {
        ...{ ...MANY, group: SCENARIO_GROUP },
        describe: "A JavaScript module with protocols of your own",
      })
      .option("card", { ...MANY, group: CARD_GROUP, describe: "Only this validation card, as H1" })
      .option("json", {
        ...{ type: "boolean", default: false, defaultDescription: "off", group: CARD_GROUP },
        describe: "Print card, expected, observed and holds as JSON",
      })
      .option("threads", {
        ...{ ...ONE, group: CARD_GROUP, defaultDescription: "one a processor" },
        describe: "How many seeds to measure at once",
      })
      .example("$0 validate scenarios/churn.yaml", "Is it valid?")
      .example("$0 validate --expand --set n=50 scenarios/churn.yaml", "What does it come to?")
      .example("$0 validate --card C1 --set seeds=1", "One card, one seed"),
  handler: async (given) => {
    installNodeGuard();
    process.exitCode = await run(given);
  },
};
