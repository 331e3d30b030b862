// A run is the same run however it is looked at: with messages as objects or as bytes, whole or cut at any event and
// restored from its snapshot. Over the same generated scenarios as convergence.

import { deserialize, serialize } from "node:v8";
import fc from "fast-check";
import { stringify } from "yaml";
import type { PlainData } from "../../src/sim/plain-data.js";
import { nodePlatform } from "../../src/scenarios/node-platform.js";
import { parseScenario } from "../../src/scenarios/parse-scenario.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import type { WireMode } from "../../src/transport/sim-wire.js";
import { generatedScenario } from "./generated-scenario.js";
import type { ScenarioSizes, WrittenScenario } from "./generated-scenario.js";

/** Runs a campaign; the message of a failure holds the smallest scenario and the seed. */
export function checkCuts(
  sizes: ScenarioSizes,
  parameters: fc.Parameters<[WrittenScenario, number]>,
): void {
  const share = fc.double({ min: 0, max: 1, noNaN: true });
  const property = fc.property(generatedScenario(sizes), share, (scenario, cutShare) => {
    const text = stringify(scenario, { aliasDuplicateObjects: false });
    const whole = freshRun(text, "objects");
    while (whole.step());
    const digest = whole.digest();
    const cutAt = Math.floor(cutShare * whole.simulation.eventCount);
    expectDigest(freshRun(text, "bytes"), digest, `with messages as bytes:\n${text}`);
    const cut = freshRun(text, "objects");
    for (let event = 0; event < cutAt; event++) cut.step();
    const saved = deserialize(serialize(cut.snapshot())) as PlainData;
    const restored = freshRun(text, "objects");
    restored.restore(saved);
    expectDigest(restored, digest, `restored at event ${cutAt}:\n${text}`);
    expectDigest(cut, digest, `after a snapshot at event ${cutAt}:\n${text}`);
  });
  fc.assert(property, parameters);
}

function freshRun(text: string, wireMode: WireMode): SimulatedRun {
  const { scenario } = parseScenario({ file: "cut.yaml", text, protocols: SHIPPED_PROTOCOLS });
  return new SimulatedRun(scenario, { platform: nodePlatform, wireMode, watches: false });
}

/** Runs to the end. */
function expectDigest(run: SimulatedRun, digest: string | null, how: string): void {
  while (run.step());
  if (run.digest() !== digest) throw new Error(`another digest ${how}`);
}
