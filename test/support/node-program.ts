// `peerscape node` as people and scripts have it: at a pseudo-terminal, at pipes, in a network namespace. What it says
// is waited for in order, as it is read.

import { spawn } from "node:child_process";
import type { ChildProcessWithoutNullStreams } from "node:child_process";
import * as path from "node:path";
import { PROJECT_FOLDER, assertBuilt } from "./built-program.js";

/** How to start it. */
export interface NodeProgramOptions {
  readonly folder?: string;
  /** Columns of a pseudo-terminal by script(1); pipes where there is none. */
  readonly columns?: number;
  /** The network namespace to run in. */
  readonly namespace?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

const PROGRAM = path.join(PROJECT_FOLDER, "dist/cli/main.js");
/** Far more than anything takes that is waited for. */
const PATIENCE_MILLIS = 30_000;

/** A node that was started. `end` it, whatever the test comes to. */
export class NodeProgram {
  /** All that it has said, carriage returns left out. */
  said = "";
  /** Settles with its exit code, or the name of the signal that ended it. */
  readonly exit: Promise<number | string>;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Set<() => void>();
  #readUpTo = 0;
  #hasEnded = false;

  constructor(words: readonly string[], options: NodeProgramOptions = {}) {
    assertBuilt();
    const { columns, namespace, folder = PROJECT_FOLDER, environment = {} } = options;
    const program = [process.execPath, PROGRAM, "node", ...words];
    const inside = namespace === undefined ? [] : ["ip", "netns", "exec", namespace];
    const command = columns === undefined ? [...inside, ...program] : onTerminal(program, columns);
    const [file = "", ...parameters] = command;
    const { NODE_DISABLE_COLORS: _none, ...inherited } = process.env;
    this.#child = spawn(file, parameters, {
      cwd: folder,
      env: { ...inherited, TERM: "xterm-256color", PEERSCAPE_HISTORY: "", ...environment },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.said += text.replaceAll("\r", "");
        this.#look();
      });
    }
    this.#child.stdin.on("error", () => undefined);
    this.exit = new Promise((resolve, reject) => {
      this.#child.on("error", reject);
      this.#child.on("close", (code, signal) => {
        this.#hasEnded = true;
        resolve(code ?? signal ?? "unknown");
        this.#look();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Waits until it says something that matches, behind what was waited for before. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const endMillis = performance.now() + PATIENCE_MILLIS;
    for (;;) {
      const found = pattern.exec(this.said.slice(this.#readUpTo));
      if (found !== null) {
        this.#readUpTo += found.index + found[0].length;
        return found;
      }
      const waitMillis = endMillis - performance.now();
      if (this.#hasEnded || waitMillis <= 0) {
        const rest = this.said.slice(this.#readUpTo);
        throw new Error(`${String(pattern)} was not said; behind what was, there is: ${rest}`);
      }
      await this.#change(waitMillis);
    }
  }

  /** Types keys, or writes to its pipe. */
  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Ends its standard input. */
  endInput(): void {
    this.#child.stdin.end();
  }

  /** Closes the reading end of its standard output, as `| head` does. */
  stopReading(): void {
    this.#child.stdout.destroy();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Kills it if it still runs, and waits for its end. */
  async end(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.exit;
  }

  /** Waits for more to be said, or the end. */
  #change(waitMillis: number): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, waitMillis);
      this.#waiting.add(done);
    });
  }

  #look(): void {
    for (const resolve of [...this.#waiting]) resolve();
  }
}

/** A command on a terminal of its own, which ends with it. */
function onTerminal(command: readonly string[], columns: number): string[] {
  const quoted = command.map((word) => `'${word}'`).join(" ");
  return ["script", "-qefc", `stty cols ${columns} rows 24 && exec ${quoted}`, "/dev/null"];
}

/** The nodes of one test, all gone after it. */
export class NodePrograms {
  readonly #started: NodeProgram[] = [];

  start(words: readonly string[], options: NodeProgramOptions = {}): NodeProgram {
    const program = new NodeProgram(words, options);
    this.#started.push(program);
    return program;
  }

  async end(): Promise<void> {
    await Promise.all(this.#started.splice(0).map((program) => program.end()));
  }
}
