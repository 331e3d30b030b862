// peerscape trace: looks into a trace, cuts pieces out of it, and turns it into what other programs read.

import type { CommandModule } from "yargs";
import { countRecords } from "../trace/native/trace-statistics.js";
import type { Tally } from "../trace/native/trace-statistics.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { nodeInflateRaw } from "../trace/native/node-compression.js";
import { recordsOf } from "../trace/native/trace-visit.js";
import { verifyTrace } from "../trace/native/trace-verification.js";
import { describeLine, traceLine } from "../trace/trace-line.js";
import { plural, showCount, showNumber, showSeconds } from "../trace/show-quantity.js";
import { ExitCode } from "./exit-code.js";
import { ONE } from "./sim-arguments.js";
import { ResultOutput } from "./result-output.js";
import { EXPORT_FORMATS, TRACE_ACTIONS, refuseForActions } from "./trace-arguments.js";
import type { TraceArguments } from "./trace-arguments.js";
import { exportTrace } from "./trace-export.js";
import { withTrace } from "./trace-file.js";
import { sliceTrace } from "./trace-slice.js";
import { readSpan } from "./trace-span.js";
import { readWholeNumber } from "./read-number.js";

/** Records that `head` prints unless `--count` says otherwise. */
const HEAD_RECORDS = 10;
/** Rows of a table of `stats`: the rest is counted together. */
const TALLY_ROWS = 12;

/** Does what was asked; answers the exit code. */
export async function trace(given: TraceArguments): Promise<number> {
  refuseForActions(given);
  return await withTrace(given.file, async (reader, source) => {
    switch (given.action) {
      case "stats":
        process.stdout.write(await describeTrace(reader, source.size));
        return ExitCode.ok;
      case "cat":
        return await printRecords(reader, given, Infinity);
      case "head": {
        const count =
          given.count === undefined ? HEAD_RECORDS : readWholeNumber("--count", given.count);
        return await printRecords(reader, given, count);
      }
      case "slice":
        return await sliceTrace(reader, given);
      case "export":
        return await exportTrace(reader, given);
      case "verify":
        await verifyTrace(source, nodeInflateRaw);
        process.stdout.write(`${given.file}: ${verdict(reader, source.size)}\n`);
        return reader.isWhole ? ExitCode.ok : ExitCode.failed;
    }
  });
}

function verdict(reader: TraceReader, sizeBytes: number): string {
  const records = plural(reader.recordCount, "record");
  if (reader.isWhole) return `sound and whole, ${records}`;
  const lost = sizeBytes - reader.endOffset;
  return `cut off; ${records} up to ${showSeconds(reader.endMicros)} are sound, ${plural(lost, "byte")} after them are not`;
}

async function describeTrace(reader: TraceReader, sizeBytes: number): Promise<string> {
  const { run, end, recordCount } = reader;
  const { kinds, sent, dropped, decided } = await countRecords(reader);
  const perRecord = recordCount === 0 ? 0 : sizeBytes / recordCount;
  const lines = [
    `${run.scenario}: seed ${run.seed}, version ${run.version}, ${plural(run.nodeCount, "node")}`,
    ...(run.only === null ? [] : [`  restricted to ${run.only}`]),
    `  ${plural(recordCount, "record")} in ${plural(reader.blocks.length, "block")}, ` +
      `${showCount(sizeBytes)} bytes, ${showNumber(perRecord)} a record`,
    `  ${showSeconds(reader.endMicros)} of virtual time; ` +
      (end === null ? "cut off before its end" : end.ending),
    `digest ${end?.digest ?? "not known"}`,
    ...tallyLines("records", kinds),
    ...tallyLines("sent", sent),
    ...tallyLines("dropped", dropped),
    ...tallyLines("decided", decided),
  ];
  const markers = await reader.markers();
  const failed = markers.filter(({ kind }) => kind === "expectation");
  if (failed.length > 0) lines.push("failed expectations");
  for (const { name, text } of failed) lines.push(`  ${name}: ${text}`);
  return `${lines.join("\n")}\n`;
}

function tallyLines(title: string, tally: Tally): string[] {
  if (tally.length === 0) return [];
  const rest = tally.slice(TALLY_ROWS).reduce((sum, [, count]) => sum + count, 0);
  const rows = tally.slice(0, TALLY_ROWS);
  if (rest > 0) rows.push(["others", rest]);
  return [title, ...rows.map(([word, count]) => `${showCount(count).padStart(14)}  ${word}`)];
}

async function printRecords(
  reader: TraceReader,
  given: TraceArguments,
  countMax: number,
): Promise<number> {
  const span = readSpan(given, reader);
  const output = new ResultOutput(null);
  let left = countMax;
  for await (const records of recordsOf(reader, span)) {
    for (const record of records) {
      if (left-- <= 0 || output.isGone) break;
      if (output.add(`${describeLine(traceLine(record, reader))}\n`)) await output.drain();
    }
    if (left <= 0 || output.isGone) break;
  }
  await output.drain();
  output.finish();
  return output.isInterrupted ? ExitCode.interrupted : ExitCode.ok;
}

/** The verb `trace`. */
export const traceCommand: CommandModule<object, TraceArguments> = {
  command: "trace <action> <file>",
  describe: "Look into a trace, cut it, or turn it into another format",
  builder: (yargs) =>
    yargs
      .positional("action", {
        choices: TRACE_ACTIONS,
        demandOption: true,
        describe: "What to do with it",
      })
      .positional("file", { type: "string", demandOption: true, describe: "A trace, FILE.mcap" })
      .option("from", { ...ONE, describe: "From this virtual time on, as 30s" })
      .option("to", { ...ONE, describe: "Up to this virtual time" })
      .option("kinds", { ...ONE, describe: "Only such records, as sent,dropped" })
      .option("nodes", { ...ONE, describe: "Only records at these nodes, as home-1,home-2" })
      .option("out", { ...ONE, describe: "The file to write; standard output if not given" })
      .option("format", { ...ONE, choices: EXPORT_FORMATS, describe: "What to export it as" })
      .option("at", { ...ONE, describe: "The instant of a graph; the end if not given" })
      .option("overlay", { ...ONE, describe: "The overlay of a graph; the first if not given" })
      .option("count", { ...ONE, describe: "How many records head prints; 10 if not given" })
      .example("$0 trace stats run.mcap", "What is in it?")
      .example("$0 trace cat run.mcap --from 30s --to 31s --kinds dropped", "What was lost then?")
      .example("$0 trace slice run.mcap --from 30s --to 40s --out part.mcap", "Ten seconds of it")
      .example("$0 trace export run.mcap --format csv --out run.csv", "For a spreadsheet")
      .example("$0 trace export run.mcap --from 30s --to 31s --out run.json", "For ui.perfetto.dev")
      .example("$0 trace export run.mcap --at 30s --out then.graphml", "The overlay at 30 s")
      .example("$0 trace export run.mcap --from 30s --to 40s --out play.gexf", "To play in Gephi")
      .example("$0 trace verify run.mcap", "Is every byte as it was written?"),
  handler: async (given) => {
    process.exitCode = await trace(given);
  },
};
