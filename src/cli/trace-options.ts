// What `sim` can be told about its trace: `--trace-only` and `--flight-recorder`.

import type { RunView } from "../scenarios/run-view.js";
import type { TraceRestriction } from "../scenarios/run-options.js";
import { didYouMean } from "../scenarios/suggestion.js";
import { UnitError, parseDurationMicros } from "../scenarios/units.js";
import { RecordFilter } from "../trace/native/record-filter.js";
import { RecordKind } from "../trace/record.js";
import { UsageError } from "./usage-error.js";

/** How a trace in its own format is called; every other name gets JSON Lines. */
export const NATIVE_ENDING = ".mcap";

const ONLY = "--trace-only";
const EXPECTED = "kinds:KIND,…, nodes:NAME,… or times:FROM..TO";
const KINDS: readonly string[] = Object.keys(RecordKind);

/** Whether a trace of this name is in Peerscape's own format. */
export function isNative(path: string): boolean {
  return path.endsWith(NATIVE_ENDING);
}

/** Reads all that `--trace-only` was given; null for nothing. Throws `UsageError`. */
export function parseTraceOnly(texts: readonly string[]): TraceRestriction | null {
  if (texts.length === 0) return null;
  const kinds: string[] = [];
  const nodes: string[] = [];
  const spans: TraceRestriction["spans"][number][] = [];
  for (const text of texts) {
    const colon = text.indexOf(":");
    const values = text.slice(colon + 1).split(",");
    const what = text.slice(0, Math.max(colon, 0));
    if (values.includes("") || !["kinds", "nodes", "times"].includes(what)) {
      throw new UsageError(ONLY, text, EXPECTED, "write for instance kinds:sent,dropped");
    }
    if (what === "nodes") nodes.push(...values);
    else if (what === "kinds") kinds.push(...values.map((kind) => checkKind(kind, text)));
    else spans.push(...values.map((span) => readSpan(span, text)));
  }
  return { text: texts.join(" "), kinds, nodes, spans };
}

function checkKind(kind: string, text: string): string {
  if (KINDS.includes(kind)) return kind;
  const hint = didYouMean(kind, KINDS) || `kinds are ${KINDS.join(", ")}`;
  throw new UsageError(ONLY, text, "kinds of record", hint);
}

function readSpan(span: string, text: string): TraceRestriction["spans"][number] {
  const [from = "", to = "", ...more] = span.split("..");
  try {
    const startMicros = from === "" ? 0 : parseDurationMicros(from);
    const endMicros = to === "" ? Number.MAX_SAFE_INTEGER : parseDurationMicros(to);
    if (span.includes("..") && more.length === 0 && startMicros <= endMicros) {
      return { startMicros, endMicros };
    }
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
  }
  throw new UsageError(ONLY, text, "times:FROM..TO", "write for instance times:30s..40s");
}

/** The filter for a run. Throws `UsageError` for names of no node. */
export function filterOf(only: TraceRestriction, view: RunView): RecordFilter {
  const indexes = new Map<string, number>();
  for (let node = 0; node < view.nodeCount; node++) indexes.set(view.nodeName(node), node);
  const nodes = only.nodes.map((name) => {
    const node = indexes.get(name);
    if (node !== undefined) return node;
    const hint = didYouMean(name, [...indexes.keys()]) || "names are as in home-17";
    throw new UsageError(ONLY, only.text, "names of nodes", hint);
  });
  const kinds = only.kinds.map((kind) => RecordKind[kind as keyof typeof RecordKind]);
  return new RecordFilter({ kinds, nodes, spans: only.spans });
}

/** Reads `--flight-recorder 10s`. Throws `UsageError`. */
export function parseFlightRecorder(text: string, traceFile: string | undefined): number {
  const option = "--flight-recorder";
  if (traceFile === undefined || !isNative(traceFile)) {
    const remedy = "say where the last stretch is to be written";
    throw new UsageError(option, text, `--trace FILE${NATIVE_ENDING} beside it`, remedy);
  }
  try {
    const micros = parseDurationMicros(text);
    if (micros > 0) return micros;
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
  }
  throw new UsageError(option, text, "a time above 0s", "write for instance 10s");
}
