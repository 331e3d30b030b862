// One worker process as the run that started it sees it: told what to do over a pipe, heard over the same, ended in any
// case. It is a plain program; a command before it (`ip netns exec NAME`) starts it elsewhere on the machine.

import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Duplex } from "node:stream";
import { clearTimeout, setTimeout } from "node:timers";

import { WorkerChannel } from "./node-worker-channel.js";
import type { WorkerAnswer, WorkerOrder } from "./node-worker-orders.js";

/** The pipe's number in the worker, after its standard streams. */
export const WORKER_PIPE = 3;
/** How long a worker may take to end once it was told to. */
const END_MILLIS = 10_000;

/** Where a worker runs, and at which address of the machine its nodes listen. */
export interface WorkerPlace {
  readonly name: string;
  /** The worker's program and its words: `["node", "live-worker.js"]`, or the same within a namespace. */
  readonly command: readonly [program: string, ...words: string[]];
  /** An address at which the nodes of all workers reach it. Beyond loopback nodes must talk over TLS. */
  readonly host: string;
}

/** How a worker ended that was not told to. */
export interface WorkerEnding {
  readonly code: number | null;
  readonly signal: string | null;
}

/** A worker could not start, or ended by a fault of its own: the run is over. */
export class WorkerError extends Error {
  override readonly name = "WorkerError";

  constructor(
    readonly worker: string,
    /** Code and text as the command line gives them. */
    readonly code: number,
    text: string,
  ) {
    super(text);
  }
}

export interface WorkerProcessOptions {
  readonly place: WorkerPlace;
  readonly onAnswer: (answer: WorkerAnswer) => void;
  readonly onRecords: (batch: Uint8Array, toldMicros: number) => void;
  /** It has ended, and everything that it has told has been heard. Called once. */
  readonly onGone: (ending: WorkerEnding) => void;
}

export class WorkerProcess {
  readonly name: string;
  readonly #child: ChildProcess;
  readonly #channel: WorkerChannel<WorkerAnswer, WorkerOrder>;
  readonly #gone: Promise<void>;
  #isGone = false;

  constructor({ place, onAnswer, onRecords, onGone }: WorkerProcessOptions) {
    this.name = place.name;
    const [program, ...words] = place.command;
    this.#child = spawn(program, words, { stdio: ["ignore", "inherit", "inherit", "pipe"] });
    let ending: WorkerEnding | null = null;
    let hasClosed = false;
    let resolveGone = (): void => undefined;
    this.#gone = new Promise((resolve) => {
      resolveGone = resolve;
    });
    const note = (): void => {
      if (ending === null || !hasClosed || this.#isGone) return;
      this.#isGone = true;
      onGone(ending);
      resolveGone();
    };
    this.#child.once("exit", (code, signal) => {
      ending = { code, signal };
      note();
    });
    // The program could not be started: there is no exit.
    this.#child.once("error", () => {
      ending ??= { code: null, signal: null };
      note();
    });
    this.#channel = new WorkerChannel(this.#child.stdio[WORKER_PIPE] as Duplex, {
      onMessage: onAnswer,
      onRecords,
      onEnd: () => {
        hasClosed = true;
        note();
      },
    });
  }

  /** Its process id; undefined where it could not be started. */
  get pid(): number | undefined {
    return this.#child.pid;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  tell(order: WorkerOrder): void {
    if (!this.#isGone) this.#channel.tell(order);
  }

  /** Tells it to end; resolves when it has. One that does not is killed. */
  async end(): Promise<void> {
    this.tell({ order: "end" });
    const timer = setTimeout(() => {
      this.kill();
    }, END_MILLIS);
    await this.#gone;
    clearTimeout(timer);
  }

  /** Ends it at once. */
  kill(): void {
    this.#child.kill("SIGKILL");
  }

  /** Ends it at once; resolves when nothing of it is left. */
  async destroy(): Promise<void> {
    if (this.#isGone) return;
    this.kill();
    await this.#gone;
    this.#channel.destroy();
  }
}
