// Which part of a trace a command is about: `--from`, `--to`, `--kinds`, `--nodes`.

import { showMoment } from "../trace/show-quantity.js";
import { didYouMean } from "../scenarios/suggestion.js";
import { UnitError, parseDurationMicros } from "../scenarios/units.js";
import { RecordFilter } from "../trace/native/record-filter.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import type { VisitSpan } from "../trace/native/trace-visit.js";
import { RecordKind } from "../trace/record.js";
import { UsageError } from "./usage-error.js";

/** The options as they were typed. */
export interface SpanArguments {
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly kinds: string | undefined;
  readonly nodes: string | undefined;
}

const KINDS: readonly string[] = Object.keys(RecordKind);

/** Reads the options. Throws `UsageError`. */
export function readSpan(given: SpanArguments, reader: TraceReader): VisitSpan {
  const fromMicros = given.from === undefined ? 0 : readTime("--from", given.from);
  const toMicros = given.to === undefined ? Infinity : readTime("--to", given.to);
  if (fromMicros > reader.endMicros) {
    const expected = `a time up to ${showMoment(reader.endMicros)}, the end of the trace`;
    throw new UsageError("--from", given.from ?? "", expected, "write an earlier time");
  }
  if (fromMicros > toMicros) {
    const expected = `a time not before --from ${given.from ?? ""}`;
    throw new UsageError("--to", given.to ?? "", expected, "exchange the two");
  }
  const kinds = (given.kinds?.split(",") ?? []).map((kind) => {
    if (KINDS.includes(kind)) return RecordKind[kind as keyof typeof RecordKind];
    const hint = didYouMean(kind, KINDS) || `kinds are ${KINDS.join(", ")}`;
    throw new UsageError("--kinds", kind, "kinds of record with commas between them", hint);
  });
  const nodes = (given.nodes?.split(",") ?? []).map((name) => readNode("--nodes", name, reader));
  const isAll = kinds.length === 0 && nodes.length === 0;
  const only = isAll ? null : new RecordFilter({ kinds, nodes, spans: [] });
  return { fromMicros, toMicros, only };
}

/** The index of a node, by its name or its index. Throws `UsageError`. */
export function readNode(option: string, text: string, reader: TraceReader): number {
  const index = reader.nodeIndex(text);
  if (index >= 0) return index;
  if (/^\d{1,9}$/u.test(text) && Number(text) < reader.run.nodeCount) return Number(text);
  const hint = didYouMean(text, reader.nodes.names) || `names are as in ${reader.nodeName(0)}`;
  throw new UsageError(option, text, "the name of a node of the trace, or its index", hint);
}

/** A time on the command line. Throws `UsageError`. */
export function readTime(option: string, text: string): number {
  try {
    return parseDurationMicros(text);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    throw new UsageError(option, text, error.expected, error.remedy);
  }
}
