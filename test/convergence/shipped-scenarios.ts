// The scenarios that come with the program, read under any seed.

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readScenarioFile } from "../../src/scenarios/node-scenario-file.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import type { Scenario } from "../../src/scenarios/scenario.js";

const FOLDER = join(import.meta.dirname, "../../scenarios");

/** Their names, in alphabetical order. */
export const SHIPPED_SCENARIOS: readonly string[] = readdirSync(FOLDER)
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => file.replace(".yaml", ""))
  .sort();

/** One of them under a seed. */
export function readShipped(name: string, seed: number): Scenario {
  const file = join(FOLDER, `${name}.yaml`);
  return readScenarioFile({ file, protocols: SHIPPED_PROTOCOLS, overrides: { seed } }).scenario;
}
