// What the parser of arguments found wrong, in sentences that say what to do.

import { didYouMean } from "../scenarios/suggestion.js";

const UNKNOWN = /^Unknown arguments?: (.*)$/u;
const NO_VALUE = /^(?:Not enough arguments following|Missing argument values?): (.*)$/u;
const NO_FILE = /^Not enough non-option arguments/u;
const BAD_CHOICE = /Argument: ([^,]+), Given: "?([^"]*)"?, Choices: (.*)/u;
const CONFLICT = /^Arguments (\S+) and (\S+) are mutually exclusive/u;

/** What verbs need that need no scenario, with an example. */
const NEEDS_OF: ReadonlyMap<string, readonly [needs: string, example: string]> = new Map([
  ["trace", ["what to do and a trace", "trace stats run.mcap"]],
  ["diff", ["two traces", "diff one.mcap other.mcap"]],
  ["why", ["a trace", "why run.mcap --node home-17 --message 1"]],
  ["view", ["a trace", "view run.mcap"]],
  ["compare", ["a comparison", "compare scenarios/compare/broadcast.yaml"]],
]);

/** A person's sentence for the parser's. `words` are what was typed, `options` what there is. */
export function explainUsage(
  message: string,
  words: readonly string[],
  options: readonly string[],
): string {
  const [, unknown] = UNKNOWN.exec(message) ?? [];
  if (unknown !== undefined) return unknownWords(unknown.split(", "), words, options);
  const [, option] = NO_VALUE.exec(message) ?? [];
  if (option !== undefined) return `--${option} needs a value after it.`;
  if (NO_FILE.test(message)) return missingFile(words[0] ?? "sim");
  const [, name, value, choices] = BAD_CHOICE.exec(message) ?? [];
  if (name !== undefined) {
    return `--${name} ${value ?? ""}: expected one of ${(choices ?? "").replaceAll('"', "")}.`;
  }
  const [, one, other] = CONFLICT.exec(message) ?? [];
  if (one !== undefined)
    return `--${one} and --${other ?? ""} exclude each other: give one of them.`;
  return message;
}

function missingFile(verb: string): string {
  const [needs, example] = NEEDS_OF.get(verb) ?? ["a scenario", `${verb} scenarios/two-nodes.yaml`];
  return `${verb} needs ${needs}: peerscape ${example}`;
}

function unknownWords(
  unknown: readonly string[],
  words: readonly string[],
  options: readonly string[],
): string {
  // The parser tells of an option in camel case beside it as typed.
  const typed = unknown.filter((word) => words.some((given) => bare(given) === word));
  return (typed.length === 0 ? unknown : typed)
    .map((word) => {
      if (words.includes(word)) return `${word} is one word too many: quote names with spaces.`;
      const hint = didYouMean(
        `--${word}`,
        options.map((option) => `--${option}`),
      );
      return `There is no option --${word}${hint === "" ? "." : `; ${hint}`}`;
    })
    .join("\n");
}

/** An option's name without its dashes and its value. */
function bare(word: string): string {
  return word.replace(/^--?/u, "").replace(/=.*$/su, "");
}
