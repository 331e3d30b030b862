#!/usr/bin/env node
// The program `peerscape`: one verb a file. The only place, with the verbs, that reads arguments and environment.

import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { COMPARE_OPTIONS, compareCommand } from "./compare.js";
import { diffCommand } from "./diff.js";
import { ExitCode, explainError } from "./exit-code.js";
import { explainUsage } from "./explain-usage.js";
import { NODE_OPTIONS } from "./node-arguments.js";
import { nodeCommand } from "./node.js";
import { outputFileError } from "./output-file.js";
import { packageVersion } from "./package-facts.js";
import { simCommand } from "./sim.js";
import { REPEATABLE_OPTIONS, SIM_OPTIONS } from "./sim-arguments.js";
import { enterStartFolder } from "./start-folder.js";
import { TRACE_OPTIONS } from "./trace-arguments.js";
import { traceCommand } from "./trace.js";
import { UsageError } from "./usage-error.js";
import { VALIDATE_OPTIONS, validateCommand } from "./validate.js";
import { VIEW_OPTIONS, viewCommand } from "./view.js";
import { WHY_OPTIONS, whyCommand } from "./why.js";

/** Widest help text that is still pleasant to read. */
const HELP_COLUMNS_MAX = 100;

const words = hideBin(process.argv);

/** The options of each verb, to guess what a misspelt one was to be. */
const OPTIONS_OF = {
  sim: SIM_OPTIONS,
  validate: VALIDATE_OPTIONS,
  compare: COMPARE_OPTIONS,
  node: NODE_OPTIONS,
  trace: TRACE_OPTIONS,
  diff: [],
  view: VIEW_OPTIONS,
  why: WHY_OPTIONS,
} as const;

enterStartFolder(process.env);

// A reader that goes away (`| head`) is no error; a disk that is full is.
process.stdout.on("error", (error) => {
  const failure = outputFileError("Standard output", error);
  if (failure.code === "EPIPE") return;
  process.stderr.write(explainError(failure).text);
  process.exitCode = ExitCode.usage;
});

const parser = yargs(words);
await parser
  .scriptName("peerscape")
  // In the language of our own messages, whatever that of the machine is.
  .detectLocale(false)
  .updateStrings({ string: "value", array: "may be repeated", boolean: "switch" })
  .usage("$0 VERB [options]: simulate peer-to-peer protocols, repeatable to the bit")
  .command(simCommand)
  .command(validateCommand)
  .command(compareCommand)
  .command(nodeCommand)
  .command(traceCommand)
  .command(diffCommand)
  .command(whyCommand)
  .command(viewCommand)
  .check(refuseValues)
  .demandCommand(1, "Say what to do: peerscape sim SCENARIO, or peerscape --help.")
  .strict()
  .recommendCommands()
  .version(packageVersion())
  .wrap(Math.min(HELP_COLUMNS_MAX, parser.terminalWidth() || HELP_COLUMNS_MAX))
  .epilogue(
    "Exit codes: 0 all expectations hold; 1 one failed, a protocol failed or a limit was reached;\n" +
      "2 wrong usage or scenario; 3 a bug of ours; 130 interrupted",
  )
  .fail((message, error) => {
    if (error instanceof Error && error.name !== "YError") {
      const { code, text } = explainError(error);
      process.stderr.write(text);
      process.exit(code);
    }
    process.stderr.write(`${explainUsage(message, words, OPTIONS_OF[verb() ?? "sim"])}\n`);
    process.stderr.write(`See ${["peerscape", verb(), "--help"].filter(Boolean).join(" ")}.\n`);
    process.exit(ExitCode.usage);
  })
  .parseAsync();

/** Which of two values counts cannot be guessed, and no value is none of ours. */
function refuseValues(given: Readonly<Record<string, unknown>>): true {
  for (const option of [...SIM_OPTIONS, ...NODE_OPTIONS]) {
    const value = given[option];
    if (value === "") throw new UsageError(`--${option}`, "''", "a value", "write one after it");
    if (!Array.isArray(value) || REPEATABLE_OPTIONS.has(option)) continue;
    throw new UsageError(`--${option}`, value.join(", "), "one value", "give it once");
  }
  return true;
}

/** The verb that was typed; undefined when there is none of ours. */
function verb(): keyof typeof OPTIONS_OF | undefined {
  return words.find(isVerb);
}

function isVerb(word: string): word is keyof typeof OPTIONS_OF {
  return Object.hasOwn(OPTIONS_OF, word);
}
