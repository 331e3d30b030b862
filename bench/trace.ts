// What a trace costs while it is written and when it is read: events a second with and without it, bytes a record, and
// the time to any place of a long trace. `npm run bench:trace [-- RECORDS [SCENARIO]]`. Runs with and without take turns,
// so that what slows the machine down slows both. Exit code 1 when a figure is beyond its limit.

import { execFileSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";

import { nodeInflateRaw } from "../src/trace/native/node-compression.js";
import { NodeFileSource } from "../src/trace/native/node-file-source.js";
import type { ByteSource } from "../src/trace/native/byte-source.js";
import { TraceReader } from "../src/trace/native/trace-reader.js";
import { Replay } from "../src/viewer/replay.js";
import { writeBusyTrace } from "./viewer-trace.js";

/** Records of the long trace, unless given. */
const RECORDS = 100_000_000;
const RECORDS_MIN = 100_000;
const SCENARIO = "scenarios/churn.yaml";
const ROUNDS = 5;
const SEEKS = 40;
/** A step through the trace that is prime to any sensible count of blocks, so that places are all over it. */
const SEEK_STEP = 0.618_033_988_75;

const COST_MAX = 1.25;
const BYTES_A_RECORD_MAX = 10;
const SEEK_MILLIS_MAX = 200;

interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** Null for what is only told. */
  readonly most: number | null;
}

const [given, scenario = SCENARIO] = process.argv.slice(2);
const records = Number(given ?? RECORDS);
if (!(Number.isSafeInteger(records) && records >= RECORDS_MIN)) {
  process.stderr.write(
    `npm run bench:trace -- ${given ?? ""}: expected records, at least ${RECORDS_MIN}\n`,
  );
  process.exit(2);
}
const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-bench-trace-"));
const beyond: Figure[] = [];
try {
  for (const figure of writingFigures(folder)) print(figure);
  for (const figure of await readingFigures(folder)) print(figure);
} finally {
  fs.rmSync(folder, { recursive: true });
}
process.exitCode = beyond.length > 0 ? 1 : 0;

function print(figure: Figure): void {
  const { what, value, unit, most } = figure;
  const isWithin = most === null || value <= most;
  if (!isWithin) beyond.push(figure);
  const limit = most === null ? "" : `  at most ${most} ${unit}`;
  const verdict = isWithin ? "ok    " : "FAILED";
  process.stdout.write(
    `${verdict} ${what.padEnd(52)} ${value.toFixed(2).padStart(12)} ${unit}${limit}\n`,
  );
}

/** The scenario with and without a trace, in turns. */
function writingFigures(inFolder: string): readonly Figure[] {
  const trace = path.join(inFolder, "written.mcap");
  const bare: number[] = [];
  const traced: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    bare.push(runSeconds([]));
    traced.push(runSeconds(["--trace", trace]));
  }
  const stats = execFileSync(process.execPath, ["dist/cli/main.js", "trace", "stats", trace], {
    encoding: "utf8",
  });
  const count = Number(/([\d,]+) records/.exec(stats)?.[1]?.replaceAll(",", ""));
  const bytes = fs.statSync(trace).size;
  fs.rmSync(trace);
  const ratios = bare.map((seconds, round) => traced[round]! / seconds);
  return [
    { what: `${scenario}, without a trace`, value: median(bare), unit: "s", most: null },
    { what: "with a trace", value: median(traced), unit: "s", most: null },
    { what: "times as long with a trace", value: median(ratios), unit: "", most: COST_MAX },
    { what: "records", value: count, unit: "", most: null },
    { what: "bytes a record", value: bytes / count, unit: "B", most: BYTES_A_RECORD_MAX },
  ];
}

/** How long a run takes from start to end of its process. */
function runSeconds(words: readonly string[]): number {
  const before = performance.now();
  execFileSync(process.execPath, ["dist/cli/main.js", "sim", scenario, ...words], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  return (performance.now() - before) / 1000;
}

/** Going to places all over a long trace, each for the first time. */
async function readingFigures(inFolder: string): Promise<readonly Figure[]> {
  const trace = path.join(inFolder, "long.mcap");
  const count = writeBusyTrace(trace, records);
  const file = new NodeFileSource(trace);
  let bytesRead = 0;
  const source: ByteSource = {
    size: file.size,
    read: (offset, length) => {
      bytesRead += length;
      return file.read(offset, length);
    },
  };
  const begun = performance.now();
  const reader = await TraceReader.open(source, { inflate: nodeInflateRaw });
  const opened = performance.now() - begun;
  const openedBytes = bytesRead;
  const replay = new Replay(reader);
  const millis: number[] = [];
  for (let i = 1; i <= SEEKS; i++) {
    const before = performance.now();
    await replay.seek(((i * SEEK_STEP) % 1) * reader.endMicros);
    millis.push(performance.now() - before);
  }
  file.close();
  return [
    { what: "records of the long trace", value: count, unit: "", most: null },
    { what: "its size", value: file.size / 1e6, unit: "MB", most: null },
    { what: "to open it", value: opened, unit: "ms", most: null },
    { what: "read for that", value: openedBytes / 1e6, unit: "MB", most: null },
    { what: "to a place, median", value: median(millis), unit: "ms", most: SEEK_MILLIS_MAX },
    { what: "to a place, longest", value: Math.max(...millis), unit: "ms", most: SEEK_MILLIS_MAX },
    {
      ...{ what: "read for a place, mean", unit: "MB", most: null },
      value: (bytesRead - openedBytes) / SEEKS / 1e6,
    },
  ];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}
