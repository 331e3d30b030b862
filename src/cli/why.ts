// peerscape why: why did a node not get a message, or get it late? Reads a trace and nothing else.

import type { CommandModule } from "yargs";
import { explainMessage } from "../trace/native/message-explanation.js";
import { messageStory } from "../trace/native/message-story.js";
import { ExitCode } from "./exit-code.js";
import { ONE } from "./sim-arguments.js";
import { withTrace } from "./trace-file.js";
import { readNode } from "./trace-span.js";
import { readWholeNumber } from "./read-number.js";
import { UsageError } from "./usage-error.js";

/** What `why` can be told. */
export interface WhyArguments {
  readonly file: string;
  readonly node: string;
  readonly message: string;
}

/** Names of all options, to guess what a misspelt one was to be. */
export const WHY_OPTIONS: readonly Exclude<keyof WhyArguments, "file">[] = ["node", "message"];

/** Answers in words; the exit code is 0 when the node got the message, 1 when it did not. */
export async function why(given: WhyArguments): Promise<number> {
  return await withTrace(given.file, async (reader) => {
    const node = readNode("--node", given.node, reader);
    const message = readWholeNumber("--message", given.message);
    const story = await messageStory(reader, message);
    if (story === null) {
      const remedy = `see peerscape trace cat ${given.file} --kinds broadcast`;
      const expected = "the application id of a broadcast, or its place among them from 1 on";
      throw new UsageError("--message", given.message, expected, remedy);
    }
    const lines = await explainMessage(reader, story, node);
    process.stdout.write(lines.map(({ text }) => `${text}\n`).join(""));
    return story.receipts.has(node) ? ExitCode.ok : ExitCode.failed;
  });
}

/** The verb `why`. */
export const whyCommand: CommandModule<object, WhyArguments> = {
  command: "why <file>",
  describe: "Say why a node did not get a message, or got it late",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "A trace, FILE.mcap" })
      .option("node", {
        ...ONE,
        demandOption: true,
        describe: "The node: its name, or its index from 0",
      })
      .option("message", {
        ...ONE,
        demandOption: true,
        describe: "The broadcast: its application id, or its place among them from 1",
      })
      .example("$0 why run.mcap --node home-17 --message 42", "The 42nd broadcast and home-17"),
  handler: async (given) => {
    process.exitCode = await why(given);
  },
};
