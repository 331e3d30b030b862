// A trace file, written while the run goes on and read again line by line: memory does not grow with the trace.
// Only whole lines reach the file, so that a run which ends early leaves a trace that can be read.

import * as fs from "node:fs";
import { StringDecoder } from "node:string_decoder";
import { TraceFileError, asTraceFileError } from "./trace-file-error.js";
import { formatEntry, isFooter, readEntries } from "./json-lines.js";
import type { TraceEntry, TraceFooter, TraceHeader } from "./json-lines.js";
import { RecordKind } from "./record.js";
import type { RecordSink, RunRecord } from "./record.js";
import { traceLine } from "./trace-line.js";
import type { RecordWords } from "./trace-line.js";

/** Text that is gathered before it is written: large enough that calls cost little, small beside a heap. */
const BUFFER_CHARACTERS = 64 * 1024;
const READ_BYTES = 64 * 1024;
/** A line longer than this is no line of ours: messages end at 16 MiB, which JSON may write six times as long. */
const LINE_CHARACTERS_MAX = 128 * 1024 * 1024;

/** Writes the records of a run to a file. */
export class TraceFileWriter implements RecordSink {
  readonly kinds: readonly RecordKind[] = Object.values(RecordKind);
  readonly #path: string;
  readonly #words: RecordWords;
  readonly #file: number;
  #buffer = "";
  #records = 0;
  #bytesWritten = 0;
  #isClosed = false;

  /** Opens the file and writes the header. Throws `TraceFileError` when that fails. */
  constructor(path: string, header: TraceHeader, words: RecordWords) {
    this.#path = path;
    this.#words = words;
    try {
      this.#file = fs.openSync(path, "w");
    } catch (error) {
      throw asTraceFileError(path, error, "written");
    }
    this.#buffer = formatEntry(header);
    this.#flush();
  }

  /** Throws `TraceFileError` when the file cannot grow: the lines written so far are whole. */
  accept(record: RunRecord): void {
    this.#buffer += formatEntry(traceLine(record, this.#words));
    this.#records++;
    if (this.#buffer.length >= BUFFER_CHARACTERS) this.#flush();
  }

  /** Writes what was gathered, so that it is kept whatever ends the process. Throws `TraceFileError`. */
  flush(): void {
    if (this.#buffer !== "") this.#flush();
  }

  /** Writes the footer and closes. Idempotent: the first call counts. */
  close(footer: Pick<TraceFooter, "endMicros" | "digest" | "ending">): void {
    if (this.#isClosed) return;
    const { endMicros, digest, ending } = footer;
    this.#buffer += formatEntry({
      kind: "footer",
      records: this.#records,
      endMicros,
      digest,
      ending,
    });
    this.#flush();
    this.#end();
  }

  /** Writes what was gathered: whole lines. After a failure the file is cut back to the last of them and closed. */
  #flush(): void {
    if (this.#isClosed) return;
    const bytes = Buffer.from(this.#buffer, "utf8");
    this.#buffer = "";
    let done = 0;
    try {
      while (done < bytes.length) done += fs.writeSync(this.#file, bytes, done);
    } catch (error) {
      const whole = bytes.subarray(0, done).lastIndexOf(0x0a) + 1;
      this.#cutBackTo(this.#bytesWritten + whole);
      this.#end();
      throw asTraceFileError(this.#path, error, "written");
    }
    this.#bytesWritten += done;
  }

  #cutBackTo(bytes: number): void {
    try {
      fs.ftruncateSync(this.#file, bytes);
    } catch {
      // A pipe or a device cannot be cut back; a reader stops at the half line.
    }
  }

  #end(): void {
    this.#isClosed = true;
    fs.closeSync(this.#file);
  }
}

/**
 * The entries of a trace file, one at a time. A last line without its end is left out, since the writer was cut off in
 * the middle of it. Throws `TraceFileError` for a file that cannot be read and `TraceFormatError` for what is no trace.
 */
export function* readTraceFile(path: string): Generator<TraceEntry> {
  yield* readEntries(readLines(path));
}

/** The last entry of a trace file when it is a footer; null when the trace was cut off. Reads the file through. */
export function readTraceFooter(path: string): TraceFooter | null {
  let footer: TraceFooter | null = null;
  for (const entry of readTraceFile(path)) if (isFooter(entry)) footer = entry;
  return footer;
}

function* readLines(path: string): Generator<string> {
  let file: number;
  try {
    file = fs.openSync(path, "r");
  } catch (error) {
    throw asTraceFileError(path, error, "read");
  }
  try {
    const chunk = Buffer.alloc(READ_BYTES);
    const decoder = new StringDecoder("utf8");
    let rest = "";
    for (;;) {
      const size = readChunk(path, file, chunk);
      if (size === 0) return;
      const lines = (rest + decoder.write(chunk.subarray(0, size))).split("\n");
      rest = lines.pop() ?? "";
      if (rest.length > LINE_CHARACTERS_MAX) {
        const limit = String(LINE_CHARACTERS_MAX);
        throw new TraceFileError(path, "EFBIG", `${path} has a line of over ${limit} characters.`);
      }
      yield* lines;
    }
  } finally {
    fs.closeSync(file);
  }
}

function readChunk(path: string, file: number, chunk: Buffer): number {
  try {
    return fs.readSync(file, chunk);
  } catch (error) {
    throw asTraceFileError(path, error, "read");
  }
}
