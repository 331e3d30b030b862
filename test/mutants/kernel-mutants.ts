// The simulator itself with one thing wrong at a time, where no protocol could be blamed. README.md says what catches
// each.

import type { SimulatedRun } from "../../src/scenarios/simulated-run.js";

/** Something that goes wrong between two events of a run. */
export interface KernelMutant {
  readonly name: string;
  /** Makes what is called before every event of one run. */
  readonly begin: (run: SimulatedRun) => () => void;
}

/** Connections forget when their last message arrives: a later one may overtake it. */
const overtakes: KernelMutant = {
  name: "overtakes",
  begin: ({ simulation, network }) => {
    const ends = (node: number) => simulation.streams.endsOf(node).values();
    return () => {
      for (let node = 0; node < network.nodeCount; node++) {
        for (const end of ends(node)) end.lastArrivalMicros = 0;
      }
    };
  },
};

/** A host sends one more datagram for a process that has ended. */
const speaksAfterItsEnd: KernelMutant = {
  name: "speaks-after-its-end",
  begin: ({ simulation, network }) => {
    const haveSpoken = new Set<number>();
    return () => {
      for (let node = 0; node < network.nodeCount; node++) {
        if (network.lifeOf(node) !== "left" || haveSpoken.has(node)) continue;
        haveSpoken.add(node);
        const name = simulation.kernel.names.id("too-late");
        const parcel = {
          payload: null,
          name,
          bytes: 1,
          application: 0,
          contentHigh: 0,
          contentLow: 0,
        };
        simulation.sendDatagram(node, (node + 1) % network.nodeCount, parcel);
      }
    };
  },
};

/** Everything wrong with the kernel. */
export const KERNEL_MUTANTS: readonly KernelMutant[] = [overtakes, speaksAfterItsEnd];
