// Networks of nodes that only run GossipSub, over a discovery whose knowledge is given and stays as it is.

import { CyclonDiscovery } from "../../src/protocol/cyclon-discovery.js";
import { GossipSubBroadcast } from "../../src/protocol/gossipsub-broadcast.js";
import type { GossipSubOptions } from "../../src/protocol/gossipsub-options.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import type { Message } from "../../src/transport/codec.js";
import { range } from "./genesis-network.js";
import { OverlayNetwork, SECOND } from "./overlay-network.js";

/** Longer than any test: the discovery never shuffles. */
const NEVER_MICROS = 1_000_000 * SECOND;

/** GossipSub as it is, or as some node would rather have it. */
export type GossipSubClass = new (options: Partial<GossipSubOptions>) => GossipSubBroadcast;

export interface GossipSubNetworkOptions {
  readonly nodeCount: number;
  readonly options?: Partial<GossipSubOptions>;
  /** What differs at one node. */
  readonly optionsOf?: (index: number) => Partial<GossipSubOptions>;
  /** Indexes of those that a node knows; every other node unless given. */
  readonly known?: (index: number) => readonly number[];
  /** The class to use in place of `GossipSubBroadcast`, by node. */
  readonly broadcastOf?: (index: number) => GossipSubClass;
  readonly seed?: string;
}

/** A network whose nodes all run. */
export function gossipsubNetwork(given: GossipSubNetworkOptions): OverlayNetwork {
  const { nodeCount, options = {}, seed = "gossipsub" } = given;
  const {
    optionsOf = () => ({}),
    broadcastOf = () => GossipSubBroadcast,
    known = () => range(0, nodeCount),
  } = given;
  const network = new OverlayNetwork({
    nodeCount,
    seed,
    protocols: (index, peers) => {
      const startPeers = known(index)
        .filter((other) => other !== index)
        .map((other) => peers[other]!);
      const viewSize = Math.max(1, startPeers.length);
      const discovery = new CyclonDiscovery({ startPeers, viewSize, periodMicros: NEVER_MICROS });
      const Broadcast = broadcastOf(index);
      return new Map<string, Protocol>([
        ["discovery", discovery],
        ["broadcast", new Broadcast({ ...options, ...optionsOf(index) })],
      ]);
    },
  });
  network.startAll(range(0, nodeCount), 1);
  return network;
}

/** The protocol under test at one node. */
export function gossipsubOf(network: OverlayNetwork, index: number): GossipSubBroadcast {
  return network.node(index).protocol("broadcast") as GossipSubBroadcast;
}

/** Lets a node broadcast three bytes; answers the message's id. */
export function publish(network: OverlayNetwork, index: number): number {
  let id = 0;
  network.simulation.inject(() => {
    id = network.node(index).broadcast(Uint8Array.of(1, 2, 3));
  });
  return id;
}

/** Sends a message from one node to another over their connection. */
export function sendBetween(
  network: OverlayNetwork,
  [from, to]: readonly [number, number],
  message: Message,
): void {
  network.simulation.inject(() => {
    gossipsubOf(network, from)["context"].transport.send(network.peers[to]!, message);
  });
}

/** Indexes of the nodes that got a message. */
export function reachedBy(network: OverlayNetwork, id: number): readonly number[] {
  return network.receipts
    .filter(({ applicationId }) => applicationId === id)
    .map(({ node }) => network.indexOf(node))
    .sort((a, b) => a - b);
}
