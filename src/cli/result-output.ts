// Long results on their way out: into a file that is in its place only when it is whole, or to standard output at the
// pace of whoever reads it. Ends early, and leaves nothing half done, on Ctrl-C and when that reader has gone (`| head`).

import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { setImmediate } from "node:timers/promises";
import { Interruption } from "./interruption.js";
import { outputFileError } from "./output-file.js";

/** Gathers this much before it is written. */
const BUFFER_CHARACTERS = 64 * 1024;
/** What a file is called until it is whole, after its own name. */
const UNFINISHED_ENDING = ".unfinished";

/** A result on its way out. */
export class ResultOutput {
  readonly #path: string | null;
  /** Where the bytes go: beside the path, or straight to it where that is a device or a pipe. */
  readonly #writtenPath: string;
  readonly #file: number | null;
  readonly #interruption = new Interruption();
  #buffer = "";

  /** `path` is null for standard output. Throws `OutputFileError`. */
  constructor(path: string | null) {
    this.#path = path;
    this.#writtenPath = path === null || isDevice(path) ? (path ?? "") : path + UNFINISHED_ENDING;
    try {
      this.#file = path === null ? null : openSync(this.#writtenPath, "w");
    } catch (error) {
      this.#interruption.stopListening();
      throw outputFileError(path ?? "", error);
    }
  }

  /** Whether somebody stopped the program. */
  get isInterrupted(): boolean {
    return this.#interruption.hasHappened && !this.#hasNoReader;
  }

  /** Whether nobody wants any more of it. */
  get isGone(): boolean {
    return this.#interruption.hasHappened || this.#hasNoReader;
  }

  /** Adds text; answers whether it is time to call `drain`. */
  add(text: string): boolean {
    this.#buffer += text;
    return this.#buffer.length >= BUFFER_CHARACTERS;
  }

  /** Writes what was gathered, and waits until there is room again. Rejects with `OutputFileError`. */
  async drain(): Promise<void> {
    const text = this.#buffer;
    this.#buffer = "";
    await this.#pass(text === "" ? null : Buffer.from(text, "utf8"));
  }

  /** Writes bytes after all that was added before them. Rejects with `OutputFileError`. */
  async write(bytes: Uint8Array): Promise<void> {
    await this.drain();
    await this.#pass(bytes);
  }

  /** Puts the file into its place; what was interrupted is thrown away. Throws `OutputFileError`. */
  finish(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#interruption.stopListening();
    if (this.isInterrupted) this.#throwAway();
    else if (this.#path !== null && this.#writtenPath !== this.#path) this.#putInPlace(this.#path);
  }

  /** Throws away what was written. For a result that failed. */
  abandon(): void {
    if (this.#file !== null) closeSync(this.#file);
    this.#interruption.stopListening();
    this.#throwAway();
  }

  get #hasNoReader(): boolean {
    return this.#file === null && (process.stdout.destroyed || process.stdout.errored !== null);
  }

  async #pass(bytes: Uint8Array | null): Promise<void> {
    // Files are read and written synchronously: without a pause no signal would ever be heard.
    await setImmediate();
    if (bytes === null || this.isGone) return;
    if (this.#file !== null) {
      this.#writeToFile(this.#file, bytes);
      return;
    }
    await new Promise<void>((resolve) => {
      process.stdout.write(bytes, () => {
        resolve();
      });
    });
  }

  #writeToFile(file: number, bytes: Uint8Array): void {
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(file, bytes, done);
    } catch (error) {
      throw outputFileError(this.#path ?? "", error);
    }
  }

  #putInPlace(path: string): void {
    try {
      renameSync(this.#writtenPath, path);
    } catch (error) {
      this.#throwAway();
      throw outputFileError(path, error);
    }
  }

  #throwAway(): void {
    if (this.#path !== null && this.#writtenPath !== this.#path) {
      rmSync(this.#writtenPath, { force: true });
    }
  }
}

/** Whether a path leads to something that is there and is no file. */
function isDevice(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === false;
}
