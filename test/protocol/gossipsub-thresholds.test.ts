// What a node does by its peers' scores.

import { describe, expect, it } from "vitest";
import { Graft, Have, Prune, Want } from "../../src/protocol/gossipsub-messages.js";
import { GOSSIPSUB_SCORE_DEFAULTS } from "../../src/protocol/gossipsub-score-options.js";
import { range } from "./genesis-network.js";
import {
  gossipsubNetwork,
  gossipsubOf,
  publish,
  reachedBy,
  sendBetween,
} from "./gossipsub-network.js";
import { SECOND } from "./overlay-network.js";
import type { OverlayNetwork } from "./overlay-network.js";
import { Choosy, hear, message, reasons, scored, scoreOf, think } from "./scored-network.js";

describe("a node that scores", () => {
  it("prunes who has a negative score at the next heartbeat, names nobody to it, and refuses its grafts", () => {
    const network = scored({ nodeCount: 10 });
    const [peer] = network.view(0, "mesh") as [number];
    const pruned: Prune[] = [];
    gossipsubOf(network, peer)["onPrune"] = (from, said) => {
      if (from === network.peers[0]) pruned.push(said);
    };
    think(network, [0, peer], -1);
    network.run(2 * SECOND);
    expect(network.view(0, "mesh")).not.toContain(peer);
    expect(pruned).toMatchObject([{ peers: [], backoffSeconds: 60 }]);
    network.simulation.inject(() => {
      gossipsubOf(network, 0)["backoffs"].clear();
    });
    sendBetween(network, [peer, 0], Graft.create({}));
    network.run(SECOND);
    expect(network.view(0, "mesh")).not.toContain(peer);
    expect(reasons(network, "graft").at(-1)).toBe("negative score");
    expect(pruned).toHaveLength(2);
    expect(pruned[1]?.peers).toEqual([]);
  });

  it("grafts nobody with a negative score, however few links it has, and tells nobody of it", () => {
    const network = gossipsubNetwork({
      nodeCount: 6,
      options: { score: GOSSIPSUB_SCORE_DEFAULTS },
      broadcastOf: () => Choosy,
    });
    for (const peer of [1, 2, 3]) think(network, [0, peer], -1);
    network.run(10 * SECOND);
    expect(network.view(0, "mesh")).toEqual([4, 5]);
    const told = gossipsubOf(network, 0)["peersToTell"](network.peers[4]!);
    expect(told.every((peer) => network.indexOf(peer) === 5)).toBe(true);
  });

  it("neither gossips to nor heeds the gossip of who is below the gossip threshold", () => {
    const network = scored({ nodeCount: 3, options: { degree: 1, degreeLow: 1, degreeOut: 0 } });
    const heard: number[] = [];
    const asked: number[] = [];
    gossipsubOf(network, 1)["onHave"] = (from, ids) => {
      if (from === network.peers[0]) heard.push(...ids);
    };
    gossipsubOf(network, 1)["onWant"] = (from, ids) => {
      if (from === network.peers[0]) asked.push(...ids);
    };
    think(network, [0, 1], -501);
    const id = publish(network, 0);
    sendBetween(network, [1, 0], Have.create({ ids: [77] }));
    sendBetween(network, [1, 0], Want.create({ ids: [id] }));
    network.run(5 * SECOND);
    expect({ heard, asked }).toEqual({ heard: [], asked: [] });
    expect(reasons(network, "ask")).toContain("score below gossip threshold");
    expect(reasons(network, "give")).toEqual(["score below gossip threshold"]);
    // Nothing of it is for good.
    think(network, [0, 1], -499);
    sendBetween(network, [1, 0], Have.create({ ids: [78] }));
    network.run(SECOND);
    expect(asked).toEqual([78]);
  });

  it("does not send its own messages to who is below the publish threshold, over mesh, flood or fan-out", () => {
    const network = scored({ nodeCount: 3 });
    think(network, [0, 1], -1_001);
    think(network, [0, 2], -999);
    const targets = gossipsubOf(network, 0)["publishTargets"]();
    expect(targets.map((peer) => network.indexOf(peer))).toEqual([2]);
    const fanning = scored({
      nodeCount: 3,
      options: { floodsOwn: false },
      optionsOf: (index) => ({ isSubscribed: index > 0 }),
    });
    publish(fanning, 0);
    expect(gossipsubOf(fanning, 0)["fanout"].size).toBe(2);
    think(fanning, [0, 1], -1_001);
    fanning.run(2 * SECOND);
    expect([...gossipsubOf(fanning, 0)["fanout"]]).toEqual([fanning.peers[2]]);
  });

  it("heeds nothing that a graylisted peer says", () => {
    const network = scored({ nodeCount: 3 });
    think(network, [0, 1], -2_501);
    hear(network, 0, network.peers[1]!, message(9, network.peers[1]!));
    sendBetween(network, [1, 0], Graft.create({}));
    network.run(SECOND / 5);
    expect(reachedBy(network, 9)).toEqual([]);
    expect(reasons(network, "receive")).toEqual(["graylisted", "graylisted"]);
    think(network, [0, 1], -2_500);
    hear(network, 0, network.peers[1]!, message(9, network.peers[1]!));
    expect(reachedBy(network, 9)).toContain(0);
  });

  it("asks whom a prune names unless the pruning peer is below the threshold for that", () => {
    const known = (index: number): number[] => (index === 0 ? [1, 2] : []);
    const network = scored({ nodeCount: 5, known }, { acceptPXThreshold: 10 });
    const prune = (from: number, named: number): void => {
      const peers = [network.peers[named]!];
      sendBetween(network, [from, 0], Prune.create({ backoffSeconds: 60, peers }));
    };
    think(network, [0, 1], 9);
    think(network, [0, 2], 10);
    prune(1, 3);
    prune(2, 4);
    network.run(2 * SECOND);
    expect(network.view(0, "topic")).toEqual([1, 2, 4]);
    expect(reasons(network, "ask")).toEqual(["peers named by an untrusted one"]);
  });

  it("keeps the best of a mesh that is too large, and the links that it needs to have dialled", () => {
    const known = (index: number): number[] => (index === 0 ? [1, 2] : index > 2 ? [0] : []);
    const network = scored({
      nodeCount: 21,
      known,
      options: { degreeHigh: 20, degreeLow: 3 },
    });
    network.run(10 * SECOND);
    expect(network.view(0, "mesh")).toHaveLength(20);
    for (const peer of [5, 8, 13, 17]) think(network, [0, peer], peer);
    const node = gossipsubOf(network, 0);
    network.simulation.inject(() => {
      node["pruneSurplus"]();
    });
    const kept = network.view(0, "mesh");
    expect(kept).toHaveLength(6);
    expect(kept).toEqual(expect.arrayContaining([5, 8, 13, 17]));
    expect(kept).toEqual(expect.arrayContaining([1, 2]));
  });
});

describe("opportunistic grafting", () => {
  function lifted(peers: number): OverlayNetwork {
    const network = scored(
      { nodeCount: 12, options: { degreeLow: 3, degreeHigh: 12, degreeOut: 0, degree: 4 } },
      { opportunisticGraftTicks: 10, opportunisticGraftPeers: peers },
    );
    const outside = range(1, 12).filter((peer) => !network.view(0, "mesh").includes(peer));
    for (const peer of outside) think(network, [0, peer], peer);
    return network;
  }

  it("takes in two peers above the median while that is below the threshold", () => {
    const network = lifted(2);
    const before = network.view(0, "mesh");
    network.run(9 * SECOND);
    const added = network.view(0, "mesh").filter((peer) => !before.includes(peer));
    expect(added).toHaveLength(2);
    for (const peer of added) expect(scoreOf(network, [0, peer])).toBeGreaterThan(0);
    const observed = network.observations.filter(({ node }) => node === network.peers[0]);
    expect(observed).toMatchObject([{ name: "gossipsub-mesh-score" }]);
    expect(observed[0]?.value).toBeLessThan(1);
  });

  it("is done once in so many heartbeats, and ends when the median is above the threshold", () => {
    const network = lifted(2);
    const size = (): number => network.view(0, "mesh").length;
    const sizes = range(0, 6).map(() => {
      network.run(10 * SECOND);
      return size();
    });
    expect(sizes).toEqual([...sizes].sort((a, b) => a - b));
    expect(sizes.at(-1)).toBe(sizes.at(-2));
    const network0 = lifted(0);
    const before = network0.view(0, "mesh");
    network0.run(60 * SECOND);
    expect(network0.view(0, "mesh")).toEqual(before);
  });
});
