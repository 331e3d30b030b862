import { describe, expect, it } from "vitest";
import { FloodBroadcast } from "../../src/protocol/flood-broadcast.js";
import type { FloodOptions } from "../../src/protocol/flood-broadcast.js";
import { GenesisDiscovery } from "../../src/protocol/genesis-discovery.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import { genesisNetwork, range } from "./genesis-network.js";
import { OverlayNetwork, SECOND } from "./overlay-network.js";

const PAYLOAD = Uint8Array.of(1, 2, 3);

function publish(network: OverlayNetwork, index: number): number {
  let id = 0;
  network.simulation.inject(() => {
    id = network.node(index).broadcast(PAYLOAD);
  });
  return id;
}

/** A chain of nodes that only flood: each linked with the one before it and the one after it. */
function chain(nodeCount: number, options: Partial<FloodOptions>): OverlayNetwork {
  const network = new OverlayNetwork({
    nodeCount,
    seed: "chain",
    protocols: () => new Map<string, Protocol>([["broadcast", new FloodBroadcast(options)]]),
  });
  for (const index of range(0, nodeCount)) {
    network.start(index);
    const view = network.node(index).view("neighbours");
    for (const other of [index - 1, index + 1]) {
      const peer = network.peers[other];
      if (peer !== undefined) view.add(peer);
    }
  }
  return network;
}

describe("flood broadcast", () => {
  it("reaches every other node exactly once, and not its sender", () => {
    const network = genesisNetwork({ nodeCount: 50 });
    network.startAll(range(0, 50), SECOND / 20);
    network.run(15 * SECOND);
    const id = publish(network, 7);
    network.run(5 * SECOND);
    const reached = network.receipts.filter(({ applicationId }) => applicationId === id);
    expect(reached).toHaveLength(49);
    expect(new Set(reached.map(({ node }) => node)).size).toBe(49);
    expect(reached.map(({ node }) => node)).not.toContain(network.peers[7]);
  });

  it("says of every further copy that it is a duplicate", () => {
    const network = genesisNetwork({ nodeCount: 20 });
    network.startAll(range(0, 20), SECOND / 20);
    network.run(15 * SECOND);
    publish(network, 0);
    network.run(5 * SECOND);
    const duplicates = network.decisions.filter(({ why }) => why === "duplicate");
    expect(duplicates.length).toBeGreaterThan(0);
    expect(new Set(duplicates.map(({ what }) => what))).toEqual(new Set(["forward"]));
  });

  it("counts the hops, and stops where they are over and says so", () => {
    const network = chain(6, { hopsMax: 3 });
    publish(network, 0);
    network.run(10 * SECOND);
    const hops = network.receipts.map(({ node, hops: made }) => [network.indexOf(node), made]);
    expect(hops).toEqual([
      [1, 1],
      [2, 2],
      [3, 3],
    ]);
    const over = network.decisions.filter(({ why }) => why === "ttl over");
    expect(over.map(({ node }) => network.indexOf(node))).toEqual([3]);
  });

  it("remembers no more ids than it is told to", () => {
    const network = chain(2, { seenMax: 10 });
    for (let i = 0; i < 50; i++) publish(network, 0);
    network.run(10 * SECOND);
    expect(network.receipts).toHaveLength(50);
    const broadcast = network.node(1).protocol("broadcast") as FloodBroadcast;
    expect(broadcast["seen"].ids.size).toBe(10);
  });

  it("goes to some members at random where there are no links", () => {
    class Unlinked extends GenesisDiscovery {
      protected override addLink(): void {}
    }
    const network = genesisNetwork({ nodeCount: 12, discovery: Unlinked });
    network.start(0);
    const discovery = network.node(0).protocol("discovery") as Unlinked;
    for (const peer of network.peers.slice(1)) {
      discovery["learn"]({ peer, incarnation: 1, status: 0 });
    }
    network.run(SECOND);
    const before = network.simulation.eventCount;
    publish(network, 0);
    const broadcast = network.node(0).protocol("broadcast") as FloodBroadcast;
    expect(broadcast["targets"]()).toHaveLength(8);
    expect(network.simulation.eventCount).toBe(before);
  });

  it("leaves out a neighbour whose connection takes no more, and says so", () => {
    const network = chain(3, {});
    publish(network, 1);
    network.run(5 * SECOND);
    const large = new Uint8Array(700_000);
    network.simulation.inject(() => {
      for (let i = 0; i < 3; i++) network.node(1).broadcast(large);
    });
    const full = network.decisions.filter(({ why }) => why === "queue full");
    expect(full).toHaveLength(2);
    network.run(60 * SECOND);
    // Two of the large ones and the small one before: the third found both queues full.
    expect(network.receipts).toHaveLength(6);
    publish(network, 1);
    network.run(5 * SECOND);
    expect(network.receipts).toHaveLength(8);
  });
});
