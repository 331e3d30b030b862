// The built program while it runs: to wait for what it says, to send it signals, and to see how it ends.

import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import type { Readable } from "node:stream";
import { PROJECT_FOLDER, assertBuilt } from "./built-program.js";
import * as path from "node:path";

/** How to start it. */
export interface StartOptions {
  readonly folder?: string;
  readonly nodeFlags?: readonly string[];
  /** After how long it is killed, in case the test does not end it. */
  readonly timeoutMillis?: number;
}

/** A program that was started. It is killed when the test forgets to let it end. */
export class StartedProgram {
  standardOutput = "";
  standardError = "";
  /** Settles when it has ended: with its exit code, or the name of the signal that ended it. */
  readonly exit: Promise<number | string>;
  readonly #child: ChildProcessByStdio<null, Readable, Readable>;
  readonly #waiting = new Set<() => void>();

  constructor(
    words: readonly string[],
    { folder, nodeFlags = [], timeoutMillis = 50_000 }: StartOptions = {},
  ) {
    assertBuilt();
    const program = path.join(PROJECT_FOLDER, "dist/cli/main.js");
    this.#child = spawn(
      process.execPath,
      ["--enable-source-maps", ...nodeFlags, program, ...words],
      {
        cwd: folder ?? PROJECT_FOLDER,
        stdio: ["ignore", "pipe", "pipe"],
        timeout: timeoutMillis,
      },
    );
    this.#child.stdout.setEncoding("utf8").on("data", (text: string) => {
      this.standardOutput += text;
      this.#look();
    });
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.standardError += text;
      this.#look();
    });
    this.exit = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => {
        resolve(code ?? signal ?? "unknown");
        this.#look();
      });
    });
  }

  /** Waits until it has said something that matches. Throws when it ends without. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const found = pattern.exec(this.standardOutput) ?? pattern.exec(this.standardError);
      if (found !== null) return found;
      if (this.#child.exitCode !== null || this.#child.signalCode !== null) {
        throw new Error(`It ended and said: ${this.standardOutput}${this.standardError}`);
      }
      await new Promise<void>((resolve) => this.#waiting.add(resolve));
    }
  }

  /** Its process id. */
  get pid(): number {
    if (this.#child.pid === undefined) throw new Error("It could not be started");
    return this.#child.pid;
  }

  /** Sends a signal, as Ctrl-C sends SIGINT. */
  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Closes the reading end of its standard output, as `| head` does. */
  stopReading(): void {
    this.#child.stdout.destroy();
  }

  #look(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const resolve of waiting) resolve();
  }
}
