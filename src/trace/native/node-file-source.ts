// The bytes of a file on disk.

import * as fs from "node:fs";
import { TraceFileError, asTraceFileError } from "../trace-file-error.js";
import type { ByteSource } from "./byte-source.js";

/** A file that is open for reading until `close`. */
export class NodeFileSource implements ByteSource {
  readonly size: number;
  readonly #path: string;
  readonly #file: number;

  /** Opens a regular file. Throws `TraceFileError`. */
  constructor(path: string) {
    this.#path = path;
    try {
      this.#file = fs.openSync(path, "r");
    } catch (error) {
      throw asTraceFileError(path, error, "read");
    }
    const status = fs.fstatSync(this.#file);
    this.size = status.size;
    if (status.isFile()) return;
    fs.closeSync(this.#file);
    const message = `${path} is no regular file, and a trace is read at many places: copy it into one.`;
    throw new TraceFileError(path, "ESPIPE", message);
  }

  read(offset: number, length: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(length);
    let done = 0;
    try {
      while (done < length) {
        const count = fs.readSync(this.#file, bytes, done, length - done, offset + done);
        if (count === 0) throw new Error("it became shorter while it was read");
        done += count;
      }
    } catch (error) {
      return Promise.reject(asTraceFileError(this.#path, error, "read"));
    }
    return Promise.resolve(bytes);
  }

  close(): void {
    fs.closeSync(this.#file);
  }
}
