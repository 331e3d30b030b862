// The scenario that a command line names, with what it says instead of the file: the same for every verb.

import { readScenarioFile } from "../scenarios/node-scenario-file.js";
import type { ParsedScenario } from "../scenarios/parse-scenario.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import { readWholeNumber } from "./read-number.js";
import { parseSettings } from "./settings.js";

/** The part of a command line that says which scenario is meant. */
export interface GivenScenario {
  readonly scenario: string;
  readonly set: readonly string[];
  readonly seed: string | undefined;
  readonly nodes: string | undefined;
}

/** Reads the file and puts in what the command line says. Throws `ScenarioError` and `UsageError`. */
export function readGivenScenario(
  given: GivenScenario,
  protocols: readonly ProtocolDefinition[],
): ParsedScenario {
  return readScenarioFile({
    file: given.scenario,
    protocols,
    overrides: {
      params: parseSettings(given.set),
      seed: given.seed === undefined ? undefined : readSeed(given.seed),
      nodeCount: given.nodes === undefined ? undefined : readWholeNumber("--nodes", given.nodes),
    },
  });
}

/** A seed on the command line: a whole number where it is written as one, else a text. */
function readSeed(text: string): number | string {
  return /^\d{1,15}$/u.test(text) ? Number(text) : text;
}
