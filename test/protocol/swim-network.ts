// Networks of nodes that only watch each other by SWIM, for its tests and mutants.

import type { LinkRule } from "../../src/sim/link-rule.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import type { SwimOptions } from "../../src/protocol/swim-options.js";
import { SwimStatus } from "../../src/protocol/swim-status.js";
import { range } from "./genesis-network.js";
import { OverlayNetwork } from "./overlay-network.js";

/** How a network of watchers is made. */
export interface SwimNetworkOptions {
  readonly nodeCount: number;
  readonly options?: Partial<SwimOptions>;
  readonly rules?: readonly LinkRule[];
  readonly Swim?: new (options: Partial<SwimOptions>) => SwimStatus;
  /** Whether all know all from the start; else they join through node 0. True unless said otherwise. */
  readonly areAcquainted?: boolean;
}

/** All nodes started. */
export function swimNetwork(made: SwimNetworkOptions): OverlayNetwork {
  const { nodeCount, options = {}, rules = [], Swim = SwimStatus, areAcquainted = true } = made;
  const network = new OverlayNetwork({
    nodeCount,
    seed: "swim",
    rules,
    protocols: (_index, peers) => {
      const known = areAcquainted ? { startPeers: peers } : { contacts: [peers[0]!] };
      return new Map<string, Protocol>([["status", new Swim({ ...known, ...options })]]);
    },
  });
  for (const index of range(0, nodeCount)) network.start(index);
  return network;
}

/** What a node holds each of the others to be, by their indexes. */
export function heldBy(network: OverlayNetwork, index: number): ReadonlyMap<number, string> {
  const status = network.node(index).protocol("status") as SwimStatus;
  return new Map(status.beliefs().map(({ peer, belief }) => [network.indexOf(peer), belief]));
}

/** Whether each of these nodes holds exactly the others of them alive. */
export function holdEachOtherAlive(network: OverlayNetwork, indexes: readonly number[]): boolean {
  return indexes.every((index) => {
    const alive = [...heldBy(network, index)].filter(([, belief]) => belief === "alive");
    return alive.length === indexes.length - 1 && alive.every(([other]) => indexes.includes(other));
  });
}
