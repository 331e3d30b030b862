// The same scenario simulated and live, compared by figure: `npm run parity -- SCENARIO --runs N [-- OPTIONS OF sim]`.
//
// Runs are the unit: run i has the seed i in both worlds, so that the same nodes churn at the same times. A figure is
// equal when the 90 % interval of the ratio of its medians lies within its bounds; exit code 0 if all are, else 1.

import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { bootstrapRatioOfMedians, judgeRatio } from "../../src/analysis/bootstrap-ratio.js";
import type { RatioBounds } from "../../src/analysis/bootstrap-ratio.js";
import type { RunReport } from "../../src/scenarios/run-report.js";
import { RandomStreams } from "../../src/sim/random-streams.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";

const PROGRAM = path.join("dist", "cli", "main.js");
const OF_TIMES: RatioBounds = { lowest: 0.9, highest: 1.1 };
const OF_COUNTS: RatioBounds = { lowest: 0.95, highest: 1.05 };
const CONFIDENCE = 0.9;
const RESAMPLES = 10_000;

interface Figure {
  readonly name: string;
  readonly bounds: RatioBounds;
  readonly value: number;
}

/** The figures of one run that both worlds have; those that did not come about are left out. */
function figuresOf(report: RunReport): Figure[] {
  const times: (readonly [string, number | null])[] = [
    ...report.convergence.map(({ name, meanMicros }) => [`settling ${name}`, meanMicros] as const),
    ...report.deliveries.map(
      ({ name, meanLatencyMicros }) => [`delivery ${name}`, meanLatencyMicros] as const,
    ),
  ];
  const counts = [
    ["messages sent", report.messages.sent],
    ["messages delivered", report.messages.delivered],
    ...report.deliveries.map(({ name, delivered }) => [`pairs ${name}`, delivered] as const),
  ] as const;
  return [
    ...times.flatMap(([name, value]) =>
      value === null || value === 0 ? [] : [{ name, bounds: OF_TIMES, value }],
    ),
    ...counts.flatMap(([name, value]) => (value === 0 ? [] : [{ name, bounds: OF_COUNTS, value }])),
  ];
}

async function runOnce(words: readonly string[], file: string): Promise<RunReport> {
  const child = spawn(process.execPath, [PROGRAM, "sim", ...words, "--report", file], {
    stdio: ["ignore", "ignore", "inherit"],
  });
  const code = await new Promise((resolve) => child.once("close", resolve));
  // A failed expectation is a figure as well; anything else is none.
  if (code !== 0 && code !== 1)
    throw new Error(`sim ${words.join(" ")} ended with ${String(code)}`);
  return JSON.parse(fs.readFileSync(file, "utf8")) as RunReport;
}

function compare(
  name: string,
  bounds: RatioBounds,
  live: readonly number[],
  simulated: readonly number[],
): boolean {
  const stream = new RandomStreams({ seed: "parity", sha256: nodeSha256 }).stream(name);
  const interval = bootstrapRatioOfMedians(live, simulated, {
    ...{ confidence: CONFIDENCE, resampleCount: RESAMPLES },
    draw: () => stream.unit(),
  });
  const verdict = judgeRatio(interval, bounds);
  const [ratio, low, high] = [interval.ratio, interval.low, interval.high].map((x) => x.toFixed(3));
  process.stdout.write(
    `${verdict.padEnd(13)} ${name}: live / simulated ${ratio}, 90 % in [${low}, ${high}], ` +
      `to be in [${bounds.lowest}, ${bounds.highest}]; ${live.length} and ${simulated.length} runs\n`,
  );
  return verdict === "equal";
}

const words = process.argv.slice(2);
const end = words.indexOf("--");
const own = end < 0 ? words : words.slice(0, end);
const passedOn = end < 0 ? [] : words.slice(end + 1);
const scenario = own[0];
const runCount = Number(own[own.indexOf("--runs") + 1]);
if (
  scenario === undefined ||
  !own.includes("--runs") ||
  !Number.isInteger(runCount) ||
  runCount < 2
) {
  process.stderr.write(
    "npm run parity -- SCENARIO --runs N: expected a file and at least 2 runs\n",
  );
  process.exit(2);
}

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-parity-"));
const live = new Map<string, number[]>();
const simulated = new Map<string, number[]>();
const boundsOf = new Map<string, RatioBounds>();
try {
  for (let seed = 1; seed <= runCount; seed++) {
    for (const [world, into] of [["sim", simulated] as const, ["tcp", live] as const]) {
      const options = [scenario, "--seed", String(seed), "--transport", world, ...passedOn];
      const report = await runOnce(options, path.join(folder, `${world}-${seed}.json`));
      for (const { name, bounds, value } of figuresOf(report)) {
        boundsOf.set(name, bounds);
        into.set(name, [...(into.get(name) ?? []), value]);
      }
      if (report.live === null) continue;
      const { lagMillis, processorShare, waitedShare } = report.live;
      process.stdout.write(
        `run ${seed}: event loop late by ${lagMillis.p99} ms (99 %), ${lagMillis.max} ms (most); ` +
          `${processorShare} processors busy, ${String(waitedShare)} of the time waiting for one\n`,
      );
    }
  }
  let areAllEqual = true;
  for (const [name, bounds] of boundsOf) {
    const isEqual = compare(name, bounds, live.get(name) ?? [], simulated.get(name) ?? []);
    areAllEqual &&= isEqual;
  }
  process.exitCode = areAllEqual ? 0 : 1;
} finally {
  fs.rmSync(folder, { recursive: true });
}
