// peerscape view: shows a trace in a browser. Serves it on loopback until it is interrupted.

import { fileURLToPath } from "node:url";
import type { CommandModule } from "yargs";
import { ExitCode } from "./exit-code.js";
import { ONE } from "./sim-arguments.js";
import { withTrace } from "./trace-file.js";
import { UsageError } from "./usage-error.js";
import { ViewServer } from "./view-server.js";

/** What `view` can be told. */
export interface ViewArguments {
  readonly file: string;
  readonly second: string | undefined;
  readonly port: string;
}

/** Names of all options, to guess what a misspelt one was to be. */
export const VIEW_OPTIONS: readonly Exclude<keyof ViewArguments, "file" | "second">[] = ["port"];

const PORT_MAX = 65535;
/** Where the page was built to. */
export const VIEWER_FOLDER = fileURLToPath(new URL("../viewer", import.meta.url));

/** Serves until a signal comes; answers the exit code. */
export async function view(given: ViewArguments): Promise<number> {
  const port = /^\d{1,5}$/u.test(given.port) ? Number(given.port) : Infinity;
  if (port > PORT_MAX) {
    throw new UsageError(
      "--port",
      given.port,
      `a port from 0 to ${PORT_MAX}`,
      "0 takes a free one",
    );
  }
  // What the page would say of a file that is no trace is better said here.
  const traces = given.second === undefined ? [given.file] : [given.file, given.second];
  const shown: string[] = [];
  for (const trace of traces) {
    const records = await withTrace(trace, (reader) => Promise.resolve(reader.recordCount));
    shown.push(`${trace}, ${records.toLocaleString("en")} records,`);
  }
  const server = new ViewServer(traces, VIEWER_FOLDER);
  const address = await listen(server, port, given.port);
  process.stdout.write(`${shown.join(" beside ")} is shown at\n${address}\nCtrl-C ends it.\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, resolve);
  });
  await server.close();
  return ExitCode.ok;
}

async function listen(server: ViewServer, port: number, given: string): Promise<string> {
  try {
    return await server.listen(port);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EADDRINUSE") {
      const remedy = "another program listens there: choose another port, or 0 for a free one";
      throw new UsageError("--port", given, "a port that is free", remedy);
    }
    if (code !== "EACCES") throw error;
    throw new UsageError("--port", given, "a port that you may use", "take one above 1023");
  }
}

/** The verb `view`. */
export const viewCommand: CommandModule<object, ViewArguments> = {
  command: "view <file> [second]",
  describe: "Show a trace in a browser, or two side by side",
  builder: (yargs) =>
    yargs
      .positional("file", { type: "string", demandOption: true, describe: "A trace, FILE.mcap" })
      .positional("second", { type: "string", describe: "Another, to compare it with" })
      .option("port", { ...ONE, default: "0", describe: "Port on 127.0.0.1; 0 for a free one" })
      .example("$0 view run.mcap", "Prints the address to open in a browser")
      .example("$0 view one.mcap other.mcap", "Where do two runs part?"),
  handler: async (given) => {
    process.exitCode = await view(given);
  },
};
