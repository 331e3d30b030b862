// A trace as JSON Lines: one header, one line a record, one footer. The open face of a trace, for jq and
// for other programs; nothing here knows files.

import { RECORD_KIND_NAMES } from "./record.js";
import type { TraceLine } from "./trace-line.js";

/** What the header calls the format, so that other JSON is refused by name. */
export const TRACE_FORMAT = "peerscape-trace";

/** Raised when a reader of the old format could misread the new one. */
export const TRACE_FORMAT_VERSION = 1;

/** The first line of a trace: what was run. */
export interface TraceHeader {
  readonly kind: "header";
  readonly format: typeof TRACE_FORMAT;
  readonly formatVersion: typeof TRACE_FORMAT_VERSION;
  /** Name of the scenario. */
  readonly scenario: string;
  readonly seed: number | string;
  /** Version of Peerscape. */
  readonly version: string;
  readonly nodeCount: number;
}

/** The last line of a trace. A trace without one was cut off. */
export interface TraceFooter {
  readonly kind: "footer";
  /** How many lines of records there are. */
  readonly records: number;
  /** Virtual time that the run reached. */
  readonly endMicros: number;
  /** Digest of the run; null when it was not computed. */
  readonly digest: string | null;
  /** Whether the run came to its end, was interrupted, or met a limit. */
  readonly ending: string;
}

/** Any line of a trace. */
export type TraceEntry = TraceHeader | TraceLine | TraceFooter;

/** A line is no line of a trace. */
export class TraceFormatError extends Error {
  override readonly name = "TraceFormatError";
  /** Number of the line, from 1. */
  readonly line: number;

  constructor(line: number, problem: string) {
    super(`Line ${line} of the trace ${problem}`);
    this.line = line;
  }
}

/** The header of a run's trace. */
export function traceHeader(
  run: Pick<TraceHeader, "scenario" | "seed" | "version" | "nodeCount">,
): TraceHeader {
  return {
    kind: "header",
    format: TRACE_FORMAT,
    formatVersion: TRACE_FORMAT_VERSION,
    scenario: run.scenario,
    seed: run.seed,
    version: run.version,
    nodeCount: run.nodeCount,
  };
}

/** An entry as one line of text, with its line end. Numbers that JSON lacks are written as words. */
export function formatEntry(entry: TraceEntry): string {
  const value = "value" in entry ? entry.value : undefined;
  const isPlain = value === undefined || Number.isFinite(value);
  return `${JSON.stringify(isPlain ? entry : { ...entry, value: String(value) })}\n`;
}

/**
 * Reads one line. `lineNumber` counts from 1 and is for messages. Throws `TraceFormatError` unless the line is a
 * header, a record or a footer with fields of the right types.
 */
export function parseEntry(text: string, lineNumber: number): TraceEntry {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new TraceFormatError(lineNumber, `is not JSON: ${JSON.stringify(text.slice(0, 40))}`);
  }
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed)) {
    throw new TraceFormatError(lineNumber, "is not a JSON object.");
  }
  const fields = new Fields(parsed as Readonly<Record<string, unknown>>, lineNumber);
  const kind = fields.text("kind");
  if (kind === "header") return readHeader(fields);
  if (kind === "footer") return readFooter(fields);
  if (!RECORD_KIND_NAMES.includes(kind)) {
    throw new TraceFormatError(lineNumber, `has the unknown kind "${kind}".`);
  }
  return readRecord(kind, fields);
}

/**
 * The entries of a trace, header first, in order, one at a time. Throws `TraceFormatError` for a line that is none, a
 * header that is missing or of another version, records after the footer, and a footer that counts otherwise. A
 * trace without a footer is read to its end: it was cut off, and what is there is whole.
 */
export function* readEntries(lines: Iterable<string>): Generator<TraceEntry> {
  let lineNumber = 0;
  let records = 0;
  let hasHeader = false;
  let isOver = false;
  for (const text of lines) {
    lineNumber++;
    if (text === "") continue;
    if (isOver) throw new TraceFormatError(lineNumber, "comes after the footer.");
    const entry = parseEntry(text, lineNumber);
    if (!hasHeader && entry.kind !== "header") {
      throw new TraceFormatError(lineNumber, "is not the header of a Peerscape trace.");
    }
    if (hasHeader && entry.kind === "header") {
      throw new TraceFormatError(lineNumber, "is a second header.");
    }
    hasHeader = true;
    if (isFooter(entry)) {
      isOver = true;
      if (entry.records !== records) {
        const counted = `${entry.records} records, and there are ${records}`;
        throw new TraceFormatError(lineNumber, `counts ${counted}: lines are missing.`);
      }
    } else if (entry.kind !== "header") records++;
    yield entry;
  }
  if (!hasHeader) throw new TraceFormatError(1, "is missing: the trace is empty.");
}

/** Whether an entry is the footer. */
export function isFooter(entry: TraceEntry): entry is TraceFooter {
  return entry.kind === "footer";
}

/** Whether an entry is a record, and neither header nor footer. */
export function isRecordLine(entry: TraceEntry): entry is TraceLine {
  return entry.kind !== "header" && entry.kind !== "footer";
}

/** The fields of one line, read with their types. */
class Fields {
  readonly #fields: Readonly<Record<string, unknown>>;
  readonly #lineNumber: number;

  constructor(fields: Readonly<Record<string, unknown>>, lineNumber: number) {
    this.#fields = fields;
    this.#lineNumber = lineNumber;
  }

  has(name: string): boolean {
    return Object.hasOwn(this.#fields, name);
  }

  get(name: string): unknown {
    return this.has(name) ? this.#fields[name] : undefined;
  }

  text(name: string): string {
    const value = this.get(name);
    if (typeof value !== "string") throw this.wrong(name, "text");
    return value;
  }

  number(name: string): number {
    const value = this.get(name);
    if (typeof value !== "number") throw this.wrong(name, "a number");
    return value;
  }

  /** A number as `formatEntry` writes it, perhaps as a word. */
  anyNumber(name: string): number {
    const value = this.get(name);
    if (value === "NaN") return Number.NaN;
    if (value === "Infinity") return Number.POSITIVE_INFINITY;
    if (value === "-Infinity") return Number.NEGATIVE_INFINITY;
    return this.number(name);
  }

  key(name: string): readonly [number, number, number] {
    const value: unknown = this.get(name);
    const triple: readonly unknown[] = Array.isArray(value) ? value : [];
    const [timeMicros, origin, counter] = triple;
    if (
      triple.length !== 3 ||
      typeof timeMicros !== "number" ||
      typeof origin !== "number" ||
      typeof counter !== "number"
    ) {
      throw this.wrong(name, "three numbers");
    }
    return [timeMicros, origin, counter];
  }

  wrong(name: string, expected: string): TraceFormatError {
    const value = this.has(name) ? JSON.stringify(this.get(name)) : "nothing";
    return new TraceFormatError(
      this.#lineNumber,
      `has ${value} where "${name}" should be ${expected}.`,
    );
  }
}

function readHeader(fields: Fields): TraceHeader {
  if (fields.get("format") !== TRACE_FORMAT) throw fields.wrong("format", `"${TRACE_FORMAT}"`);
  if (fields.get("formatVersion") !== TRACE_FORMAT_VERSION) {
    throw fields.wrong("formatVersion", `${TRACE_FORMAT_VERSION}, which this version reads`);
  }
  const seed = fields.get("seed");
  if (typeof seed !== "string" && typeof seed !== "number") {
    throw fields.wrong("seed", "a number or text");
  }
  return traceHeader({
    scenario: fields.text("scenario"),
    seed,
    version: fields.text("version"),
    nodeCount: fields.number("nodeCount"),
  });
}

function readFooter(fields: Fields): TraceFooter {
  return {
    kind: "footer",
    records: fields.number("records"),
    endMicros: fields.number("endMicros"),
    digest: fields.get("digest") === null ? null : fields.text("digest"),
    ending: fields.text("ending"),
  };
}

function readRecord(kind: string, fields: Fields): TraceLine {
  const line: { -readonly [Field in keyof TraceLine]: TraceLine[Field] } = {
    timeMicros: fields.number("timeMicros"),
    kind,
    event: fields.key("event"),
    cause: fields.key("cause"),
  };
  for (const name of ["node", "name", "peer", "reason", "content", "text"] as const) {
    if (fields.has(name)) line[name] = fields.text(name);
  }
  for (const name of ["bytes", "number", "application"] as const) {
    if (fields.has(name)) line[name] = fields.number(name);
  }
  if (fields.has("value")) line.value = fields.anyNumber("value");
  if (fields.has("channel")) {
    const channel = fields.text("channel");
    if (channel !== "stream" && channel !== "datagram") {
      throw fields.wrong("channel", '"stream" or "datagram"');
    }
    line.channel = channel;
  }
  return line;
}
