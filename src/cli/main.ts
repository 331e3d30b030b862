#!/usr/bin/env node
// The program `peerscape`: one verb a file. The only place, with the verbs, that reads arguments and environment.

import yargs from "yargs";
import { hideBin } from "yargs/helpers";
import { ExitCode, explainError } from "./exit-code.js";
import { packageVersion } from "./package-facts.js";
import { simCommand } from "./sim.js";
import { validateCommand } from "./validate.js";

/** Widest help text that is still pleasant to read. */
const HELP_COLUMNS_MAX = 100;

const parser = yargs(hideBin(process.argv));
await parser
  .scriptName("peerscape")
  .usage("$0 VERB [options]: simulate peer-to-peer protocols, repeatable to the bit")
  .command(simCommand)
  .command(validateCommand)
  .demandCommand(1, "Say what to do: peerscape sim SCENARIO, or peerscape --help.")
  .strict()
  .recommendCommands()
  .version(packageVersion())
  .wrap(Math.min(HELP_COLUMNS_MAX, parser.terminalWidth()))
  .epilogue(
    "Exit codes: 0 all expectations hold, 1 one failed, 2 wrong usage or scenario, 3 a bug, 130 interrupted.",
  )
  .fail((message, error) => {
    if (error instanceof Error && error.name !== "YError") {
      const { code, text } = explainError(error);
      process.stderr.write(text);
      process.exit(code);
    }
    process.stderr.write(`${message}\nSee peerscape --help.\n`);
    process.exit(ExitCode.usage);
  })
  .parseAsync();
