// npm run calibrate: holds the simulator's model of streams against the kernel's TCP, cell by cell, and prints the table
// of docs/parity.md. Needs Linux, root, python3 and iproute2; a full run takes about an hour.
//
//   npm run calibrate -- --measure samples.json [--lanes 4] [--only "50 ms"]    measures, and compares
//   npm run calibrate -- --samples samples.json [--json result.json]           compares what was measured before
//
// A cell outside the bands is listed with its figures; docs/parity.md says why it is. Ends with 1 when anything is
// outside, or one of the models that are wrong on purpose is not outside anywhere where the model is inside.

import * as fs from "node:fs";
import { parseArgs } from "node:util";

import { kernelNetworkObstacle } from "../../src/scenarios/node-kernel-network.js";
import { compareCell, quantileOf } from "./compare.js";
import type { Comparison } from "./compare.js";
import { BASELINE, GRID, MEASURES, cellName } from "./grid.js";
import type { Cell, Measure } from "./grid.js";
import { measureCell } from "./measure-cell.js";
import { MODELS, modelCell } from "./model-cell.js";
import type { Measurement, Repetitions } from "./measure-cell.js";

/** Without loss all samples are alike; with it the slowest of twenty is what the 95th percentile is about. */
function repetitionsOf({ lossProbability, roundTripMillis }: Cell): Repetitions {
  if (lossProbability === 0) return { "200 B": 40, "20 kB": 40, "1 MB": 15 };
  // A megabyte that loses every twentieth packet takes half a minute at 200 ms.
  if (lossProbability === 0.05 && roundTripMillis === 200)
    return { "200 B": 150, "20 kB": 150, "1 MB": 30 };
  return { "200 B": 200, "20 kB": 200, "1 MB": 60 };
}

/** Measures cells, several at a time, and keeps each in the file as soon as it is there. */
async function measure(file: string, cells: readonly Cell[], lanes: number): Promise<void> {
  const left = [...cells];
  const done: Measurement[] = fs.existsSync(file) ? readSamples(file) : [];
  const lane = async (): Promise<void> => {
    for (let cell = left.shift(); cell !== undefined; cell = left.shift()) {
      const name = cellName(cell);
      if (done.some((measurement) => cellName(measurement.cell) === name)) continue;
      const measurement = await measureCell(cell, repetitionsOf(cell)).catch((error: unknown) => {
        console.error(`${name}: not measured: ${String(error)}`);
      });
      if (measurement === undefined) continue;
      done.push(measurement);
      fs.writeFileSync(
        file,
        JSON.stringify(done, (_key, value: unknown) => (value === Infinity ? "never" : value)),
      );
      const { lateP50Micros, lateP99Micros } = measurement.forwarder;
      console.error(
        `${name}: measured; packets late by ${lateP50Micros} µs, 1 % over ${lateP99Micros} µs`,
      );
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function readSamples(file: string): Measurement[] {
  const revive = (_key: string, value: unknown): unknown => (value === "never" ? Infinity : value);
  try {
    return JSON.parse(fs.readFileSync(file, "utf8"), revive) as Measurement[];
  } catch (error) {
    console.error(`--samples ${file}: expected what --measure wrote; ${String(error)}`);
    process.exit(2);
  }
}

/** The rows of one cell: measured, model, ratio. */
function rowOf(cell: Cell, comparisons: readonly Comparison[], measure: Measure): string {
  const millis = (micros: number): string =>
    Number.isFinite(micros) ? (micros / 1000).toFixed(micros < 100_000 ? 1 : 0) : "never";
  const columns = comparisons
    .filter((comparison) => comparison.measure === measure)
    .flatMap(({ measuredMicros, intervalMicros: [low, high], modelMicros, ratio, isInside }) => [
      `${millis(measuredMicros)} (${millis(low)}–${millis(high)})`,
      millis(modelMicros),
      isInside ? ratio.toFixed(2) : `**${ratio.toFixed(2)}**`,
    ]);
  return `| ${[cellName(cell), measure, ...columns].join(" | ")} |`;
}

function printTable(measurements: readonly Measurement[], results: readonly Comparison[]): void {
  console.log(
    "| cell | what | measured p50 (95 %), ms | model | ratio | measured p95 (95 %), ms | model | ratio |",
  );
  console.log("|---|---|---:|---:|---:|---:|---:|---:|");
  for (const { cell } of measurements) {
    const ofCell = results.filter((result) => cellName(result.cell) === cellName(cell));
    for (const measure of MEASURES) console.log(rowOf(cell, ofCell, measure));
  }
  const outside = results.filter(({ isInside }) => !isInside);
  console.log(`\n${results.length - outside.length} of ${results.length} inside.`);
}

function printNetwork(measurements: readonly Measurement[]): void {
  const worst = Math.max(...measurements.map(({ forwarder }) => forwarder.lateP50Micros));
  const worst99 = Math.max(...measurements.map(({ forwarder }) => forwarder.lateP99Micros));
  console.log(
    `\nPackets were late by at most ${worst} µs at the median of a cell, ${worst99} µs at the 99th percentile.` +
      (worst < 1000 ? "" : " **That is too much: this measurement is void.**"),
  );
}

/** What the programs themselves take, where there is no network to speak of. */
function printBaseline({ samples }: Measurement): void {
  for (const measure of MEASURES) {
    const sorted = samples[measure].toSorted((a, b) => a - b);
    const [p50, p95] = [0.5, 0.95].map((share) => (quantileOf(sorted, share) / 1000).toFixed(1));
    console.log(`Without a network, ${measure}: p50 ${p50} ms, p95 ${p95} ms`);
  }
}

/** Compares, prints, and answers whether all is as it should be. */
function compare(measurements: readonly Measurement[], jsonFile: string | undefined): boolean {
  const places = GRID.map(cellName);
  const cells = measurements
    .filter(({ cell }) => places.includes(cellName(cell)))
    .toSorted((a, b) => places.indexOf(cellName(a.cell)) - places.indexOf(cellName(b.cell)));
  const insideTheModel = new Set<string>();
  let isGood = true;
  for (const model of MODELS) {
    const results = cells.flatMap(({ cell, samples }) =>
      compareCell(cell, samples, modelCell(cell, model)),
    );
    const outside = results.filter(({ isInside }) => !isInside).length;
    const nameOf = ({ cell, measure, quantile }: Comparison): string =>
      `${cellName(cell)}, ${measure}, ${quantile}`;
    if (model !== "the model") {
      const caught = results.filter(
        (result) => !result.isInside && insideTheModel.has(nameOf(result)),
      ).length;
      console.log(
        `The wrong model that ${model}: ${outside} of ${results.length} outside, ${caught} of them where the model is inside`,
      );
      if (caught === 0) isGood = false;
      continue;
    }
    for (const result of results) if (result.isInside) insideTheModel.add(nameOf(result));
    printTable(cells, results);
    printNetwork(measurements);
    if (jsonFile !== undefined) fs.writeFileSync(jsonFile, JSON.stringify(results, null, 2));
    if (outside > 0) isGood = false;
  }
  const baseline = measurements.find(({ cell }) => cellName(cell) === cellName(BASELINE));
  if (baseline !== undefined) printBaseline(baseline);
  return isGood;
}

const { values } = parseArgs({
  options: {
    measure: { type: "string" },
    samples: { type: "string" },
    json: { type: "string" },
    lanes: { type: "string", default: "4" },
    only: { type: "string", default: "" },
  },
});
const file = values.measure ?? values.samples;
if (file === undefined) {
  console.error("Say --measure FILE or --samples FILE: where samples go, or come from");
  process.exit(2);
}
if (values.measure !== undefined) {
  const obstacle = kernelNetworkObstacle();
  if (obstacle !== null) {
    console.error(`A measurement ${obstacle}`);
    process.exit(2);
  }
  const cells = [BASELINE, ...GRID].filter((cell) => cellName(cell).includes(values.only));
  await measure(file, cells, Number(values.lanes));
}
if (!compare(readSamples(file), values.json)) process.exitCode = 1;
