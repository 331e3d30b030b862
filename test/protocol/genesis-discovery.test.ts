import { describe, expect, it } from "vitest";
import { GenesisDiscovery } from "../../src/protocol/genesis-discovery.js";
import { FULL_MEMBERSHIP_NODES_MAX } from "../../src/protocol/genesis-options.js";
import { Loss } from "../../src/sim/rules/loss.js";
import { Undialable } from "../../src/sim/rules/undialable.js";
import { genesisNetwork, range } from "./genesis-network.js";
import { SECOND } from "./overlay-network.js";
import type { OverlayNetwork } from "./overlay-network.js";

const MINUTE = 60 * SECOND;

/** Starts the nodes, 20 a second, and waits until all know all. */
function settle(network: OverlayNetwork, indexes: readonly number[]): void {
  network.startAll(indexes, SECOND / 20);
  expect(network.runUntil(() => network.knowEachOther(indexes), MINUTE)).toBeLessThan(10 * SECOND);
}

function discovery(network: OverlayNetwork, index: number): GenesisDiscovery {
  return network.node(index).protocol("discovery") as GenesisDiscovery;
}

describe("joining through genesis", () => {
  it("makes genesis active at once, alone", () => {
    const network = genesisNetwork({ nodeCount: 1 });
    network.start(0);
    expect(network.node(0).ownStatus).toBe("active");
    network.run(MINUTE);
    expect(network.view(0, "members")).toEqual([]);
  });

  it("links two nodes with each other and no one else", () => {
    const network = genesisNetwork({ nodeCount: 2 });
    settle(network, [0, 1]);
    network.run(10 * SECOND);
    expect([network.view(0, "neighbours"), network.view(1, "neighbours")]).toEqual([[1], [0]]);
  });

  it("lets every node know all, with at least five links each that both ends record", () => {
    const network = genesisNetwork({ nodeCount: 60 });
    const all = range(0, 60);
    settle(network, all);
    network.run(15 * SECOND);
    for (const index of all) {
      const links = network.view(index, "neighbours");
      // Five are asked for. One may be on its way to another peer at the instant of looking.
      expect(links.length).toBeGreaterThanOrEqual(4);
      expect(links.length).toBeLessThanOrEqual(12);
      for (const other of links) expect(network.view(other, "neighbours")).toContain(index);
    }
    expect(network.areConnected(all)).toBe(true);
  });

  it("takes in a hundred that come at the same instant", () => {
    const network = genesisNetwork({ nodeCount: 101 });
    network.start(0);
    network.run(SECOND);
    for (const index of range(1, 101)) network.start(index);
    const all = range(0, 101);
    expect(network.runUntil(() => network.knowEachOther(all), MINUTE)).toBeLessThan(15 * SECOND);
    expect(network.areConnected(all)).toBe(true);
  });

  it("takes in nodes of which half cannot be dialled", () => {
    const isUndialable = Uint8Array.from(range(0, 40), (index) => (index > 0 ? index % 2 : 0));
    const rules = [new Undialable({ name: "nat", isUndialable })];
    const network = genesisNetwork({ nodeCount: 40, rules });
    settle(network, range(0, 40));
    network.run(MINUTE);
    expect(network.knowEachOther(range(0, 40))).toBe(true);
    expect(network.areConnected(range(0, 40))).toBe(true);
  });

  it("links joiners without waiting out periods, although half of their requests meet a NAT", () => {
    const isUndialable = Uint8Array.from(range(0, 60), (index) => index % 2);
    const rules = [new Undialable({ name: "nat", isUndialable })];
    // Whoever can be dialled has room: what takes time is the requests that nobody answers.
    const network = genesisNetwork({ nodeCount: 60, rules, settings: { linksMax: 30 } });
    network.startAll(range(0, 40), SECOND / 20);
    network.run(MINUTE);
    const delaysMicros = range(40, 60).map((joiner) => {
      network.start(joiner);
      return network.runUntil(() => network.view(joiner, "neighbours").length >= 4, MINUTE);
    });
    const meanMicros = delaysMicros.reduce((sum, delay) => sum + delay, 0) / delaysMicros.length;
    // A join and three rounds of requests, 2 s of patience each; periods of 5 s between them would make it eleven.
    expect(meanMicros).toBeLessThan(8 * SECOND);
  });

  it("works where one message in ten is lost, and nobody is held dead for long", () => {
    const rules = [new Loss({ name: "loss", probability: 0.1 })];
    const network = genesisNetwork({ nodeCount: 30, rules });
    const all = range(0, 30);
    network.startAll(all, SECOND / 20);
    expect(network.runUntil(() => network.knowEachOther(all), MINUTE)).toBeLessThan(20 * SECOND);
    const samples = range(0, 60).map(() => {
      network.run(SECOND);
      return network.knowEachOther(all);
    });
    expect(samples.filter((isFull) => isFull).length).toBeGreaterThan(57);
  });

  it("says that it waits while genesis is down, tries again with pauses, and joins when it is back", () => {
    const network = genesisNetwork({ nodeCount: 6 });
    for (const index of range(1, 6)) network.start(index);
    network.run(40 * SECOND);
    for (const index of range(1, 6)) {
      expect(network.node(index).ownStatus).toBe("joining");
      // A refusal takes a round trip: now and then one is just asking.
      const { progress } = discovery(network, index);
      expect(progress).toMatch(/^joining, (?:waiting|asking contact), attempt \d+$/);
      const retries = network.observations.filter(
        ({ node, name }) => node === network.peers[index] && name === "join-retries",
      );
      // Pauses of up to 0.5, 1, 2, 4, 8, 8, … s: at least seven attempts and at most twenty in forty seconds.
      expect(retries.length).toBeGreaterThanOrEqual(7);
      expect(retries.length).toBeLessThanOrEqual(20);
      expect(retries.map(({ value }) => value)).toEqual(range(1, retries.length + 1));
    }
    network.start(0);
    const all = range(0, 6);
    expect(network.runUntil(() => network.knowEachOther(all), MINUTE)).toBeLessThan(15 * SECOND);
    expect(discovery(network, 3).progress).toBe("");
  });

  it("goes through another contact while genesis is down", () => {
    const network = genesisNetwork({
      nodeCount: 11,
      settingsOf: (index, peers) => (index === 10 ? { contacts: [peers[5]!] } : {}),
    });
    settle(network, range(0, 10));
    network.crash(0, "host");
    network.run(15 * SECOND);
    network.start(10);
    const rest = range(1, 11);
    expect(network.runUntil(() => network.knowEachOther(rest), MINUTE)).toBeLessThan(30 * SECOND);
  });

  it("goes through members it remembers, when it restarts with its state while genesis is down", () => {
    const network = genesisNetwork({ nodeCount: 10 });
    settle(network, range(0, 10));
    network.crash(0, "host");
    network.crash(7);
    network.run(15 * SECOND);
    network.restart(7, { keepsState: true });
    const rest = range(1, 10);
    expect(network.runUntil(() => network.knowEachOther(rest), MINUTE)).toBeLessThan(30 * SECOND);
  });

  it("begins linked where the start overlay is given, and lets all know all of it", () => {
    // A chain: each node knows the one before it and the one after it.
    const network = genesisNetwork({
      nodeCount: 20,
      settingsOf: (index, peers) => ({
        startPeers: [peers[index - 1], peers[index + 1]].filter((peer) => peer !== undefined),
      }),
    });
    const all = range(0, 20);
    for (const index of all) network.start(index);
    expect(all.map((index) => network.node(index).ownStatus)).toEqual(all.map(() => "active"));
    expect(network.runUntil(() => network.knowEachOther(all), MINUTE)).toBeLessThan(20 * SECOND);
  });

  it("refuses full membership of a network that is too large, unless it is forced", () => {
    const [genesis] = genesisNetwork({ nodeCount: 1 }).peers;
    const settings = { genesis: genesis!, expectedNodes: FULL_MEMBERSHIP_NODES_MAX };
    expect(() => new GenesisDiscovery(settings)).not.toThrow();
    const tooLarge = { ...settings, expectedNodes: FULL_MEMBERSHIP_NODES_MAX + 1 };
    expect(() => new GenesisDiscovery(tooLarge)).toThrow(RangeError);
    expect(() => new GenesisDiscovery({ ...tooLarge, forcesAll: true })).not.toThrow();
    expect(() => new GenesisDiscovery({ ...tooLarge, members: { sample: 32 } })).not.toThrow();
  });
});
