// Runs fifty nodes under churn, with messages, and says on standard output how much memory the run holds at a tenth
// of its time and at its end. A process of its own: only there the garbage collector can be made to run, and
// nothing but the run is on the heap. Takes params of the scenario as JSON.

import { serialize } from "node:v8";
import { parseScenario } from "../../src/scenarios/parse-scenario.js";
import { nodePlatform } from "../../src/scenarios/node-platform.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import { MEMORY_SCENARIO, WARM_SECONDS } from "./memory-figures.js";
import type { MemoryFigures } from "./memory-figures.js";

const { scenario } = parseScenario({
  file: "memory.yaml",
  text: MEMORY_SCENARIO,
  protocols: SHIPPED_PROTOCOLS,
  overrides: { params: JSON.parse(process.argv[2] ?? "{}") as Record<string, string | number> },
});
const run = new SimulatedRun(scenario, { platform: nodePlatform });
run.runUntil(WARM_SECONDS * 1e6);
const early = figures();
run.runUntil(10 * WARM_SECONDS * 1e6);
const late = figures();
console.log(JSON.stringify({ early, late }));

function figures(): MemoryFigures {
  const { simulation, network } = run;
  let connections = 0;
  for (let node = 0; node < network.nodeCount; node++) {
    connections += simulation.streams.endsOf(node).size;
  }
  const snapshotBytes = serialize(run.snapshot()).length;
  if (global.gc === undefined) throw new Error("start this with --expose-gc");
  // Twice: what the first one finalises, the second one frees.
  global.gc();
  global.gc();
  return {
    heapBytes: process.memoryUsage().heapUsed,
    snapshotBytes,
    pendingEvents: simulation.pendingCount,
    connections,
    liveNodes: network.liveCount(),
  };
}
