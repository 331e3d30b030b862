// Scenarios of this folder, run in one way or another: what all tests of determinism compare is the digest.

import * as fs from "node:fs";
import * as path from "node:path";
import { stringify } from "yaml";
import { nodePlatform } from "../../src/scenarios/node-platform.js";
import { parseScenario } from "../../src/scenarios/parse-scenario.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import type { Scenario } from "../../src/scenarios/scenario.js";
import { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import type { SimulatedRunOptions } from "../../src/scenarios/simulated-run.js";
import type { WrittenScenario } from "../convergence/generated-scenario.js";
import { PROJECT_FOLDER } from "../support/built-program.js";

/** A bit of everything, on sixteen nodes. */
export const EVERYTHING = path.join(PROJECT_FOLDER, "test/determinism/everything.yaml");

/** The text of a scenario's file. */
export function textOf(file: string): string {
  return fs.readFileSync(file, "utf8");
}

/** Reads a scenario that names no files. */
export function scenarioOf(text: string): Scenario {
  return parseScenario({ file: "test.yaml", text, protocols: SHIPPED_PROTOCOLS }).scenario;
}

/** A drawn scenario as people would write it, ended early: determinism shows in seconds. */
export function writtenText(written: WrittenScenario): string {
  return stringify(written);
}

/** A run that has not begun. Nobody watches it unless options say otherwise. */
export function runOf(
  scenario: Scenario,
  options: Partial<SimulatedRunOptions> = {},
): SimulatedRun {
  return new SimulatedRun(scenario, { platform: nodePlatform, watches: false, ...options });
}

/** The digest at the end of a run. */
export function digestOf(run: SimulatedRun): string {
  while (run.step());
  return run.digest() ?? "none";
}
