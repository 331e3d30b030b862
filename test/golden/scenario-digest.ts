// Runs a shipped scenario with the built program, as a user does, and gives its digest.

import * as path from "node:path";
import { PROJECT_FOLDER, runProgram } from "../support/built-program.js";
import type { ProgramOptions } from "../support/built-program.js";

/** The digest of a shipped scenario. Throws unless all that it expects held. */
export function scenarioDigest(name: string, options: ProgramOptions = {}): string {
  const file = path.join(PROJECT_FOLDER, "scenarios", `${name}.yaml`);
  const { exit, standardOutput, standardError } = runProgram(["sim", file], options);
  const [, digest] = /^digest ([0-9a-f]{64})$/mu.exec(standardOutput) ?? [];
  if (digest === undefined || exit !== 0) {
    throw new Error(`${name} ended with ${String(exit)}:\n${standardOutput}${standardError}`);
  }
  return digest;
}
