// Compares PHOLD on Peerscape's whole stack with bare schedulers: in every round each contestant runs
// once, one after the other, so that what slows the machine down slows all of them. Ratios are taken
// within a round; the table shows their median and range. `npm run bench -- --help` lists the options.

import * as fs from "node:fs";
import * as os from "node:os";
import { parseArgs } from "node:util";
import { gatherField, runOnce } from "./contestant.js";
import type { Contestant, PholdResult } from "./contestant.js";

const USAGE = `npm run bench -- [--rounds N] [--nodes N,N,...] [--deliveries N] [--json FILE]

  --rounds      how often each contestant runs; medians are printed (default 5)
  --nodes       sizes of the network (default 1000,10000,100000,1000000)
  --deliveries  messages delivered in each run (default 5000000; SimPy: a tenth)
  --json        also writes every single result to this file
`;

/** All results of one contestant at one size, by round. */
interface Series {
  readonly contestant: string;
  readonly nodes: number;
  readonly results: readonly PholdResult[];
}

function main(): void {
  const options = readOptions();
  const { peerscape, others, absent } = gatherField();
  const contestants = [peerscape, ...others];
  const all: Series[] = [];
  process.stdout.write(`${machineLine()}\n${TABLE_HEAD}`);
  for (const nodes of options.nodes) {
    const series = runRounds(contestants, { ...options, nodes });
    const [ours, ...theirs] = series;
    if (ours === undefined) throw new Error("Peerscape did not take part");
    assertRepeatable(ours);
    process.stdout.write([ours, ...theirs].map((one) => tableRow(one, ours)).join(""));
    all.push(...series);
  }
  for (const line of absent) process.stdout.write(`\nnot measured: ${line}`);
  process.stdout.write("\n");
  if (options.json !== undefined) {
    fs.writeFileSync(options.json, `${JSON.stringify({ machine: machineLine(), all }, null, 2)}\n`);
  }
}

interface Options {
  readonly rounds: number;
  readonly nodes: readonly number[];
  readonly deliveries: number;
  readonly json: string | undefined;
}

function readOptions(): Options {
  const { values } = parseArgs({
    options: {
      rounds: { type: "string", default: "5" },
      nodes: { type: "string", default: "1000,10000,100000,1000000" },
      deliveries: { type: "string", default: "5000000" },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    process.exit(0);
  }
  return {
    rounds: wholeNumber("--rounds", values.rounds),
    nodes: values.nodes.split(",").map((text) => wholeNumber("--nodes", text)),
    deliveries: wholeNumber("--deliveries", values.deliveries),
    json: values.json,
  };
}

function wholeNumber(option: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value > 0) return value;
  process.stderr.write(`${option} ${text}: expected a whole number above 0\n\n${USAGE}`);
  process.exit(2);
}

/** Runs every contestant once a round, beginning with another one in each round. */
function runRounds(
  contestants: readonly Contestant[],
  { rounds, nodes, deliveries }: { rounds: number; nodes: number; deliveries: number },
): Series[] {
  const results: PholdResult[][] = contestants.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < contestants.length; turn++) {
      const i = (round + turn) % contestants.length;
      results[i]!.push(runOnce(contestants[i]!, { nodes, deliveries }));
    }
  }
  return contestants.map(({ name }, i) => ({ contestant: name, nodes, results: results[i]! }));
}

/** The digest is a promise: a benchmark that breaks it measured nothing. */
function assertRepeatable({ contestant, nodes, results }: Series): void {
  const digests = new Set(results.map(({ digest }) => digest));
  if (digests.size > 1) {
    throw new Error(`${contestant} gave ${digests.size} digests for ${nodes} nodes, expected one`);
  }
}

const TABLE_HEAD =
  "\n| nodes | contestant | M deliveries/s | Peerscape's ratio to it | range of the ratio |" +
  "\n|---:|---|---:|---:|---|\n";

function tableRow(series: Series, ours: Series): string {
  const rates = series.results.map(deliveriesPerSecond);
  const ratios = ours.results.map((result, i) => deliveriesPerSecond(result) / rates[i]!);
  const cells = [
    String(series.nodes),
    series.contestant + memoryNote(series),
    (median(rates) / 1e6).toFixed(2),
    series === ours ? "" : median(ratios).toFixed(2),
    series === ours ? "" : `${Math.min(...ratios).toFixed(2)}–${Math.max(...ratios).toFixed(2)}`,
  ];
  return `| ${cells.join(" | ")} |\n`;
}

function memoryNote({ results }: Series): string {
  const bytes = results.flatMap(({ bytesPerNode }) => bytesPerNode ?? []);
  return bytes.length === 0 ? "" : ` (${Math.round(median(bytes))} bytes a node)`;
}

function deliveriesPerSecond({ deliveries, seconds }: PholdResult): number {
  return deliveries / seconds;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  if (sorted.length % 2 === 1) return sorted[middle]!;
  return (sorted[middle - 1]! + sorted[middle]!) / 2;
}

function machineLine(): string {
  const processor = os.cpus()[0]?.model.trim() ?? "unknown processor";
  return `Node ${process.versions.node}, ${processor}, ${os.platform()} ${os.arch()}`;
}

main();
