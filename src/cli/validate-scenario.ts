// Is this a scenario, and what does it come to?

import { expandScenario } from "../scenarios/expand-scenario.js";
import type { ParsedScenario } from "../scenarios/parse-scenario.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import { SHIPPED_PROTOCOLS } from "../scenarios/protocol-registry.js";
import { ScenarioError } from "../scenarios/scenario-error.js";
import { formatDuration } from "../scenarios/units.js";
import type { CommandOutput } from "./command-output.js";
import { ExitCode } from "./exit-code.js";
import { readGivenScenario } from "./given-scenario.js";
import type { GivenScenario } from "./given-scenario.js";

/** What `validate` can be told about a scenario. */
export interface ScenarioArguments extends GivenScenario {
  /** Whether to print it with every default and every single event. */
  readonly expand: boolean;
}

/** Checks a scenario and prints what it is. Returns the exit code: 0, or 2 when it cannot be used. */
export function validateScenario(
  given: ScenarioArguments,
  output: CommandOutput,
  own: readonly ProtocolDefinition[] = [],
): number {
  try {
    const protocols = [...SHIPPED_PROTOCOLS, ...own];
    const parsed = readGivenScenario(given, protocols);
    output.out(given.expand ? expandScenario(parsed, protocols) : summary(given, parsed));
    return ExitCode.ok;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    output.error(`${error.message}\n`);
    return ExitCode.usage;
  }
}

function summary({ scenario: file }: GivenScenario, { scenario }: ParsedScenario): string {
  const { name, nodeCount, classes, endMicros, events, churn, workload, expect } = scenario;
  const parts = [
    `${nodeCount} ${nodeCount === 1 ? "node" : "nodes"} in ${counted(classes.length, "class", "classes")}`,
    formatDuration(endMicros),
    counted(events.length, "event", "events"),
    ...(churn.length > 0 ? ["churn"] : []),
    ...(workload.length > 0 ? [counted(workload.length, "workload", "workloads")] : []),
    counted(expect.length, "expectation", "expectations"),
  ];
  return `${file}: ${name} is valid: ${parts.join(", ")}\n`;
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}
