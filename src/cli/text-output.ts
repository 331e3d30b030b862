// Long results as text: into a file, or to standard output at the pace of whoever reads it, which ends when that has
// gone (`| head`).

import { closeSync, openSync, writeSync } from "node:fs";
import { outputFileError } from "./output-file.js";

/** Gathers this much before it is written. */
const BUFFER_CHARACTERS = 64 * 1024;

/** Text on its way out. */
export class TextOutput {
  readonly #path: string | null;
  readonly #file: number | null;
  #buffer = "";

  /** `path` is null for standard output. Throws `OutputFileError`. */
  constructor(path: string | null) {
    this.#path = path;
    try {
      this.#file = path === null ? null : openSync(path, "w");
    } catch (error) {
      throw outputFileError(path ?? "", error);
    }
  }

  /** Whether nobody reads any more. */
  get isGone(): boolean {
    return this.#file === null && (process.stdout.destroyed || process.stdout.errored !== null);
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
    if (text === "" || this.isGone) return;
    if (this.#file !== null) {
      this.#write(this.#file, text);
      return;
    }
    await new Promise<void>((resolve) => {
      process.stdout.write(text, () => {
        resolve();
      });
    });
  }

  close(): void {
    if (this.#file !== null) closeSync(this.#file);
  }

  #write(file: number, text: string): void {
    const bytes = Buffer.from(text, "utf8");
    let done = 0;
    try {
      while (done < bytes.length) done += writeSync(file, bytes, done);
    } catch (error) {
      throw outputFileError(this.#path ?? "", error);
    }
  }
}
