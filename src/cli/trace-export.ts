// `trace export`: a trace, or a window of it, in a format of other programs.

import { formatEntry, traceHeader } from "../trace/json-lines.js";
import { CSV_HEADER, csvLine } from "../trace/native/csv-lines.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { recordsOf } from "../trace/native/trace-visit.js";
import { traceLine } from "../trace/trace-line.js";
import { ExitCode } from "./exit-code.js";
import { TextOutput } from "./text-output.js";
import { readSpan } from "./trace-span.js";
import type { SpanArguments } from "./trace-span.js";
import { UsageError } from "./usage-error.js";

/** What a trace can be exported as. */
export const EXPORT_FORMATS = ["jsonl", "csv"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export interface ExportArguments extends SpanArguments {
  readonly file: string;
  readonly out: string | undefined;
  readonly format: ExportFormat | undefined;
}

/** Exports. Rejects with `UsageError`, `OutputFileError` and `TraceDamageError`. */
export async function exportTrace(reader: TraceReader, given: ExportArguments): Promise<number> {
  const format = given.format ?? formatOf(given.out);
  const output = new TextOutput(given.out ?? null);
  try {
    switch (format) {
      case "jsonl":
        await exportLines(reader, given, output);
        break;
      case "csv":
        await exportCsv(reader, given, output);
        break;
    }
    await output.drain();
  } finally {
    output.close();
  }
  return ExitCode.ok;
}

/** The format that a file's name asks for. */
function formatOf(out: string | undefined): ExportFormat {
  const format = EXPORT_FORMATS.find((ending) => out?.endsWith(`.${ending}`) === true);
  if (format !== undefined) return format;
  const remedy = `formats are ${EXPORT_FORMATS.join(", ")}`;
  throw new UsageError("--format", "", "a format, or an --out FILE that ends in one", remedy);
}

async function exportLines(
  reader: TraceReader,
  given: ExportArguments,
  output: TextOutput,
): Promise<void> {
  const { run, end } = reader;
  output.add(formatEntry(traceHeader(run)));
  let count = 0;
  for await (const records of recordsOf(reader, readSpan(given, reader))) {
    count += records.length;
    for (const record of records) {
      if (output.add(formatEntry(traceLine(record, reader)))) await output.drain();
    }
    if (output.isGone) return;
  }
  // A trace that was cut off is exported without a footer: it was cut off as JSON Lines too.
  if (end === null) return;
  const { endMicros, digest, ending } = end;
  output.add(formatEntry({ kind: "footer", records: count, endMicros, digest, ending }));
}

async function exportCsv(
  reader: TraceReader,
  given: ExportArguments,
  output: TextOutput,
): Promise<void> {
  output.add(CSV_HEADER);
  for await (const records of recordsOf(reader, readSpan(given, reader))) {
    for (const record of records) {
      if (output.add(csvLine(traceLine(record, reader)))) await output.drain();
    }
    if (output.isGone) return;
  }
}
