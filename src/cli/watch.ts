// `sim --watch`: shows a run in the browser while it goes on. The run writes its trace as ever; the page reads it as it
// grows. Whoever looks changes nothing: the digest is the same.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { outputFileError } from "./output-file.js";
import type { SimArguments } from "./sim-arguments.js";
import { NATIVE_ENDING, isNative } from "./trace-options.js";
import { UsageError } from "./usage-error.js";
import { VIEWER_FOLDER } from "./view.js";
import { ViewServer } from "./view-server.js";

/** The page of one run. */
export class Watch {
  readonly #trace: string;
  /** Where the trace is when nobody asked to keep it. */
  readonly #folder: string | null;
  #server: ViewServer | null = null;

  /** Throws `UsageError` for a trace that a page cannot follow. */
  constructor(given: SimArguments) {
    refuseUnseekable(given);
    this.#folder =
      given.trace === undefined ? mkdtempSync(join(tmpdir(), "peerscape-watch-")) : null;
    this.#trace = given.trace ?? join(this.#folder ?? "", `run${NATIVE_ENDING}`);
  }

  /** Where the run is to write its trace. */
  get trace(): string {
    return this.#trace;
  }

  /** Begins to serve what the run is about to write, and says where. Throws `OutputFileError`. */
  async begin(): Promise<void> {
    try {
      writeFileSync(this.#trace, "");
    } catch (error) {
      throw outputFileError(this.#trace, error);
    }
    this.#server = new ViewServer([this.#trace], VIEWER_FOLDER, { isGrowing: true });
    process.stdout.write(`The run is shown at\n${await this.#server.listen(0)}\n`);
  }

  /** Goes on showing the run that has ended until a signal comes. */
  async linger(): Promise<void> {
    process.stdout.write("The run is over and its page stays. Ctrl-C ends it.\n");
    await new Promise<void>((resolve) => {
      for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.once(signal, resolve);
    });
  }

  /** Ends the page, and removes a trace that nobody asked to keep. */
  async close(): Promise<void> {
    await this.#server?.close();
    if (this.#folder !== null) rmSync(this.#folder, { recursive: true, force: true });
  }
}

function refuseUnseekable(given: SimArguments): void {
  const { trace } = given;
  if (trace !== undefined && !isNative(trace)) {
    const remedy = "a page reads no other format: name one, or leave --trace out";
    throw new UsageError("--watch", trace, `--trace FILE${NATIVE_ENDING} beside it`, remedy);
  }
  const recorder = given["flight-recorder"];
  if (recorder === undefined) return;
  const remedy = "a flight recorder writes nothing before the end: leave one of them out";
  throw new UsageError("--watch", "true", "a trace that is written as the run goes on", remedy);
}
