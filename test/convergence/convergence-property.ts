// Discovery converges: for any generated network and any faults that end, safety holds always and liveness at the
// end. A failure is shrunk to the smallest scenario that still fails, as YAML that the program runs.

import fc from "fast-check";
import { stringify } from "yaml";
import type { ProtocolDefinition } from "../../src/scenarios/protocol-definition.js";
import { generatedScenario } from "./generated-scenario.js";
import type { ScenarioSizes, WrittenScenario } from "./generated-scenario.js";
import { runText } from "./trial.js";

export interface ConvergenceOptions extends ScenarioSizes {
  readonly seed: number;
  readonly runs: number;
  /** Where fast-check found a failure before, to go straight there. */
  readonly path?: string | undefined;
  /** No further run begins after so long; what ran until then counts. */
  readonly secondsMax?: number | undefined;
  /** Protocols besides the shipped ones, and the one to take for discovery. */
  readonly protocols?: readonly ProtocolDefinition[];
  readonly discovery?: string;
}

/** What a campaign found. */
export interface Convergence {
  readonly runs: number;
  /** The slowest settling of a run without a failure, in seconds after the start of the quiet phase. */
  readonly slowestSeconds: number;
  /** The scenario that settled slowest. */
  readonly slowestYaml: string;
  readonly failure: ConvergenceFailure | null;
}

/** The smallest scenario that failed. */
export interface ConvergenceFailure {
  readonly yaml: string;
  readonly reason: string;
  readonly seed: number;
  readonly path: string;
}

/** Runs a campaign of generated scenarios. The same options give the same scenarios. */
export function checkConvergence(options: ConvergenceOptions): Convergence {
  const { seed, runs, path, secondsMax, protocols = [] } = options;
  let slowestSeconds = 0;
  let slowestYaml = "";
  const property = fc.property(generatedScenario(options), (scenario) => {
    const { failures, report } = runText(stringify(scenario, { aliasDuplicateObjects: false }), {
      protocols,
    });
    if (failures.length > 0) throw new Error(failures.join("\n"));
    const settling = report.convergence.find(({ name }) => name === "members-settle");
    const seconds = (settling?.slowestMicros ?? 0) / 1e6;
    if (seconds > slowestSeconds) {
      slowestSeconds = seconds;
      slowestYaml = stringify(scenario, { aliasDuplicateObjects: false });
    }
  });
  const result = fc.check(property, {
    seed,
    numRuns: runs,
    ...(path === undefined ? {} : { path }),
    ...(secondsMax === undefined
      ? {}
      : { interruptAfterTimeLimit: secondsMax * 1_000, markInterruptAsFailure: false }),
  });
  return { runs: result.numRuns, slowestSeconds, slowestYaml, failure: failureOf(result) };
}

function failureOf(result: fc.RunDetails<[WrittenScenario]>): ConvergenceFailure | null {
  if (result.counterexample === null) return null;
  const { errorInstance, seed, counterexamplePath } = result;
  return {
    yaml: stringify(result.counterexample[0], { aliasDuplicateObjects: false }),
    reason: errorInstance instanceof Error ? errorInstance.message : String(errorInstance),
    seed,
    path: counterexamplePath,
  };
}

/** A failure for people: why, the smallest scenario, and the commands that repeat it. */
export function showFailure({ yaml, reason, seed, path }: ConvergenceFailure): string {
  return [
    reason,
    "",
    "The smallest scenario that fails; save it as failing.yaml:",
    "",
    yaml,
    "npm run sim -- failing.yaml",
    "npm run fuzz -- --scenario failing.yaml",
    `npm run fuzz -- --seed ${seed} --path ${path}`,
  ].join("\n");
}
