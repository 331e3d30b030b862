// Commands from a pipe or file, one a line, each after the one before is done. The end of the input is the end of the
// node, as it is at a prompt.

import { createInterface } from "node:readline";
import { ExitCode } from "./exit-code.js";
import { CommandError } from "./node-command-error.js";
import { runLine } from "./node-commands.js";
import type { NodeSession } from "./node-session.js";

/** Does what standard input says, then leaves. A wrong command is told on standard error, and the rest is done. */
export async function runScript(session: NodeSession): Promise<void> {
  const lines = createInterface({ input: process.stdin, terminal: false });
  // A node that ends otherwise needs no more commands, and must not wait for them.
  void session.live.left.then(() => {
    lines.close();
    process.stdin.destroy();
  });
  for await (const line of lines) {
    if (session.isEnding) break;
    try {
      const answer = await runLine(session, line);
      if (answer !== "") session.screen.print(answer);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      process.stderr.write(`${error.message}\n`);
      session.exitCode = ExitCode.usage;
    }
  }
  if (!session.isEnding) session.end("leave");
}
