// The same scenario simulated and live, compared by figure:
//
//   npm run parity -- SCENARIO --runs N [--grade shim|kernel] [--at-once K] [--keep FOLDER] [--wrong] [--built]
//                     [-- OPTIONS OF sim]
//
// Runs are the unit: run i has the seed i in both worlds, so that the same nodes churn at the same times. Exit code 0 if
// all figures are equal, else 1. `--at-once` lets so many live runs go at the same time: for networks of which several
// leave the machine idle. `--keep` keeps the reports of runs in a folder, and takes those that are there. `--wrong`
// compares the live runs with stream models that are wrong on purpose as well, none of which may pass. `--built` takes the
// program as it is built, else it is built anew.

import { spawn, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { parseArgs } from "node:util";

import type { RunReport } from "../../src/scenarios/run-report.js";
import { compareWorlds, parityTable } from "./comparison.js";
import { WRONG_MODELS, makeWrongProgram } from "./wrong-models.js";

const PROGRAM = path.join("dist", "cli", "main.js");
/** What runs a scenario live, by grade: the simulator's rules above the sockets, or the kernel's TCP in namespaces. */
const LIVE = {
  shim: [PROGRAM, "sim", "--transport", "tcp"],
  kernel: ["--import", "tsx", path.join("test", "parity", "kernel-run.ts")],
};
const WRONG_FOLDER = path.join(".cache", "wrong-models");

interface Batch {
  readonly scenario: string;
  readonly runCount: number;
  readonly folder: string;
  readonly passedOn: readonly string[];
}

/** One run, unless its report is there already. */
async function runOnce(
  program: readonly string[],
  words: readonly string[],
  file: string,
): Promise<RunReport> {
  if (!fs.existsSync(file)) {
    const child = spawn(process.execPath, [...program, ...words, "--report", file], {
      stdio: ["ignore", "ignore", "inherit"],
    });
    const code = await new Promise((resolve) => child.once("close", resolve));
    // A failed expectation is a figure as well; anything else is none.
    if (code !== 0 && code !== 1)
      throw new Error(`sim ${words.join(" ")} ended with ${String(code)}`);
  }
  return JSON.parse(fs.readFileSync(file, "utf8")) as RunReport;
}

/** One run for each seed, in one world, so many at the same time; reports in the order of seeds. */
async function runAll(
  { scenario, runCount, folder, passedOn }: Batch,
  world: { readonly name: string; readonly program: readonly string[] },
  atOnce = 1,
): Promise<RunReport[]> {
  const reports: RunReport[] = [];
  let nextSeed = 1;
  const oneAfterTheOther = async (): Promise<void> => {
    while (nextSeed <= runCount) {
      const seed = nextSeed++;
      const words = [scenario, "--seed", String(seed), ...passedOn];
      const file = path.join(folder, `${world.name}-${seed}.json`);
      reports[seed - 1] = await runOnce(world.program, words, file);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, oneAfterTheOther));
  reports.forEach(({ live, expectations }, place) => {
    if (live === null) return;
    const { lagMillis, processorShare, waitedShare } = live;
    const failed = expectations.filter(({ holds }) => !holds).map(({ name }) => name);
    process.stdout.write(
      `run ${place + 1}: event loop late by ${lagMillis.p99} ms (99 %), ${lagMillis.max} ms (most); ` +
        `${processorShare} processors busy, ${String(waitedShare)} of the time waiting for one; ` +
        `${failed.length === 0 ? "all expectations held" : `failed: ${failed.join(", ")}`}\n`,
    );
  });
  return reports;
}

/** Whether each wrong model differs somewhere where the model is equal. */
async function areWrongModelsFound(
  batch: Batch,
  live: readonly RunReport[],
  equalNames: ReadonlySet<string>,
): Promise<boolean> {
  let areAllFound = true;
  for (const [place, model] of WRONG_MODELS.entries()) {
    const program = makeWrongProgram(model, path.join(WRONG_FOLDER, String(place)));
    const world = { name: `wrong-${place}`, program: [program, "sim"] };
    const figures = compareWorlds(live, await runAll(batch, world));
    const found = figures.filter(
      ({ name, verdict }) => verdict === "different" && equalNames.has(name),
    );
    const shown = found.map(
      ({ name, interval }) => `${name} (${interval?.ratio.toFixed(3) ?? "never"})`,
    );
    process.stdout.write(
      `The wrong model that ${model.name}: ` +
        `${shown.length === 0 ? "**not found**" : `different where the model is equal: ${shown.join(", ")}`}\n`,
    );
    if (found.length === 0) areAllFound = false;
  }
  return areAllFound;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    runs: { type: "string" },
    grade: { type: "string", default: "shim" },
    "at-once": { type: "string", default: "1" },
    built: { type: "boolean", default: false },
    keep: { type: "string" },
    wrong: { type: "boolean", default: false },
  },
});
const [scenario, ...passedOn] = positionals;
const runCount = Number(values.runs);
if (values.grade !== "shim" && values.grade !== "kernel") {
  process.stderr.write(`--grade ${values.grade}: expected shim or kernel\n`);
  process.exit(2);
}
if (scenario === undefined || !Number.isInteger(runCount) || runCount < 2) {
  process.stderr.write(
    "npm run parity -- SCENARIO --runs N: expected a file and at least 2 runs\n",
  );
  process.exit(2);
}
const atOnce = Number(values["at-once"]);
if (!Number.isInteger(atOnce) || atOnce < 1) {
  process.stderr.write(`--at-once ${values["at-once"]}: expected a whole number from 1\n`);
  process.exit(2);
}
if (!fs.existsSync(scenario)) {
  process.stderr.write(
    `${scenario}: there is no such file; expected a scenario, as scenarios/churn.yaml\n`,
  );
  process.exit(2);
}
if (!values.built) {
  const { status } = spawnSync("npm", ["run", "build"], { stdio: ["ignore", "ignore", "inherit"] });
  if (status !== 0) process.exit(3);
}
const folder = values.keep ?? fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-parity-"));
fs.mkdirSync(folder, { recursive: true });
const batch: Batch = { scenario, runCount, folder, passedOn };
try {
  const simulated = await runAll(batch, { name: "sim", program: [PROGRAM, "sim"] });
  const world = { name: values.grade, program: LIVE[values.grade] };
  const live = await runAll(batch, world, atOnce);
  const figures = compareWorlds(live, simulated);
  process.stdout.write(`\n${parityTable(figures)}\n\n`);
  const equal = figures.filter(({ verdict }) => verdict === "equal");
  let isGood = equal.length === figures.length;
  process.stdout.write(`${equal.length} of ${figures.length} equal, ${runCount} runs each.\n`);
  if (values.wrong) {
    const equalNames = new Set(equal.map(({ name }) => name));
    const areFound = await areWrongModelsFound(batch, live, equalNames);
    isGood &&= areFound;
  }
  process.exitCode = isGood ? 0 : 1;
} finally {
  if (values.keep === undefined) fs.rmSync(folder, { recursive: true });
}
