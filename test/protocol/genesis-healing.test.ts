import { describe, expect, it } from "vitest";
import type { GenesisDiscovery } from "../../src/protocol/genesis-discovery.js";
import { lostCount } from "../../src/protocol/lost-peers.js";
import { genesisNetwork, range } from "./genesis-network.js";
import { SECOND } from "./overlay-network.js";
import type { OverlayNetwork } from "./overlay-network.js";

const MINUTE = 60 * SECOND;
/** What the specification allows after the end of a cut. */
const HEALED_WITHIN = 30 * SECOND;

function settled(nodeCount: number, seed?: string): OverlayNetwork {
  const network = genesisNetwork({ nodeCount, ...(seed === undefined ? {} : { seed }) });
  network.startAll(range(0, nodeCount), SECOND / 20);
  network.run(15 * SECOND);
  expect(network.knowEachOther(range(0, nodeCount))).toBe(true);
  return network;
}

/** Virtual time until exactly these know each other. */
function timeToKnow(network: OverlayNetwork, indexes: readonly number[]): number {
  return network.runUntil(() => network.knowEachOther(indexes), 2 * MINUTE);
}

function discovery(network: OverlayNetwork, index: number): GenesisDiscovery {
  return network.node(index).protocol("discovery") as GenesisDiscovery;
}

describe("departures", () => {
  it("are known to all within two seconds when they are polite, and nobody looks for those who left", () => {
    const network = settled(40);
    network.leave(5);
    network.leave(17);
    const rest = range(0, 40).filter((index) => index !== 5 && index !== 17);
    expect(timeToKnow(network, rest)).toBeLessThan(2 * SECOND);
    for (const index of rest) expect(lostCount(discovery(network, index)["lost"])).toBe(0);
  });

  it("are known to all soon after the crash of a process, which resets its connections", () => {
    const network = settled(40);
    network.crash(5);
    const rest = range(0, 40).filter((index) => index !== 5);
    // Four seconds of suspicion, then the news.
    expect(timeToKnow(network, rest)).toBeLessThan(8 * SECOND);
  });

  it("are known to all after the loss of a host, which is silence", () => {
    const network = settled(40);
    network.crash(5, "host");
    const rest = range(0, 40).filter((index) => index !== 5);
    expect(timeToKnow(network, rest)).toBeLessThan(12 * SECOND);
  });

  it("of half the network at once are known to the other half, which stays connected", () => {
    const network = settled(80);
    const rest = range(0, 80).filter((index) => index % 2 === 0);
    for (const index of range(0, 80)) if (index % 2 === 1) network.crash(index, "host");
    expect(timeToKnow(network, rest)).toBeLessThan(30 * SECOND);
    network.run(10 * SECOND);
    expect(network.areConnected(rest)).toBe(true);
  });

  it("are undone by a restart without state, at once or after the peer was held dead", () => {
    for (const pause of [0, 1, 30]) {
      const network = settled(20);
      network.crash(5);
      network.run(pause * SECOND);
      network.restart(5);
      expect(timeToKnow(network, range(0, 20))).toBeLessThan(10 * SECOND);
      network.run(20 * SECOND);
      expect(network.knowEachOther(range(0, 20))).toBe(true);
    }
  });

  it("of genesis leave a network that goes on and finds it again when it has lost its state", () => {
    const network = settled(30);
    network.crash(0, "host");
    expect(timeToKnow(network, range(1, 30))).toBeLessThan(12 * SECOND);
    network.run(MINUTE);
    network.restart(0);
    expect(timeToKnow(network, range(0, 30))).toBeLessThan(HEALED_WITHIN);
  });

  it("of a genesis that left politely and comes back empty do not split the network", () => {
    const network = settled(31);
    network.leave(0);
    network.run(20 * SECOND);
    network.restart(0);
    network.crash(30);
    network.run(SECOND);
    network.restart(30);
    expect(timeToKnow(network, range(0, 31))).toBeLessThan(HEALED_WITHIN);
  });

  it("are not believed of a node that was merely paused", () => {
    const network = settled(20);
    network.simulation.inject(() => network.simulation.pause(4));
    network.run(20 * SECOND);
    network.simulation.inject(() => network.simulation.resume(4));
    expect(timeToKnow(network, range(0, 20))).toBeLessThan(HEALED_WITHIN);
    // The sleeper must not hold its own sleep against the others.
    const wrong = network.beliefs.filter(
      ({ node, belief }) => node === network.peers[4] && belief === "dead",
    );
    expect(wrong).toEqual([]);
  });
});

describe("a cut", () => {
  it("leaves two networks that each know their own side", () => {
    const network = settled(40);
    const [left, right] = [range(0, 20), range(20, 40)];
    network.cut(left, right);
    const bothKnow = () => network.knowEachOther(left) && network.knowEachOther(right);
    expect(network.runUntil(bothKnow, MINUTE)).toBeLessThan(30 * SECOND);
  });

  it.each([
    { minutes: 1, seed: "a" },
    { minutes: 1, seed: "b" },
    { minutes: 20, seed: "a" },
  ])("of $minutes min heals within 30 s of its end (seed $seed)", ({ minutes, seed }) => {
    const network = settled(30, seed);
    network.cut(range(0, 15), range(15, 30));
    network.run(minutes * MINUTE);
    network.heal();
    expect(timeToKnow(network, range(0, 30))).toBeLessThan(HEALED_WITHIN);
    network.run(30 * SECOND);
    expect(network.knowEachOther(range(0, 30))).toBe(true);
    expect(network.areConnected(range(0, 30))).toBe(true);
  });

  it("heals within 30 s also when genesis is gone", () => {
    const network = settled(30);
    network.crash(0, "host");
    network.run(15 * SECOND);
    network.cut(range(1, 10), range(10, 30));
    network.run(2 * MINUTE);
    network.heal();
    expect(timeToKnow(network, range(1, 30))).toBeLessThan(HEALED_WITHIN);
  });

  it("heals within 30 s when a single node was cut off, or genesis alone", () => {
    for (const alone of [0, 11]) {
      const network = settled(20);
      const rest = range(0, 20).filter((index) => index !== alone);
      network.cut([alone], rest);
      network.run(2 * MINUTE);
      expect(network.view(alone, "members")).toEqual([]);
      network.heal();
      expect(timeToKnow(network, range(0, 20))).toBeLessThan(HEALED_WITHIN);
    }
  });

  it("heals within 30 s when it lasted for hours, and after others crashed meanwhile", () => {
    const network = settled(12);
    network.cut(range(0, 6), range(6, 12));
    network.run(5 * MINUTE);
    network.crash(2);
    network.crash(9);
    network.run(60 * MINUTE);
    network.heal();
    const rest = [0, 1, 3, 4, 5, 6, 7, 8, 10, 11];
    expect(timeToKnow(network, rest)).toBeLessThan(HEALED_WITHIN);
  });

  it("between three groups heals as well", () => {
    const network = settled(30);
    network.cut(range(0, 10), range(10, 20), range(20, 30));
    network.run(2 * MINUTE);
    network.heal();
    expect(timeToKnow(network, range(0, 30))).toBeLessThan(HEALED_WITHIN);
  });
});

describe("a run", () => {
  it.each([{ members: "all" }, { members: { sample: 6 } }] as const)(
    "goes the same way with objects, frozen objects and bytes on the wire ($members)",
    (settings) => {
      const histories = (["objects", "frozen", "bytes"] as const).map((wireMode) => {
        const network = genesisNetwork({ nodeCount: 16, wireMode, settings });
        network.startAll(range(0, 16), SECOND / 20);
        network.run(5 * SECOND);
        network.leave(3);
        network.crash(4, "host");
        network.simulation.inject(() => {
          network.node(1).broadcast(Uint8Array.of(1, 2));
        });
        network.cut(range(0, 8), range(8, 16));
        network.run(20 * SECOND);
        network.heal();
        network.restart(4, { keepsState: true });
        network.run(20 * SECOND);
        const views = network.live().map((index) => network.view(index, "members"));
        return { events: network.simulation.eventCount, receipts: network.receipts.length, views };
      });
      expect(histories[1]).toEqual(histories[0]);
      expect(histories[2]).toEqual(histories[0]);
    },
  );
});

describe("what a node keeps", () => {
  it("does not grow with the time that it runs", () => {
    const network = settled(12);
    const sizes = () =>
      range(0, 12).map((index) => {
        const own = discovery(network, index);
        const maps = ["suspects", "heard", "news", "asked", "idle", "probed"] as const;
        return maps.reduce((sum, name) => sum + own[name].size, own["table"].gone.size);
      });
    network.run(MINUTE);
    const early = Math.max(...sizes());
    network.run(10 * MINUTE);
    expect(Math.max(...sizes())).toBeLessThanOrEqual(early + 3);
  });

  it("forgets the tombstones of those who left after ten minutes", () => {
    const network = settled(6);
    network.leave(5);
    network.run(9 * MINUTE);
    expect(discovery(network, 1)["table"].gone.size).toBe(1);
    network.run(2 * MINUTE);
    expect(discovery(network, 1)["table"].gone.size).toBe(0);
    expect(network.knowEachOther(range(0, 5))).toBe(true);
  });
});
