// The simulated transport under the contract that all transports share, in every way its messages may travel and
// with everything that may stand between two nodes.

import { NodeClock } from "../../src/sim/node-clock.js";
import { Loss } from "../../src/sim/rules/loss.js";
import { SimContractWorld } from "./sim-contract-world.js";
import { describeTransportContract } from "./transport-contract.js";

for (const mode of ["objects", "frozen", "bytes"] as const) {
  describeTransportContract(`the simulated transport with ${mode}`, () =>
    Promise.resolve(new SimContractWorld({ mode })),
  );
}

describeTransportContract("the simulated transport with slow links and busy processors", () =>
  Promise.resolve(
    new SimContractWorld({
      mode: "objects",
      prepare: (simulation) => {
        for (let node = 0; node < 4; node++) {
          simulation.setAccessLink(node, {
            upBitsPerSecond: 80e6,
            downBitsPerSecond: 50e6,
            upQueueMicros: 50_000,
            downQueueMicros: 50_000,
          });
          simulation.setProcessingMicros(node, 20);
        }
      },
    }),
  ),
);

describeTransportContract("the simulated transport with loss", () =>
  Promise.resolve(
    new SimContractWorld({
      mode: "objects",
      prepare: (simulation) => {
        simulation.kernel.network.add(new Loss({ name: "loss", probability: 0.05 }));
      },
    }),
  ),
);

describeTransportContract("the simulated transport with clocks that drift and stand apart", () =>
  Promise.resolve(
    new SimContractWorld({
      mode: "objects",
      clockOf: (index) =>
        new NodeClock({
          offsetMicros: index * 7_777_777,
          driftPpm: index % 2 === 0 ? -90_000 : 333,
        }),
    }),
  ),
);
