// One run of a scenario text, judged: its expectations, and what must never happen whatever a scenario expects.
// Fuzzing, mutants and the seeds of the shipped scenarios all run this way.

import { nodePlatform } from "../../src/scenarios/node-platform.js";
import { parseScenario } from "../../src/scenarios/parse-scenario.js";
import type { ProtocolDefinition } from "../../src/scenarios/protocol-definition.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import type { WatchReport } from "../../src/scenarios/run-report.js";
import type { Scenario } from "../../src/scenarios/scenario.js";
import { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import { SafetyWatch } from "./safety-watch.js";

/** More events than any scenario here needs: a storm of messages ends the run instead of the test. */
const EVENTS_MAX = 20_000_000;

export interface TrialOptions {
  /** Protocols besides the shipped ones. */
  readonly protocols?: readonly ProtocolDefinition[];
  readonly seed?: number | undefined;
  readonly params?: Readonly<Record<string, number | string>>;
  /** Makes what is called before every event: how a test spoils the simulator itself. */
  readonly meddler?: (run: SimulatedRun) => () => void;
}

/** How a run ended. */
export interface Trial {
  /** What went wrong, one line each; empty when nothing did. */
  readonly failures: readonly string[];
  /** Names of the expectations that failed. */
  readonly broken: readonly string[];
  readonly report: WatchReport;
  readonly events: number;
  readonly digest: string | null;
}

/** Runs a scenario's text to its end. Throws what the run throws: a broken invariant, a handler's error. */
export function runText(text: string, options: TrialOptions = {}): Trial {
  const { protocols = [], seed, params } = options;
  const { scenario } = parseScenario({
    file: "trial.yaml",
    text,
    protocols: [...SHIPPED_PROTOCOLS, ...protocols],
    overrides: { seed, ...(params === undefined ? {} : { params }) },
  });
  return runScenario(scenario, options);
}

/** Runs a scenario that was read. */
export function runScenario(
  scenario: Scenario,
  { protocols = [], meddler }: TrialOptions = {},
): Trial {
  let safety: SafetyWatch | null = null;
  const run = new SimulatedRun(scenario, {
    platform: nodePlatform,
    protocols,
    limits: { eventsMax: EVENTS_MAX },
    sinks: (view) => {
      safety = new SafetyWatch(view);
      return [safety];
    },
  });
  const meddle = meddler?.(run) ?? (() => undefined);
  do meddle();
  while (run.step());
  const report = run.finish({
    virtualMicros: scenario.endMicros,
    events: run.simulation.eventCount,
  });
  if (report === null) throw new Error("a trial is watched");
  const broken = report.expectations.filter(({ holds }) => !holds);
  const unsafe = (safety as SafetyWatch | null)?.violations ?? [];
  return {
    failures: [
      ...broken.map(({ name, expected, observed }) => `${name}: expected ${expected}; ${observed}`),
      ...unsafe,
    ],
    broken: broken.map(({ name }) => name),
    report,
    events: run.simulation.eventCount,
    digest: run.digest(),
  };
}
