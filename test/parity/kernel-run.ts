// One live run in the kernel grade: a namespace and a worker process a node, the scenario's network below their sockets,
// so that the kernel's own TCP meets packets that are late or missing. Writes the report that `sim` would.
//
//   tsx test/parity/kernel-run.ts SCENARIO --seed N --report FILE [--nodes N] [--set k=v]
//
// What the forwarder cannot do (duplication, rules of their own, ...) is said on standard error and left out.

import * as fs from "node:fs";
import * as path from "node:path";
import { parseArgs } from "node:util";

import { parseSettings } from "../../src/cli/settings.js";
import type { ActiveCondition } from "../../src/scenarios/network-conditions.js";
import { kernelConditions } from "../../src/scenarios/node-kernel-conditions.js";
import { KernelNetwork, kernelNetworkObstacle } from "../../src/scenarios/node-kernel-network.js";
import { LiveRun } from "../../src/scenarios/node-live-run.js";
import { readScenarioFile } from "../../src/scenarios/node-scenario-file.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import type { Scenario } from "../../src/scenarios/scenario.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";

const WORKER = path.resolve("dist", "cli", "live-worker.js");
/** Each node is a process of Node.js, some 60 MB and a second of a processor until it runs. */
const NODES_MAX = 60;

function indexesOf({ nodeCount }: Scenario): number[] {
  return Array.from({ length: nodeCount }, (_, index) => index);
}

function uplinkOf({ classes }: Scenario, node: number): number {
  const ofNode = classes.findLast(({ firstNode }) => firstNode <= node);
  return ofNode?.link.upBitsPerSecond ?? Infinity;
}

/** What keeps a scenario from this grade. */
function obstaclesOf(scenario: Scenario): string[] {
  const { nodeCount, events } = scenario;
  const kinds = events.map(({ action }) => action.do);
  return [
    ...(nodeCount > NODES_MAX ? [`${nodeCount} nodes: at most ${NODES_MAX}, use --nodes`] : []),
    ...kinds
      .filter((kind) => ["degrade", "hold", "pause"].includes(kind))
      .map((kind) => `do: ${kind}: the forwarder cuts and heals only`),
  ];
}

/** Hands the cuts of a run on to the network: parts of it, and hosts that have vanished, each alone. */
class Cuts {
  #told = "[]";

  constructor(readonly network: KernelNetwork) {}

  look(run: LiveRun): void {
    const state = run.world.conditions.snapshot() as unknown as readonly [
      string,
      ActiveCondition,
    ][];
    const isCut = state.some(([, { kind }]) => kind === "partition");
    const groupOf = new Map<number, number[]>();
    if (isCut) {
      for (const node of indexesOf(run.scenario)) {
        const part = run.world.conditions.componentOf(node);
        groupOf.set(part, [...(groupOf.get(part) ?? []), node]);
      }
    }
    const groups = [...groupOf.values()];
    const text = JSON.stringify(groups);
    if (text === this.#told) return;
    this.#told = text;
    this.network.cut(groups);
  }
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seed: { type: "string" },
    report: { type: "string" },
    nodes: { type: "string" },
    set: { type: "string", multiple: true, default: [] },
  },
});
const [file = ""] = positionals;
const { scenario } = readScenarioFile({
  file,
  protocols: SHIPPED_PROTOCOLS,
  overrides: {
    ...(values.seed === undefined ? {} : { seed: Number(values.seed) }),
    ...(values.nodes === undefined ? {} : { nodeCount: Number(values.nodes) }),
    params: parseSettings(values.set),
  },
});
const obstacles = [kernelNetworkObstacle() ?? [], obstaclesOf(scenario)].flat();
if (obstacles.length > 0) {
  console.error(`${scenario.name} cannot run in the kernel grade: ${obstacles.join("; ")}`);
  process.exit(2);
}
const { options, leftOut } = kernelConditions({
  ...{ scenario, nodes: indexesOf(scenario), sha256: nodeSha256 },
  uplinkOf: (node) => uplinkOf(scenario, node),
});
if (leftOut.length > 0) console.error(`Left out between namespaces: ${leftOut.join(", ")}`);
const network = await KernelNetwork.open(options);
try {
  const cuts = new Cuts(network);
  const workers = indexesOf(scenario).map((node) => ({
    name: `namespace-${node}`,
    command: network.command(node, [process.execPath, WORKER]),
    host: network.addressOf(node),
  }));
  const run: LiveRun = new LiveRun({
    ...{ scenario, workers, security: "tls", appliesNetwork: false },
    onLook: () => {
      cuts.look(run);
    },
  });
  const ending = await run.run();
  const virtualMicros = run.nowMicros;
  const facts = { virtualMicros, events: run.eventCount };
  const report = {
    ...{ scenario: scenario.name, seed: scenario.seed, transport: "tcp", ending, ...facts },
    ...{ live: run.liveReport(), forwarder: await network.report(), leftOut },
    ...run.finish(facts),
  };
  if (values.report !== undefined) fs.writeFileSync(values.report, JSON.stringify(report, null, 2));
  for (const { name, holds, observed } of report.expectations)
    console.log(`${holds ? "✔" : "✘"} ${name}: ${observed}`);
} finally {
  await network.close();
}
