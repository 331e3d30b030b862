// Does each protocol measure what its paper, arithmetic or an independent simulator says?

import { CARD_EXPERIMENTS, cardNames } from "../scenarios/cards/all-cards.js";
import { runExperiment, shortNumber } from "../scenarios/cards/card.js";
import type {
  CardExperiment,
  CardSettings,
  CardSource,
  Measure,
  Verdict,
} from "../scenarios/cards/card.js";
import { didYouMean } from "../scenarios/suggestion.js";
import type { CommandOutput } from "./command-output.js";
import { ExitCode } from "./exit-code.js";
import { UsageError } from "./usage-error.js";

/** What `validate` can be told about cards. */
export interface CardsArguments {
  /** Names of the cards to run; none means all. */
  readonly card: readonly string[];
  /** Settings, as `nodes=1000`. */
  readonly set: readonly string[];
  readonly json: boolean;
}

/** What agreement with each source is called: only papers, tables and arithmetic are reproduced. */
const AGREEMENT: Readonly<Record<CardSource, string>> = {
  published: "reproduced",
  analytic: "reproduced",
  table: "reproduced",
  independent: "agrees with an independent simulator",
  elsewhere: "as published for other inputs",
};

/**
 * Runs the cards that were asked for, all unless some are, and prints each verdict when it is known. Returns the
 * exit code. Rejects with `UsageError` for a card or setting that there is not.
 */
export async function runCards(
  given: CardsArguments,
  output: CommandOutput,
  measure: Measure,
): Promise<number> {
  const known = cardNames();
  for (const name of given.card) requireKnown("--card", name, known);
  const wanted = (name: string): boolean => given.card.length === 0 || given.card.includes(name);
  const experiments = CARD_EXPERIMENTS.filter(({ quantities }) =>
    quantities.some(({ card }) => wanted(card)),
  );
  const settings = readSettings(given.set, experiments);
  const judge = async (experiment: CardExperiment): Promise<readonly Verdict[]> => {
    const mine = settingsOf(experiment, settings);
    const all = await runExperiment(experiment, mine, async (...asked) => {
      const measurements = await measure(...asked);
      output.error(`${cardsOf(experiment)}: seed ${asked[2]} done\n`);
      return measurements;
    });
    const judged = all.filter(({ card }) => wanted(card));
    if (!given.json) output.out(headline(experiment, mine) + judged.map(verdictLine).join(""));
    return judged;
  };
  const verdicts = (await Promise.all(experiments.map(judge))).flat();
  if (given.json) output.out(`${JSON.stringify(verdicts, null, 2)}\n`);
  return verdicts.every(({ holds }) => holds) ? ExitCode.ok : ExitCode.failed;
}

/** The names of an experiment's cards. */
function cardsOf({ quantities }: CardExperiment): string {
  return [...new Set(quantities.map(({ card }) => card))].join(" ");
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
