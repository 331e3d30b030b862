// `trace slice`: a piece of a trace as a trace of its own, which begins with the network as it was then.

import { NodeTraceOutput } from "../trace/native/node-trace-output.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { recordsOf } from "../trace/native/trace-visit.js";
import { ExitCode } from "./exit-code.js";
import { refuseSameFile } from "./output-paths.js";
import { isNative } from "./trace-options.js";
import { readSpan } from "./trace-span.js";
import type { SpanArguments } from "./trace-span.js";
import { UsageError } from "./usage-error.js";

/** Writes the piece. Rejects with `UsageError`, `TraceFileError` and `TraceDamageError`. */
export async function sliceTrace(
  reader: TraceReader,
  given: SpanArguments & { readonly file: string; readonly out: string | undefined },
): Promise<number> {
  const { out, file } = given;
  if (out === undefined || !isNative(out)) {
    throw new UsageError("--out", out ?? "", "another FILE.mcap", "name the file to write");
  }
  refuseSameFile("--out", out, file);
  const span = readSpan(given, reader);
  const { from, to, kinds, nodes } = given;
  const asked = Object.entries({ from, to, kinds, nodes }).filter(
    ([, value]) => value !== undefined,
  );
  const restriction = asked.map(([name, value]) => `${name} ${value ?? ""}`).join(", ");
  const only = [reader.run.only, restriction].filter((text) => text !== null && text !== "");
  const output = new NodeTraceOutput(out, {
    run: { ...reader.run, only: only.length === 0 ? null : only.join(", ") },
    nodes: reader.nodes,
    words: reader,
    only: span.only,
    windowMicros: null,
    state: await reader.stateAt(span.fromMicros - 1),
  });
  for await (const records of recordsOf(reader, { ...span, only: null })) {
    for (const record of records) output.accept(record);
  }
  output.close({
    endMicros: Math.min(span.toMicros, reader.endMicros),
    digest: reader.end?.digest ?? null,
    ending: reader.end?.ending ?? "cut off",
    markers: [],
    metrics: [],
    isWanted: true,
  });
  return ExitCode.ok;
}
