// npm run fuzz without a target: a long campaign of generated scenarios, or one saved scenario under the same watch. The smallest
// scenario that fails and the one that settled slowest are written to .cache/fuzz.
//
//   npm run fuzz -- --runs 1000 --seed 7 [--nodes 40] [--minutes 10] [--path 3:1:0]
//   npm run fuzz -- --scenario failing.yaml

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { checkConvergence, showFailure } from "./convergence-property.js";
import { runText } from "./trial.js";

/** Where a campaign writes scenarios. */
const FOLDER = ".cache/fuzz";

/** Runs the command with its words; answers whether everything held. */
export function fuzzConvergence(words: readonly string[]): boolean {
  const { values } = parseArgs({
    args: [...words],
    options: {
      runs: { type: "string", default: "1000" },
      seed: { type: "string", default: "1" },
      nodes: { type: "string", default: "40" },
      faults: { type: "string", default: "8" },
      minutes: { type: "string" },
      path: { type: "string" },
      scenario: { type: "string" },
    },
  });
  return values.scenario === undefined ? campaign(values) : replay(values.scenario);
}

interface CampaignWords {
  readonly runs: string;
  readonly seed: string;
  readonly nodes: string;
  readonly faults: string;
  readonly minutes?: string | undefined;
  readonly path?: string | undefined;
}

function campaign(values: CampaignWords): boolean {
  const seed = Number(values.seed);
  const started = performance.now();
  const { runs, slowestSeconds, slowestYaml, failure } = checkConvergence({
    seed,
    runs: Number(values.runs),
    nodesMax: Number(values.nodes),
    faultsMax: Number(values.faults),
    path: values.path,
    secondsMax: values.minutes === undefined ? undefined : Number(values.minutes) * 60,
  });
  const seconds = Math.round((performance.now() - started) / 1_000);
  console.log(`seed ${seed}: ${runs} runs in ${seconds} s; slowest settling ${slowestSeconds} s`);
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(`${FOLDER}/slowest-${seed}.yaml`, slowestYaml);
  if (failure === null) return true;
  const file = `${FOLDER}/failing-${seed}.yaml`;
  writeFileSync(file, failure.yaml);
  console.log(showFailure(failure).replaceAll("failing.yaml", file));
  return false;
}

function replay(file: string): boolean {
  const { failures, digest } = runText(readFileSync(file, "utf8"));
  console.log(failures.length === 0 ? `${file}: holds` : failures.join("\n"));
  console.log(`digest ${digest ?? "none"}`);
  return failures.length === 0;
}
