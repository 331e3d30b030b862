// A trace in its own format as a file, written part by part. A run that is killed leaves a file that opens up to its
// last whole part; a disk that fills up leaves one that is cut back to it.

import * as fs from "node:fs";
import type { RecordKind, RecordSink, RunRecord } from "../record.js";
import { asTraceFileError } from "../trace-file-error.js";
import { nodeDeflateRaw } from "./node-compression.js";
import { TraceRecording } from "./trace-recording.js";
import type { RecordingEnd, TraceRecordingOptions } from "./trace-recording.js";

export type NodeTraceOutputOptions = Omit<TraceRecordingOptions, "write" | "deflate">;

/** Writes the records of a run to a file. */
export class NodeTraceOutput implements RecordSink {
  readonly kinds: readonly RecordKind[];
  readonly #path: string;
  readonly #recording: TraceRecording;
  #file: number | null = null;
  #wholeBytes = 0;
  #isEnded = false;

  /** Opens the file, unless it is a flight recorder's. Throws `TraceFileError` when that fails. */
  constructor(path: string, options: NodeTraceOutputOptions) {
    this.#path = path;
    this.#recording = new TraceRecording({
      ...options,
      deflate: nodeDeflateRaw,
      write: (bytes) => {
        this.#write(bytes);
      },
    });
    this.kinds = this.#recording.kinds;
  }

  /** Throws `TraceFileError` when the file cannot grow: the parts written so far are whole. */
  accept(record: RunRecord): void {
    this.#recording.accept(record);
  }

  /** Writes what was gathered, so that it is kept whatever ends the process. Throws `TraceFileError`. */
  flush(): void {
    if (!this.#isEnded) this.#recording.flush();
  }

  /** Writes the end and closes. Idempotent: the first call counts. */
  close(end: RecordingEnd): void {
    if (this.#isEnded) return;
    this.#recording.close(end);
    this.#end();
  }

  #write(bytes: Uint8Array): void {
    if (this.#isEnded) return;
    let done = 0;
    try {
      this.#file ??= fs.openSync(this.#path, "w");
      while (done < bytes.length) done += fs.writeSync(this.#file, bytes, done);
    } catch (error) {
      this.#cutBack();
      this.#end();
      throw asTraceFileError(this.#path, error, "written");
    }
    this.#wholeBytes += bytes.length;
  }

  #cutBack(): void {
    try {
      if (this.#file !== null) fs.ftruncateSync(this.#file, this.#wholeBytes);
    } catch {
      // A pipe or a device cannot be cut back; a reader stops at the torn part.
    }
  }

  #end(): void {
    this.#isEnded = true;
    if (this.#file !== null) fs.closeSync(this.#file);
    this.#file = null;
  }
}
