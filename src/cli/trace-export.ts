// `trace export`: a trace, or a window of it, in a format of other programs.

import { formatEntry, traceHeader } from "../trace/json-lines.js";
import { ChromeTraceWriter } from "../trace/native/chrome-trace.js";
import { CSV_HEADER, csvLine } from "../trace/native/csv-lines.js";
import { PcapngWriter } from "../trace/native/pcapng.js";
import { ParquetTraceWriter } from "../trace/native/parquet-trace.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { recordsOf } from "../trace/native/trace-visit.js";
import type { VisitSpan } from "../trace/native/trace-visit.js";
import type { RunRecord } from "../trace/record.js";
import { traceLine } from "../trace/trace-line.js";
import { ExitCode } from "./exit-code.js";
import { refuseSameFile } from "./output-paths.js";
import { ResultOutput } from "./result-output.js";
import { formatOf, refuseForFormat } from "./trace-arguments.js";
import type { ExportFormat, TraceArguments } from "./trace-arguments.js";
import { exportDynamic, exportSnapshot } from "./trace-graph.js";
import { readSpan } from "./trace-span.js";

/** Exports. Rejects with `UsageError`, `OutputFileError` and `TraceDamageError`. */
export async function exportTrace(reader: TraceReader, given: TraceArguments): Promise<number> {
  const format = formatOf(given);
  refuseForFormat(given, format);
  if (given.out !== undefined) refuseSameFile("--out", given.out, given.file);
  const span = readSpan(given, reader);
  const output = new ResultOutput(given.out ?? null);
  try {
    await exportAs(format, { reader, given, span, output });
    await output.drain();
  } catch (error) {
    output.abandon();
    throw error;
  }
  output.finish();
  return output.isInterrupted ? ExitCode.interrupted : ExitCode.ok;
}

interface Export {
  readonly reader: TraceReader;
  readonly given: TraceArguments;
  readonly span: VisitSpan;
  readonly output: ResultOutput;
}

async function exportAs(format: ExportFormat, job: Export): Promise<void> {
  const { reader, given, output } = job;
  switch (format) {
    case "jsonl":
      await exportLines(job);
      break;
    case "csv":
      output.add(CSV_HEADER);
      await exportTexts(job, (record) => csvLine(traceLine(record, reader)));
      break;
    case "parquet":
      await exportParquet(job);
      break;
    case "chrome":
      await exportChrome(job);
      break;
    case "pcapng":
      await exportPcapng(job);
      break;
    case "graphml":
      await exportSnapshot(reader, given, { output, format });
      break;
    case "gexf":
      if (given.from === undefined && given.to === undefined) {
        await exportSnapshot(reader, given, { output, format });
      } else await exportDynamic(reader, given, output);
      break;
  }
}

/** Writes a text for each record; answers how many there were. */
async function exportTexts(
  { reader, span, output }: Export,
  textOf: (record: RunRecord) => string,
): Promise<number> {
  let count = 0;
  for await (const records of recordsOf(reader, span)) {
    count += records.length;
    for (const record of records) {
      if (output.add(textOf(record))) await output.drain();
      if (output.isGone) return count;
    }
  }
  return count;
}

async function exportLines(job: Export): Promise<void> {
  const { reader, output } = job;
  const { run, end } = reader;
  output.add(formatEntry(traceHeader(run)));
  const records = await exportTexts(job, (record) => formatEntry(traceLine(record, reader)));
  // A trace that was cut off is exported without a footer: it was cut off as JSON Lines too.
  if (end === null) return;
  const { endMicros, digest, ending } = end;
  output.add(formatEntry({ kind: "footer", records, endMicros, digest, ending }));
}

async function exportParquet({ reader, span, output }: Export): Promise<void> {
  const writer = new ParquetTraceWriter(reader.run);
  for await (const records of recordsOf(reader, span)) {
    for (const record of records) {
      if (writer.add(traceLine(record, reader))) await output.write(writer.take());
    }
    await output.drain();
    if (output.isGone) return;
  }
  await output.write(writer.end());
}

async function exportPcapng({ reader, span, output }: Export): Promise<void> {
  const writer = new PcapngWriter(reader);
  await output.write(writer.begin(reader.run));
  for await (const records of recordsOf(reader, span)) {
    const packets = records.map((record) => writer.record(record));
    await output.write(Buffer.concat(packets));
    if (output.isGone) return;
  }
  await output.write(writer.end());
}

async function exportChrome(job: Export): Promise<void> {
  const { reader, span, output } = job;
  const writer = new ChromeTraceWriter(reader);
  const isInside = (timeMicros: number): boolean =>
    timeMicros >= span.fromMicros && timeMicros <= span.toMicros;
  output.add(writer.begin(reader.run));
  for (const { names, rows } of await reader.metrics()) {
    const inside = rows.filter(([timeMicros]) => isInside(timeMicros ?? 0));
    output.add(writer.metrics({ names, rows: inside }));
  }
  for (const marker of await reader.markers()) {
    if (isInside(marker.timeMicros)) output.add(writer.marker(marker));
  }
  await exportTexts(job, (record) => writer.record(record));
  output.add(writer.end());
}
