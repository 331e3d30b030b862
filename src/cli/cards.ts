// peerscape cards: does each protocol measure what its paper, arithmetic or an independent simulator says?

import type { CommandModule } from "yargs";
import { CARD_EXPERIMENTS, cardNames } from "../scenarios/cards/all-cards.js";
import { runExperiment, shortNumber } from "../scenarios/cards/card.js";
import type { CardExperiment, CardSettings, CardSource, Verdict } from "../scenarios/cards/card.js";
import { nodePlatform } from "../scenarios/node-platform.js";
import { didYouMean } from "../scenarios/suggestion.js";
import { ExitCode, explainError } from "./exit-code.js";
import { installNodeGuard } from "./node-guard.js";
import { MANY } from "./sim-arguments.js";
import { UsageError } from "./usage-error.js";
import type { CommandOutput } from "./validate.js";

/** What `cards` can be told. */
export interface CardsArguments {
  readonly card: readonly string[];
  readonly set: readonly string[];
  readonly json: boolean;
}

/** Names of all options, to guess what a misspelt one was to be. */
export const CARDS_OPTIONS: readonly (keyof CardsArguments)[] = ["card", "set", "json"];

/** What agreement with each source is called: only papers, tables and arithmetic are reproduced. */
const AGREEMENT: Readonly<Record<CardSource, string>> = {
  published: "reproduced",
  analytic: "reproduced",
  table: "reproduced",
  independent: "agrees with an independent simulator",
  elsewhere: "as published for other inputs",
};

/** Runs the cards that were asked for, all unless some are, and prints each verdict. Returns the exit code. */
export function runCards(given: CardsArguments, output: CommandOutput): number {
  const known = cardNames();
  for (const name of given.card) requireKnown("--card", name, known);
  const wanted = (name: string): boolean => given.card.length === 0 || given.card.includes(name);
  const experiments = CARD_EXPERIMENTS.filter(({ quantities }) =>
    quantities.some(({ card }) => wanted(card)),
  );
  const settings = readSettings(given.set, experiments);
  const verdicts = experiments.flatMap((experiment) => {
    const mine = settingsOf(experiment, settings);
    if (!given.json) output.out(headline(experiment, mine));
    const judged = runExperiment(experiment, mine, nodePlatform, (seed) => {
      output.error(`seed ${seed} done\n`);
    }).filter(({ card }) => wanted(card));
    if (!given.json) output.out(judged.map(verdictLine).join(""));
    return judged;
  });
  if (given.json) output.out(`${JSON.stringify(verdicts, null, 2)}\n`);
  return verdicts.every(({ holds }) => holds) ? ExitCode.ok : ExitCode.failed;
}

function headline({ setUp, defaults }: CardExperiment, settings: CardSettings): string {
  const all = Object.entries({ ...defaults, ...settings });
  const changed = all.some(([name, value]) => defaults[name] !== value);
  const texts = all.map(([name, value]) => `${name}=${value}`);
  const warning = changed ? "\n(not the card's own settings: its bands need not hold)" : "";
  return `\n${setUp}\n${texts.join(" ")}${warning}\n`;
}

function verdictLine(verdict: Verdict): string {
  const { card, quantity, expected, observed, lowest, highest, holds, source } = verdict;
  const range =
    lowest === highest ? "" : ` (seeds ${shortNumber(lowest)} to ${shortNumber(highest)})`;
  const end = holds ? AGREEMENT[source] : "OUT OF ITS BAND";
  return (
    `${holds ? "ok  " : "FAIL"} ${card.padEnd(12)} ${quantity}: expected ${expected}, ` +
    `observed ${shortNumber(observed)}${range}: ${end}\n`
  );
}

/** The settings that an experiment has; others are for other experiments. */
function settingsOf({ defaults }: CardExperiment, settings: CardSettings): CardSettings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => name in defaults));
}

function readSettings(
  texts: readonly string[],
  experiments: readonly CardExperiment[],
): CardSettings {
  const known = [...new Set(experiments.flatMap(({ defaults }) => Object.keys(defaults)))];
  return Object.fromEntries(
    texts.map((text) => {
      const [name = "", value = ""] = text.split("=", 2);
      requireKnown("--set", name, known);
      if (!/^\d{1,9}$/u.test(value) || Number(value) < 1) {
        throw new UsageError("--set", text, "name=value, a whole number above 0", "as nodes=1000");
      }
      return [name, Number(value)];
    }),
  );
}

function requireKnown(option: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const remedy = didYouMean(name, known) || "choose one";
  throw new UsageError(option, name, `one of ${known.join(", ")}`, remedy);
}

/** The verb `cards`. */
export const cardsCommand: CommandModule<object, CardsArguments> = {
  command: "cards",
  describe: "Run the validation cards: what each protocol must measure",
  builder: (yargs) =>
    yargs
      .option("card", { ...MANY, describe: "Only this card, as H1" })
      .option("set", { ...MANY, describe: "Another setting, as nodes=1000 or seeds=2" })
      .option("json", {
        type: "boolean",
        default: false,
        defaultDescription: "off",
        describe: "Print card, expected, observed and holds as JSON",
      })
      .example("$0 cards --card C1 --set seeds=1", "One card, one seed"),
  handler: (given) => {
    installNodeGuard();
    process.exitCode = explained(() =>
      runCards(given, {
        out: (text) => process.stdout.write(text),
        error: (text) => process.stderr.write(text),
      }),
    );
  },
};

/** The parser only explains what handlers reject with, not what they throw. */
function explained(run: () => number): number {
  try {
    return run();
  } catch (error) {
    const { code, text } = explainError(error);
    process.stderr.write(text);
    return code;
  }
}
