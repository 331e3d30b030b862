// What a node counts about its peers as they behave, and what it does by their scores.

import { describe, expect, it } from "vitest";
import { GossipSubBroadcast } from "../../src/protocol/gossipsub-broadcast.js";
import type { Verdict } from "../../src/protocol/gossipsub-broadcast.js";
import { Graft, Have, Prune, Published, Want } from "../../src/protocol/gossipsub-messages.js";
import type { GossipSubOptions } from "../../src/protocol/gossipsub-options.js";
import { GOSSIPSUB_SCORE_DEFAULTS } from "../../src/protocol/gossipsub-score-options.js";
import type { GossipSubScoreOptions } from "../../src/protocol/gossipsub-score-options.js";
import type { PeerCounters } from "../../src/protocol/gossipsub-score.js";
import type { Peer } from "../../src/transport/peer.js";
import { range } from "./genesis-network.js";
import {
  gossipsubNetwork,
  gossipsubOf,
  publish,
  reachedBy,
  sendBetween,
} from "./gossipsub-network.js";
import type { GossipSubNetworkOptions } from "./gossipsub-network.js";
import { numberedPeers } from "./numbered-peers.js";
import { SECOND } from "./overlay-network.js";
import type { OverlayNetwork } from "./overlay-network.js";

/** Rejects what begins with 66, ignores what begins with 77, and thinks of peers what `opinions` says. */
class Choosy extends GossipSubBroadcast {
  readonly opinions = new Map<Peer, number>();

  protected override verdictOn({ payload }: Published): Verdict {
    return payload[0] === 66 ? "reject" : payload[0] === 77 ? "ignore" : "accept";
  }

  protected override applicationScoreOf(peer: Peer): number {
    return this.opinions.get(peer) ?? 0;
  }
}

function scored(
  given: GossipSubNetworkOptions,
  score: Partial<GossipSubScoreOptions> = {},
): OverlayNetwork {
  const options: Partial<GossipSubOptions> = {
    ...given.options,
    score: { ...GOSSIPSUB_SCORE_DEFAULTS, ...score },
  };
  const network = gossipsubNetwork({ broadcastOf: () => Choosy, ...given, options });
  network.run(3 * SECOND);
  return network;
}

/** Lets a node think of a peer what it is told. */
function think(
  network: OverlayNetwork,
  [of, peer]: readonly [number, number],
  value: number,
): void {
  const node = gossipsubOf(network, of);
  if (!(node instanceof Choosy)) throw new Error(`Node ${of} is not choosy`);
  node.opinions.set(network.peers[peer]!, value);
}

function scoreOf(network: OverlayNetwork, [of, peer]: readonly [number, number]): number {
  return gossipsubOf(network, of).scoreOf(network.peers[peer]!);
}

function countersOf(
  network: OverlayNetwork,
  [of, peer]: readonly [number, number],
): PeerCounters | undefined {
  return gossipsubOf(network, of)["tracked"].get(network.peers[peer]!);
}

function reasons(network: OverlayNetwork, what: string): readonly string[] {
  return network.decisions.filter((decision) => decision.what === what).map(({ why }) => why);
}

/** Hands a message to a node as if it came over a connection. */
function hear(network: OverlayNetwork, index: number, from: Peer, message: Published): void {
  network.simulation.inject(() => {
    gossipsubOf(network, index).onMessage(from, message);
  });
}

function message(id: number, origin: Peer, first = 1): Published {
  return Published.create({ id, origin, hops: 1, payload: Uint8Array.of(first) });
}

describe("a node that scores", () => {
  it("credits who brings a message first, and who brings it within the window, once each", () => {
    const network = scored({ nodeCount: 4 }, { meshMessageDeliveriesWindowMicros: SECOND / 10 });
    const [, one, two, three] = network.peers;
    for (const from of [one!, one!, two!, two!]) hear(network, 0, from, message(9, one!));
    network.run(SECOND / 5);
    hear(network, 0, three!, message(9, one!));
    expect([1, 2, 3].map((peer) => countersOf(network, [0, peer])?.firstDeliveries)).toEqual([
      expect.closeTo(1, 1),
      0,
      0,
    ]);
    expect([1, 2, 3].map((peer) => countersOf(network, [0, peer])?.meshDeliveries)).toEqual([
      expect.closeTo(1, 1),
      expect.closeTo(1, 1),
      0,
    ]);
    expect(scoreOf(network, [0, 1])).toBeGreaterThan(0.4);
  });

  it("counts an invalid message against everyone who brings it, and neither delivers it nor sends it on", () => {
    const network = scored({ nodeCount: 4 });
    const [, one, two] = network.peers;
    hear(network, 0, one!, message(9, one!, 66));
    hear(network, 0, two!, message(9, one!, 66));
    hear(network, 0, two!, message(10, one!, 77));
    network.run(5 * SECOND);
    expect(scoreOf(network, [0, 1])).toBeCloseTo(-100, -1);
    expect(scoreOf(network, [0, 2])).toBeCloseTo(-100, -1);
    expect(network.receipts).toEqual([]);
    expect(reasons(network, "receive")).toEqual(["invalid", "ignored"]);
  });

  it("holds a message that says to be its own for invalid", () => {
    const network = scored({ nodeCount: 2 });
    hear(network, 0, network.peers[1]!, message(9, network.peers[0]!));
    expect(scoreOf(network, [0, 1])).toBeCloseTo(-100, 3);
    expect(network.receipts).toEqual([]);
  });

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

describe("breaches of the protocol", () => {
  it("are grafts within a back-off, twice as bad soon after the prune", () => {
    const network = scored({ nodeCount: 2 });
    network.simulation.inject(() => {
      const reason = { backoffMicros: 60 * SECOND, tellsPeers: false };
      gossipsubOf(network, 0)["prune"](network.peers[1]!, reason);
    });
    sendBetween(network, [1, 0], Graft.create({}));
    network.run(SECOND / 2);
    expect(countersOf(network, [0, 1])?.breaches).toBeCloseTo(2, 1);
    // Each refusal begins the back-off anew, so that only one that waits is forgiven half.
    network.run(11 * SECOND);
    sendBetween(network, [1, 0], Graft.create({}));
    network.run(SECOND / 2);
    expect(Math.round(countersOf(network, [0, 1])?.breaches ?? 0)).toBe(3);
    for (let i = 0; i < 4; i++) sendBetween(network, [1, 0], Graft.create({}));
    network.run(SECOND / 2);
    expect(Math.round(countersOf(network, [0, 1])?.breaches ?? 0)).toBe(11);
    // Five above the six that are forgiven: about −10 · 5².
    expect(scoreOf(network, [0, 1])).toBeLessThan(-200);
  });

  it("are promises that nobody keeps, one a request, after three seconds", () => {
    const network = scored({ nodeCount: 3 });
    sendBetween(network, [1, 0], Have.create({ ids: [101, 102, 103] }));
    network.run(2 * SECOND);
    expect(countersOf(network, [0, 1])?.breaches).toBe(0);
    network.run(3 * SECOND);
    expect(countersOf(network, [0, 1])?.breaches).toBeCloseTo(1, 1);
    // Another brings the message in time.
    sendBetween(network, [1, 0], Have.create({ ids: [200] }));
    network.run(SECOND);
    hear(network, 0, network.peers[2]!, message(200, network.peers[2]!));
    network.run(5 * SECOND);
    expect(countersOf(network, [0, 1])?.breaches).toBeCloseTo(1, 1);
  });
});

describe("the score of a peer that is gone", () => {
  it("is kept when it is not positive, without its deliveries, for as long as it is told", () => {
    const network = scored({ nodeCount: 3 }, { retainScoreMicros: 20 * SECOND });
    const [, one, two] = network.peers;
    hear(network, 0, one!, message(9, one!, 66));
    hear(network, 0, one!, message(10, one!));
    hear(network, 0, two!, message(11, two!));
    const node = gossipsubOf(network, 0);
    network.crash(1);
    network.crash(2);
    network.run(2 * SECOND);
    expect([...node["tracked"].keys()]).toEqual([]);
    expect([...node["retained"].keys()]).toEqual([one]);
    expect(scoreOf(network, [0, 1])).toBeCloseTo(-100, -1);
    expect(node["retained"].get(one!)?.counters.firstDeliveries).toBe(0);
    // It does not decay meanwhile, and meets the peer again when it is back.
    const kept = scoreOf(network, [0, 1]);
    network.run(10 * SECOND);
    expect(scoreOf(network, [0, 1])).toBe(kept);
    network.run(10 * SECOND);
    expect(scoreOf(network, [0, 1])).toBe(0);
    expect(node["peersPerHost"].size).toBe(0);
  });

  it("is taken up when the peer comes back", () => {
    const network = scored({ nodeCount: 3 });
    hear(network, 0, network.peers[1]!, message(9, network.peers[1]!, 66));
    network.crash(1);
    network.run(2 * SECOND);
    network.restart(1);
    const isBack = (): boolean => network.view(0, "topic").includes(1);
    expect(network.runUntil(isBack, 120 * SECOND)).toBeLessThan(120 * SECOND);
    expect(scoreOf(network, [0, 1])).toBeLessThan(-80);
    expect(network.view(0, "mesh")).not.toContain(1);
  });

  it("is bounded: of strangers too a thousand are remembered, the latest", () => {
    const network = scored({ nodeCount: 2 });
    const strangers = numberedPeers(1_500);
    for (const [i, stranger] of strangers.entries()) {
      hear(network, 0, stranger, message(1_000 + i, stranger, 66));
    }
    const node = gossipsubOf(network, 0);
    expect(node["retained"].size).toBe(1_000);
    expect(node.scoreOf(strangers[499]!)).toBe(0);
    expect(node.scoreOf(strangers[500]!)).toBe(-100);
    expect(node["peersPerHost"].size).toBe(1_001);
  });
});

describe("peers with one host", () => {
  it("lower each other's scores when there are more than may be", () => {
    const network = scored({ nodeCount: 2 });
    const node = gossipsubOf(network, 0);
    const sybils = numberedPeers(7).map((peer, i) => ({ ...peer, address: `10.0.0.1:${i + 1}` }));
    network.simulation.inject(() => {
      for (const sybil of sybils.slice(0, 5)) node["gainPeer"](sybil);
    });
    expect(node.scoreOf(sybils[0]!)).toBe(0);
    network.simulation.inject(() => {
      for (const sybil of sybils.slice(5)) node["gainPeer"](sybil);
    });
    // Two above five: −100 · 2².
    for (const sybil of sybils) expect(node.scoreOf(sybil)).toBe(-400);
    expect(scoreOf(network, [0, 1])).toBeCloseTo(0, 3);
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
