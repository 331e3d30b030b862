// From the text of a scenario to what a run is built from. The one entry to the scenario language; it reads
// no file itself and runs in a browser too.

import { completeScenario } from "./completion.js";
import type { CompleteScenario, ScenarioOverrides } from "./completion.js";
import { checkDatagramConditions } from "./datagram-conditions.js";
import { checkEmptyConditions } from "./empty-conditions.js";
import { resolveEvent } from "./event-resolution.js";
import { unfoldEvents } from "./event-unfolding.js";
import { completeExpectation, resolveExpectation } from "./expectation-resolution.js";
import { Imports, noImports } from "./imports.js";
import type { ImportReader } from "./imports.js";
import { regionsOf, resolveLatency, resolveNetwork } from "./network-resolution.js";
import { requireScenario } from "./kind-of-file.js";
import { NodeDirectory } from "./node-directory.js";
import { NODE_COUNT_MAX } from "./node-schema.js";
import { placeNodes, resolveClasses } from "./node-resolution.js";
import type { ParamOverrides } from "./param-substitution.js";
import { ProblemLog } from "./problem-log.js";
import { resolveChurn, resolveMeasure, resolveWorkload } from "./process-resolution.js";
import type { ProtocolDefinition } from "./protocol-definition.js";
import { ProtocolResolver } from "./protocol-resolution.js";
import { ScenarioError } from "./scenario-error.js";
import { scenarioSchema } from "./scenario-schema.js";
import type { WrittenScenario } from "./scenario-schema.js";
import { ScenarioSource } from "./scenario-source.js";
import type { SourcePath } from "./scenario-source.js";
import type { ParamValue, Scenario } from "./scenario.js";
import { schemaProblems } from "./schema-problems.js";
import { SelectorReader } from "./selector-reading.js";
import { checkStartContacts } from "./start-contacts.js";
import { resolveStart } from "./start-resolution.js";
import { Timeline } from "./timeline.js";

/** A scenario to read. */
export interface ScenarioInput {
  /** Name of the file, for messages. */
  readonly file: string;
  readonly text: string;
  /** The protocols that the scenario may name. */
  readonly protocols: readonly ProtocolDefinition[];
  /** Params, seed and number of nodes that replace the scenario's. */
  readonly overrides?: ScenarioOverrides & { readonly params?: ParamOverrides };
  /** Reads the files that the scenario names; refuses them all when left out. */
  readonly readImport?: ImportReader;
}

/** A scenario that was read. */
export interface ParsedScenario {
  readonly scenario: Scenario;
  /** The same in long written form, events single: what `expandScenario` prints. */
  readonly expanded: WrittenScenario;
}

/** Reads and checks a scenario. Throws `ScenarioError` with everything that is wrong with it. */
export function parseScenario(input: ScenarioInput): ParsedScenario {
  const { file, text, protocols, overrides = {} } = input;
  const source = new ScenarioSource(file, text);
  requireScenario(source);
  const params = source.substitute(overrides.params ?? {});
  const data = source.data();
  const schemas = scenarioSchema(protocols);
  const read = schemas.scenario.safeParse(data);
  if (!read.success) throw new ScenarioError(file, schemaProblems(source, data, read.error.issues));
  const log = new ProblemLog(source);
  checkEmptyConditions(data, log);
  const complete = completeScenario(read.data, {
    overrides,
    makeClass: (count) => schemas.nodeClass.parse({ count }),
    log,
  });
  const churnPath = (i: number): SourcePath =>
    Array.isArray(read.data.churn) ? ["churn", i] : ["churn"];
  const parsed = resolve(complete, { input, params, log, churnPath });
  log.throwIfAny();
  return parsed;
}

interface Surroundings {
  readonly input: ScenarioInput;
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly log: ProblemLog;
  /** Where the churn of this number was written: alone, or in a list. */
  readonly churnPath: (i: number) => SourcePath;
}

function resolve(
  written: CompleteScenario,
  { input, params, log, churnPath }: Surroundings,
): ParsedScenario {
  const imports = new Imports(input.readImport ?? noImports, log);
  const directory = nodeDirectory(written.nodes, log);
  const timeline = new Timeline(written.phases, log);
  const protocols = new ProtocolResolver(input.protocols, {
    base: written.protocols,
    nodeCount: directory.nodeCount,
    log,
  });
  const latency = resolveLatency(written.network.latency, imports);
  const regions = regionsOf(latency);
  const unfolded = unfoldEvents(written.events, timeline, log);
  const events = new Map(unfolded.map((event) => [event.written.name, event.written.do]));
  const selectors = new SelectorReader({ nodes: directory, regions, events, log });
  const surroundings = { timeline, selectors, imports, protocols, log, directory };
  const expect = written.expect.map((expectation, i) =>
    completeExpectation(expectation, ["expect", i], surroundings),
  );
  const classes = resolveClasses(written.nodes, directory, protocols);
  checkJoins(written, log);
  checkDatagramConditions(written, { classes, definitions: input.protocols, log });
  const scenario: Scenario = {
    name: written.name,
    description: written.description,
    seed: written.seed,
    params,
    classes,
    nodeCount: directory.nodeCount,
    regionOf: placeNodes(written.nodes, { directory, regions, log }),
    start: resolveStart(written.start, { ...surroundings, classes: written.nodes }),
    phases: timeline.phases,
    endMicros: timeline.endMicros,
    network: resolveNetwork(written.network, latency, surroundings),
    churn: written.churn.map((churn, i) => resolveChurn(churn, churnPath(i), surroundings)),
    workload: written.workload.map((work, i) =>
      resolveWorkload(work, ["workload", i], surroundings),
    ),
    events: unfolded.map((event) => resolveEvent(event, surroundings)),
    measure: resolveMeasure(written.measure, surroundings),
    expect: expect.map((expectation, i) =>
      resolveExpectation(expectation, ["expect", i], surroundings),
    ),
    imports: imports.files(),
  };
  checkStartContacts(scenario, log);
  const expanded = { ...written, events: unfolded.map((event) => event.written), expect };
  return { scenario, expanded };
}

function nodeDirectory(classes: CompleteScenario["nodes"], log: ProblemLog): NodeDirectory {
  const directory = new NodeDirectory(
    Object.entries(classes).map(([name, { count }]) => ({ name, count })),
  );
  if (directory.nodeCount > NODE_COUNT_MAX) {
    log.report(["nodes"], `${directory.nodeCount} nodes in all`, {
      expected: `at most ${NODE_COUNT_MAX} nodes`,
      remedy: "lower the counts",
    });
    // What follows takes memory for every node.
    log.throwIfAny();
  }
  return directory;
}

/** A class that waits for an event must have one: it would be silently absent. */
function checkJoins(written: CompleteScenario, log: ProblemLog): void {
  if (written.events.some((event) => event.do === "join")) return;
  for (const [name, { joins }] of Object.entries(written.nodes)) {
    if (joins === "start") continue;
    log.report(["nodes", name, "joins"], "waits for an event, and none lets nodes join", {
      expected: "an event with do: join",
      remedy: `add { at: 10s, do: join, who: ${name} } to events, or remove joins`,
    });
  }
}
