// The parts of a trace that are JSON: what was run, its nodes, how it ended, what is worth finding. Read from files
// that anybody may have made: every field is checked before it is used.

import { TraceDamageError } from "./byte-reader.js";
import { NATIVE_FORMAT, NATIVE_FORMAT_VERSION } from "./trace-parts.js";

/** What was run. */
export interface RunFacts {
  readonly scenario: string;
  readonly seed: number | string;
  /** Version of Peerscape. */
  readonly version: string;
  readonly nodeCount: number;
  /** The scenario as it was run, as text; "" where it is not known. */
  readonly scenarioText: string;
  /** What the trace was restricted to, as it was asked for; null for all records. */
  readonly only: string | null;
}

/** The nodes of a run, by index. */
export interface NodeFacts {
  readonly names: readonly string[];
  readonly classNames: readonly string[];
  readonly regionNames: readonly string[];
}

/** How a run ended. */
export interface EndFacts {
  /** How many records the trace has. */
  readonly records: number;
  readonly endMicros: number;
  /** Digest of the run; null when none was computed. */
  readonly digest: string | null;
  readonly ending: string;
}

/** A moment worth finding. */
export interface Marker {
  readonly timeMicros: number;
  readonly kind: "action" | "fault" | "expectation";
  readonly name: string;
  /** Index of the node it concerns; -1 for the world. */
  readonly node: number;
  /** What an expectation saw; "" for the others. */
  readonly text: string;
}

/** Measures over time: a row of numbers for each instant. */
export interface MetricRows {
  readonly names: readonly string[];
  /** Virtual microseconds, then a number for each name; null for what could not be measured. */
  readonly rows: readonly (readonly (number | null)[])[];
}

/** The bytes of a JSON part. */
export function writeJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

/** The run's part of a trace. */
export function writeRunFacts(facts: RunFacts): Uint8Array {
  return writeJson({ format: NATIVE_FORMAT, formatVersion: NATIVE_FORMAT_VERSION, ...facts });
}

/** Reads the run's part. Throws `TraceDamageError`, also for another version. */
export function readRunFacts(bytes: Uint8Array): RunFacts {
  const fields = readObject(bytes, "run");
  if (fields["format"] !== NATIVE_FORMAT) throw new TraceDamageError("This is no Peerscape trace");
  if (fields["formatVersion"] !== NATIVE_FORMAT_VERSION) {
    const version = JSON.stringify(fields["formatVersion"]);
    const known = `this Peerscape reads version ${NATIVE_FORMAT_VERSION}`;
    throw new TraceDamageError(`The trace has format version ${version}, and ${known}`);
  }
  const { seed, only } = fields;
  if (typeof seed !== "string" && typeof seed !== "number") throw wrong("run", "seed");
  return {
    scenario: text(fields, "run", "scenario"),
    seed,
    version: text(fields, "run", "version"),
    nodeCount: whole(fields, "run", "nodeCount"),
    scenarioText: text(fields, "run", "scenarioText"),
    only: only === null ? null : text(fields, "run", "only"),
  };
}

/** Reads the nodes' part. Throws `TraceDamageError`. */
export function readNodeFacts(bytes: Uint8Array): NodeFacts {
  const fields = readObject(bytes, "nodes");
  return {
    names: texts(fields, "nodes", "names"),
    classNames: texts(fields, "nodes", "classNames"),
    regionNames: texts(fields, "nodes", "regionNames"),
  };
}

/** Reads a part of words. Throws `TraceDamageError`. */
export function readWords(bytes: Uint8Array): readonly string[] {
  return texts(readObject(bytes, "words"), "words", "words");
}

/** Reads the end's part: facts, and the number of records of each block. Throws `TraceDamageError`. */
export function readEndFacts(bytes: Uint8Array): EndFacts {
  const fields = readObject(bytes, "end");
  return {
    records: whole(fields, "end", "records"),
    endMicros: whole(fields, "end", "endMicros"),
    digest: fields["digest"] === null ? null : text(fields, "end", "digest"),
    ending: text(fields, "end", "ending"),
  };
}

/** The end's whole part: what a reader needs to begin, in one piece. */
export interface EndPart extends EndFacts {
  /** How many things each part has, in the order of the parts. */
  readonly counts: readonly number[];
  readonly words: readonly string[];
}

/** Reads the end's part with its index. Throws `TraceDamageError`. */
export function readEndPart(bytes: Uint8Array): EndPart {
  const fields = readObject(bytes, "end");
  const counts = list(fields, "end", "counts");
  if (!counts.every(isWhole)) throw wrong("end", "counts");
  return { ...readEndFacts(bytes), counts, words: texts(fields, "end", "words") };
}

/** Reads a part of markers. Throws `TraceDamageError`. */
export function readMarkers(bytes: Uint8Array): readonly Marker[] {
  return list(readObject(bytes, "markers"), "markers", "markers").map((value): Marker => {
    const fields = asObject(value, "markers");
    const kind = fields["kind"];
    if (kind !== "action" && kind !== "fault" && kind !== "expectation") {
      throw wrong("markers", "kind");
    }
    const { node } = fields;
    if (node !== -1 && !isWhole(node)) throw wrong("markers", "node");
    return {
      timeMicros: whole(fields, "markers", "timeMicros"),
      kind,
      name: text(fields, "markers", "name"),
      node,
      text: text(fields, "markers", "text"),
    };
  });
}

/** Reads a part of metrics. Throws `TraceDamageError`. */
export function readMetrics(bytes: Uint8Array): MetricRows {
  const fields = readObject(bytes, "metrics");
  const names = texts(fields, "metrics", "names");
  const rows = list(fields, "metrics", "rows").map((row): (number | null)[] => {
    const isRow =
      Array.isArray(row) &&
      row.length === names.length + 1 &&
      row.every((value) => value === null || typeof value === "number");
    if (!isRow) throw wrong("metrics", "rows");
    return row as (number | null)[];
  });
  return { names, rows };
}

type Fields = Readonly<Record<string, unknown>>;

function readObject(bytes: Uint8Array, part: string): Fields {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new TraceDamageError(`The part "${part}" is not JSON`);
  }
  return asObject(parsed, part);
}

function asObject(value: unknown, part: string): Fields {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Fields;
  throw new TraceDamageError(`The part "${part}" has something that is no JSON object`);
}

function text(fields: Fields, part: string, name: string): string {
  const value = fields[name];
  if (typeof value !== "string") throw wrong(part, name);
  return value;
}

function whole(fields: Fields, part: string, name: string): number {
  const value = fields[name];
  if (!isWhole(value)) throw wrong(part, name);
  return value;
}

function isWhole(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function list(fields: Fields, part: string, name: string): readonly unknown[] {
  const value = fields[name];
  if (!Array.isArray(value)) throw wrong(part, name);
  return value;
}

function texts(fields: Fields, part: string, name: string): readonly string[] {
  const values = list(fields, part, name);
  if (!values.every((value) => typeof value === "string")) throw wrong(part, name);
  return values;
}

function wrong(part: string, name: string): TraceDamageError {
  return new TraceDamageError(`The part "${part}" has a field "${name}" of the wrong type`);
}
