// What a node counts about its peers as they behave, and how long it remembers.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Graft, Have } from "../../src/protocol/gossipsub-messages.js";
import { gossipsubOf, sendBetween } from "./gossipsub-network.js";
import type { Peer } from "../../src/transport/peer.js";
import { numberedPeers } from "./numbered-peers.js";
import { SECOND } from "./overlay-network.js";
import { countersOf, hear, message, reasons, scored, scoreOf } from "./scored-network.js";

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

  it("holds what it owed when its connection ended", () => {
    const network = scored(
      { nodeCount: 3 },
      {
        meshMessageDeliveriesWeight: -4,
        meshFailurePenaltyWeight: -4,
        meshMessageDeliveriesActivationMicros: SECOND,
      },
    );
    const [, one] = network.peers;
    const node = gossipsubOf(network, 0);
    // In the mesh for longer than a second, it owes five messages.
    network.crash(1);
    network.run(SECOND / 2);
    expect(node["tracked"].has(one!)).toBe(false);
    expect(node["retained"].get(one!)?.counters).toMatchObject({ owesDeliveries: false });
    expect(node["retained"].get(one!)?.counters.meshFailures).toBeCloseTo(25, 0);
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

describe("what is kept of peers", () => {
  /** Something that befalls one of twelve peers on three hosts. */
  const deed = fc.record({
    peer: fc.nat({ max: 11 }),
    what: fc.constantFrom("gain", "lose", "invalid", "breach", "first", "graft", "prune", "pass"),
  });
  const peers = numberedPeers(12).map((peer, i) => ({ ...peer, address: `10.0.0.${i % 3}:${i}` }));

  it("agrees: one record a peer, and hosts counted for those that there are", () => {
    fc.assert(
      fc.property(fc.array(deed, { maxLength: 60 }), (deeds) => {
        const network = scored({ nodeCount: 1 }, { retainScoreMicros: 3 * SECOND });
        const node = gossipsubOf(network, 0);
        const acts: Readonly<Record<string, (peer: Peer) => void>> = {
          gain: (peer) => {
            node["gainPeer"](peer);
          },
          lose: (peer) => {
            node["losePeer"](peer);
          },
          invalid: (peer) => {
            node["noteInvalid"](peer);
          },
          breach: (peer) => {
            node["noteBreaches"](peer, 2);
          },
          first: (peer) => {
            node["noteFirst"](peer, 1);
          },
          graft: (peer) => {
            node["noteGrafted"](peer);
          },
          prune: (peer) => {
            node["notePruned"](peer);
          },
        };
        for (const { peer, what } of deeds) {
          if (what === "pass") network.run(SECOND);
          else network.simulation.inject(() => acts[what]?.(peers[peer]!));
        }
        const tracked = [...node["tracked"].keys()];
        const retained = [...node["retained"].keys()];
        expect(tracked).toEqual(expect.arrayContaining([...node["topicView"].peers()]));
        expect(tracked).toHaveLength(node["topicView"].size);
        expect(tracked.filter((peer) => retained.includes(peer))).toEqual([]);
        const hosts = [...tracked, ...retained].map(({ address }) => address.split(":", 1)[0]!);
        for (const host of new Set(hosts)) {
          const count = hosts.filter((other) => other === host).length;
          expect(node["peersPerHost"].get(host)).toBe(count);
        }
        expect(node["peersPerHost"].size).toBe(new Set(hosts).size);
      }),
      { numRuns: 60 },
    );
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
