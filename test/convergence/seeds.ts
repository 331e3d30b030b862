// npm run seeds: runs the shipped scenarios under other seeds, and prints who fails and why. Scenarios must hold for
// the right reason: no seed is ever chosen because it happens to pass.
//
//   npm run seeds -- --seeds 1..20 [churn massive-crash]
//
// Without names: all but `large`, which takes a minute a seed.

import { parseArgs } from "node:util";
import { runScenario } from "./trial.js";
import { SHIPPED_SCENARIOS, readShipped } from "./shipped-scenarios.js";

const { values, positionals } = parseArgs({
  options: { seeds: { type: "string", default: "1..20" } },
  allowPositionals: true,
});
const names =
  positionals.length > 0 ? positionals : SHIPPED_SCENARIOS.filter((name) => name !== "large");

for (const name of names) runSeeds(name, parseSeeds(values.seeds));

function runSeeds(name: string, seeds: readonly number[]): void {
  const started = performance.now();
  const failed: string[] = [];
  for (const seed of seeds) {
    const { failures } = runScenario(readShipped(name, seed));
    if (failures.length > 0) failed.push(`  seed ${seed}: ${failures.join("\n    ")}`);
  }
  const seconds = Math.round((performance.now() - started) / 1_000);
  const held = `${seeds.length - failed.length} of ${seeds.length}`;
  console.log(
    `${failed.length === 0 ? "✔" : "✘"} ${name.padEnd(20)} ${held} seeds hold, ${seconds} s`,
  );
  for (const line of failed) console.log(line);
  if (failed.length > 0) process.exitCode = 1;
}

/** `1..20`, or `3,5,8`. */
function parseSeeds(text: string): number[] {
  const range = /^(\d+)\.\.(\d+)$/u.exec(text);
  if (range === null) return text.split(",").map(Number);
  const from = Number(range[1]);
  return Array.from({ length: Number(range[2]) - from + 1 }, (_, i) => from + i);
}
