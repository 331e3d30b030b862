// Brings a scenario as written into its long form: short forms and left-out names gone, what the caller
// overrides replaced. Still written form: completing it again changes nothing.

import type { ProblemLog } from "./problem-log.js";
import type { WrittenChurn } from "./process-schema.js";
import type { WrittenNodeClass, WrittenScenario } from "./scenario-schema.js";
import { withStableNames } from "./stable-names.js";

/** What a caller may change of a scenario besides its params. */
export interface ScenarioOverrides {
  readonly seed?: number | string | undefined;
  /** Nodes in all: classes of several nodes grow or shrink in proportion. */
  readonly nodeCount?: number | undefined;
}

type Named<Thing> = Thing & { readonly name: string };

/** A scenario in long form. */
export interface CompleteScenario extends Omit<
  WrittenScenario,
  "nodes" | "network" | "churn" | "workload" | "events" | "expect"
> {
  readonly nodes: Record<string, WrittenNodeClass>;
  readonly network: Omit<WrittenScenario["network"], "rules"> & {
    readonly rules: Named<WrittenScenario["network"]["rules"][number]>[];
  };
  readonly churn: Named<WrittenChurn>[];
  readonly workload: Named<WrittenScenario["workload"][number]>[];
  readonly events: Named<WrittenScenario["events"][number]>[];
  readonly expect: Named<WrittenScenario["expect"][number]>[];
}

/** Completes all but what depends on protocols. `makeClass` gives a class of so many nodes its defaults. */
export function completeScenario(
  written: WrittenScenario,
  {
    overrides,
    makeClass,
    log,
  }: {
    readonly overrides: ScenarioOverrides;
    readonly makeClass: (count: number) => WrittenNodeClass;
    readonly log: ProblemLog;
  },
): CompleteScenario {
  const churn = written.churn ?? [];
  const workload = withStableNames(written.workload, (work) => work.do);
  const rules = withStableNames(written.network.rules, () => "rule");
  const churns = withStableNames(Array.isArray(churn) ? churn : [churn], () => "churn");
  const expect = withStableNames(written.expect, (expectation) => kindOf(expectation));
  refuseDoubleNames("workload", workload, log);
  refuseDoubleNames("network.rules", rules, log);
  refuseDoubleNames("churn", churns, log);
  refuseDoubleNames("expect", expect, log);
  const start = written.start;
  return {
    ...written,
    seed: overrides.seed ?? written.seed,
    params: {},
    nodes: scale(longClasses(written.nodes, makeClass), overrides.nodeCount, log),
    start:
      (start.overlay === "join" || start.overlay === "star") && start.contact === undefined
        ? { ...start, contact: { id: [0, 0] as [number, number] } }
        : start,
    network: { ...written.network, rules },
    churn: churns,
    workload,
    events: withStableNames(written.events, (event) => event.do),
    expect,
  };
}

/** The key that names an expectation's kind. */
function kindOf(expectation: object): string {
  return Object.keys(expectation)[0] ?? "";
}

function longClasses(
  nodes: WrittenScenario["nodes"],
  makeClass: (count: number) => WrittenNodeClass,
): Record<string, WrittenNodeClass> {
  if (typeof nodes === "number") return { node: makeClass(nodes) };
  return Object.fromEntries(
    Object.entries(nodes).map(([name, value]) => [
      name,
      typeof value === "number" ? makeClass(value) : value,
    ]),
  );
}

/**
 * Changes the number of nodes: classes of one node keep it, the others share the rest in proportion, each at
 * least one node; what rounding leaves goes to the largest class.
 */
function scale(
  classes: Record<string, WrittenNodeClass>,
  nodeCount: number | undefined,
  log: ProblemLog,
): Record<string, WrittenNodeClass> {
  if (nodeCount === undefined) return classes;
  const entries = Object.entries(classes);
  const growing = entries.filter(([, { count }]) => count > 1);
  const fixedCount = entries.length - growing.length;
  const roomCount = nodeCount - fixedCount;
  if (growing.length === 0 || !Number.isInteger(nodeCount) || roomCount < growing.length) {
    log.report(["nodes"], `cannot be scaled to ${nodeCount} nodes`, {
      expected:
        growing.length === 0
          ? "a class of more than one node"
          : `a whole number of at least ${entries.length} nodes, one a class`,
      remedy: "change the classes in the file",
    });
    return classes;
  }
  const total = growing.reduce((sum, [, { count }]) => sum + count, 0);
  const scaled = new Map(
    growing.map(([name, { count }]) => [
      name,
      Math.max(1, Math.floor((count * roomCount) / total)),
    ]),
  );
  const used = Array.from(scaled.values()).reduce((sum, count) => sum + count, 0);
  const largest = growing.reduce((a, b) => (b[1].count > a[1].count ? b : a))[0];
  scaled.set(largest, Math.max(1, (scaled.get(largest) ?? 1) + roomCount - used));
  return Object.fromEntries(
    entries.map(([name, value]) => [name, { ...value, count: scaled.get(name) ?? value.count }]),
  );
}

function refuseDoubleNames(
  list: string,
  things: readonly { readonly name: string }[],
  log: ProblemLog,
): void {
  const seen = new Set<string>();
  for (const [i, { name }] of things.entries()) {
    if (seen.has(name)) {
      log.report([...list.split("."), i, "name"], `${name} is taken`, {
        expected: "a name of its own for each",
        remedy: "rename one of them",
      });
    }
    seen.add(name);
  }
}
