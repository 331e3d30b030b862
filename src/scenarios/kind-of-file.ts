// Scenarios and comparisons of scenarios are both YAML with the same words in other places. Whoever hands a command the
// other one is told so, in place of everything that is wrong with it as what it is not.

import { ScenarioError } from "./scenario-error.js";
import type { ScenarioSource } from "./scenario-source.js";

/** Throws `ScenarioError` for a comparison. */
export function requireScenario(source: ScenarioSource): void {
  if (!source.has("variants") || source.has("nodes")) return;
  refuse(source, "variants", {
    message: "the file is a comparison of scenarios",
    expected: "a scenario",
    remedy: `npm run compare -- ${source.file}`,
  });
}

/** Throws `ScenarioError` for a scenario. */
export function requireComparison(source: ScenarioSource): void {
  if (!source.has("nodes") || source.has("variants")) return;
  refuse(source, "nodes", {
    message: "the file is a scenario",
    expected: "a comparison, with scenario, variants and measures",
    remedy: `npm run sim -- ${source.file}`,
  });
}

function refuse(
  source: ScenarioSource,
  key: string,
  { message, ...advice }: { message: string; expected: string; remedy: string },
): never {
  throw new ScenarioError(source.file, [
    source.problemAt([key], message, { ...advice, atKey: true }),
  ]);
}
