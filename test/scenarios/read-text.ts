// Reads scenarios in tests: from text, with the shipped protocols, and with files that exist only here.

import { ImportError } from "../../src/scenarios/import-error.js";
import { parseScenario } from "../../src/scenarios/parse-scenario.js";
import type { ParsedScenario, ScenarioInput } from "../../src/scenarios/parse-scenario.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import { ScenarioError } from "../../src/scenarios/scenario-error.js";
import type { ScenarioProblem } from "../../src/scenarios/scenario-error.js";

export interface ReadOptions {
  readonly files?: Readonly<Record<string, string>>;
  readonly overrides?: NonNullable<ScenarioInput["overrides"]>;
}

/** Reads a scenario from its text. */
export function readScenario(
  text: string,
  { files = {}, overrides = {} }: ReadOptions = {},
): ParsedScenario {
  return parseScenario({
    file: "test.yaml",
    text,
    protocols: SHIPPED_PROTOCOLS,
    overrides,
    readImport: (path) => {
      const content = files[path];
      if (content === undefined) throw new ImportError("there is no such file", "check the path");
      return content;
    },
  });
}

/** A scenario of ten nodes over six regions with these lines besides. */
export function scenarioWith(lines: string): string {
  return [
    "name: test",
    "seed: 1",
    "nodes: { boot: 1, home: 9 }",
    "phases: { build: 20s, run: 60s, settle: 20s }",
    "network: { latency: { use: aws-11 } }",
    "protocols: { discovery: { use: genesis }, broadcast: { use: flood } }",
    lines,
  ].join("\n");
}

/** What is wrong with a text; fails the test when nothing is, or when it is no `ScenarioError`. */
export function problemsOf(text: string, options: ReadOptions = {}): readonly ScenarioProblem[] {
  return errorOf(text, options).problems;
}

/** The error of a text. */
export function errorOf(text: string, options: ReadOptions = {}): ScenarioError {
  try {
    readScenario(text, options);
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error(`Expected a ScenarioError for:\n${text}`);
}
