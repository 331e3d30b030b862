import { describe, expect, it } from "vitest";
import { Goodbye, Graft, Prune } from "../../src/protocol/gossipsub-messages.js";
import { range } from "./genesis-network.js";
import {
  gossipsubNetwork,
  gossipsubOf,
  publish,
  reachedBy,
  sendBetween,
} from "./gossipsub-network.js";
import type { OverlayNetwork } from "./overlay-network.js";
import { SECOND } from "./overlay-network.js";

const degrees = (network: OverlayNetwork): number[] =>
  network.live().map((index) => network.view(index, "mesh").length);

/** Mesh links that only one end has. */
function oneSided(network: OverlayNetwork): string[] {
  return network.live().flatMap((index) =>
    network
      .view(index, "mesh")
      .filter((other) => !network.isUp(other) || !network.view(other, "mesh").includes(index))
      .map((other) => `${index}→${other}`),
  );
}

function backedOff(network: OverlayNetwork, index: number, other: number): boolean {
  return gossipsubOf(network, index)["backoffs"].has(network.peers[other]!);
}

describe("the mesh of GossipSub", () => {
  it("has between D_low and D_high links a node, on both ends, from five heartbeats on", () => {
    const network = gossipsubNetwork({ nodeCount: 100 });
    network.run(5 * SECOND);
    for (let second = 0; second < 20; second++) {
      network.run(SECOND);
      expect(Math.min(...degrees(network))).toBeGreaterThanOrEqual(4);
      expect(Math.max(...degrees(network))).toBeLessThanOrEqual(12);
    }
    expect(oneSided(network)).toEqual([]);
    expect(network.areConnected(range(0, 100), "mesh")).toBe(true);
  });

  it("is repaired at the next heartbeat after half of the nodes have crashed", () => {
    const network = gossipsubNetwork({ nodeCount: 60 });
    network.run(10 * SECOND);
    for (const index of range(0, 30)) network.crash(index);
    network.run(3 * SECOND);
    expect(Math.min(...degrees(network))).toBeGreaterThanOrEqual(4);
    expect(oneSided(network)).toEqual([]);
    const id = publish(network, 40);
    network.run(3 * SECOND);
    expect(reachedBy(network, id)).toHaveLength(29);
  });

  it("prunes to D above D_high, keeps D_out links that the node dialled, and tells of other peers", () => {
    // Node 0 knows two, who know nobody; the other 18 know node 0 alone, and all of them graft it.
    const known = (index: number): number[] => (index === 0 ? [1, 2] : index > 2 ? [0] : []);
    const network = gossipsubNetwork({
      nodeCount: 21,
      known,
      options: { degreeHigh: 6 },
    });
    const most = (): number => network.view(0, "mesh").length;
    network.run(10 * SECOND);
    expect(most()).toBeLessThanOrEqual(6);
    const mine = gossipsubOf(network, 0);
    const dialled = network.node(0).view("mesh").peers();
    expect(dialled.filter((peer) => mine["outbound"].has(peer))).toHaveLength(2);
    // Who was refused was told whom to try: all have found others, though their discovery knows none.
    network.run(20 * SECOND);
    for (const index of range(3, 21))
      expect(network.view(index, "topic").length).toBeGreaterThan(1);
    expect(network.decisions.some(({ what, why }) => what === "graft" && why === "mesh full")).toBe(
      true,
    );
  });

  it("names no peers in a prune when it is told not to", () => {
    const network = gossipsubNetwork({
      nodeCount: 21,
      known: (index) => (index === 0 ? [] : [0]),
      options: { degreeHigh: 6, exchangesPeers: false },
    });
    network.run(30 * SECOND);
    for (const index of range(1, 21)) expect(network.view(index, "topic")).toEqual([0]);
  });

  it("does not graft who has pruned it before the back-off is over, however few links it has", () => {
    const network = gossipsubNetwork({ nodeCount: 2 });
    network.run(3 * SECOND);
    expect(network.view(0, "mesh")).toEqual([1]);
    sendBetween(network, [1, 0], Prune.create({ backoffSeconds: 10, peers: [] }));
    network.simulation.inject(() => {
      gossipsubOf(network, 1)["meshView"].remove(network.peers[0]!);
      gossipsubOf(network, 1)["backOff"](network.peers[0]!, 10 * SECOND);
    });
    network.run(9 * SECOND);
    expect(backedOff(network, 0, 1)).toBe(true);
    expect(degrees(network)).toEqual([0, 0]);
    network.run(6 * SECOND);
    expect(degrees(network)).toEqual([1, 1]);
  });

  it("refuses a graft within the back-off, and lengthens it", () => {
    const network = gossipsubNetwork({
      nodeCount: 2,
      options: { pruneBackoffMicros: 20 * SECOND },
    });
    network.run(3 * SECOND);
    network.simulation.inject(() => {
      const tellsPeers = false;
      gossipsubOf(network, 0)["prune"](network.peers[1]!, {
        backoffMicros: SECOND * 20,
        tellsPeers,
      });
    });
    network.run(15 * SECOND);
    sendBetween(network, [1, 0], Graft.create({}));
    network.run(SECOND);
    expect(network.view(0, "mesh")).toEqual([]);
    expect(network.decisions.at(-1)).toMatchObject({ what: "graft", why: "backed off" });
    // The first back-off would have ended 22 s after the prune at the latest.
    network.run(8 * SECOND);
    expect(backedOff(network, 0, 1)).toBe(true);
    network.run(20 * SECOND);
    expect(network.view(0, "mesh")).toEqual([1]);
  });

  it("forgets a link whose other end does not know the node as a peer", () => {
    const network = gossipsubNetwork({ nodeCount: 2 });
    network.run(3 * SECOND);
    network.simulation.inject(() => {
      gossipsubOf(network, 1)["losePeer"](network.peers[0]!);
    });
    sendBetween(network, [0, 1], Graft.create({}));
    network.run(SECOND / 2);
    // It was told, and both begin anew.
    network.run(3 * SECOND);
    expect(oneSided(network)).toEqual([]);
    expect(degrees(network)).toEqual([1, 1]);
  });

  it("tells its mesh when it leaves, so that nobody grafts it", () => {
    const network = gossipsubNetwork({ nodeCount: 10 });
    network.run(3 * SECOND);
    network.leave(0);
    network.run(SECOND);
    expect(oneSided(network)).toEqual([]);
    expect(network.view(1, "topic")).not.toContain(0);
  });

  it("takes in no more peers than it has room for", () => {
    const network = gossipsubNetwork({
      nodeCount: 60,
      known: (index) => (index === 0 ? [] : [0, (index % 59) + 1]),
      options: { peersMin: 12, peersMax: 30 },
    });
    network.run(30 * SECOND);
    expect(network.view(0, "topic")).toHaveLength(30);
    for (const index of range(1, 60)) {
      expect(network.view(index, "topic").length).toBeLessThanOrEqual(30);
    }
    // Those that were refused have closed what they had opened for it.
    expect(network.node(0).connections()).toHaveLength(30);
  });

  it("takes a goodbye for what it is, from peers and from strangers", () => {
    const network = gossipsubNetwork({ nodeCount: 3 });
    network.run(3 * SECOND);
    sendBetween(network, [1, 0], Goodbye.create({}));
    network.run(SECOND / 5);
    expect(network.view(0, "mesh")).not.toContain(1);
    network.run(3 * SECOND);
    expect(oneSided(network)).toEqual([]);
  });
});

describe("publishing with GossipSub", () => {
  it("reaches everyone once, in few hops, and sends its own messages to all peers", () => {
    const network = gossipsubNetwork({ nodeCount: 100 });
    network.run(5 * SECOND);
    const id = publish(network, 7);
    network.run(2 * SECOND);
    expect(reachedBy(network, id)).toEqual(range(0, 100).filter((index) => index !== 7));
    const first = network.receipts.filter(({ hops }) => hops === 1);
    // More than any mesh has links; some peers hear of it sooner by a detour.
    expect(first.length).toBeGreaterThan(12);
  });

  it("sends own messages to the mesh alone without flood publishing", () => {
    const network = gossipsubNetwork({ nodeCount: 40, options: { floodsOwn: false } });
    network.run(5 * SECOND);
    const id = publish(network, 7);
    network.run(2 * SECOND);
    expect(reachedBy(network, id)).toHaveLength(39);
    const direct = network.receipts.filter(({ hops }) => hops === 1);
    expect(direct.length).toBeLessThanOrEqual(network.view(7, "mesh").length);
  });

  it("lets a node that is not subscribed publish over a fan-out of D, and drops it when unused", () => {
    const network = gossipsubNetwork({
      nodeCount: 30,
      options: { floodsOwn: false, fanoutMicros: 10 * SECOND },
      optionsOf: (index) => ({ isSubscribed: index > 0 }),
    });
    network.run(5 * SECOND);
    expect(network.view(0, "mesh")).toEqual([]);
    expect(range(1, 30).filter((index) => network.view(index, "topic").includes(0))).toEqual([]);
    const id = publish(network, 0);
    expect(gossipsubOf(network, 0)["fanout"].size).toBe(6);
    network.run(2 * SECOND);
    expect(reachedBy(network, id)).toEqual(range(1, 30));
    const next = publish(network, 1);
    network.run(2 * SECOND);
    expect(reachedBy(network, next)).not.toContain(0);
    network.run(10 * SECOND);
    expect(gossipsubOf(network, 0)["fanout"].size).toBe(0);
  });

  it("fills a fan-out again whose peers have crashed", () => {
    const network = gossipsubNetwork({
      nodeCount: 30,
      options: { floodsOwn: false },
      optionsOf: (index) => ({ isSubscribed: index > 0 }),
    });
    network.run(5 * SECOND);
    publish(network, 0);
    const [first] = gossipsubOf(network, 0)["fanout"];
    network.crash(network.indexOf(first!));
    network.run(2 * SECOND);
    const fanout = gossipsubOf(network, 0)["fanout"];
    expect(fanout.size).toBe(6);
    expect(fanout.has(first!)).toBe(false);
  });
});
