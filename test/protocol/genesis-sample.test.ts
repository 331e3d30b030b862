import { describe, expect, it } from "vitest";
import { Undialable } from "../../src/sim/rules/undialable.js";
import { genesisNetwork, range } from "./genesis-network.js";
import { SECOND } from "./overlay-network.js";
import type { OverlayNetwork } from "./overlay-network.js";

const SAMPLE = 8;

/** The figures by which the design calls a partial view valid. */
function validity(network: OverlayNetwork) {
  const live = network.live();
  const views = new Map(live.map((index) => [index, network.view(index, "members")]));
  const entries = live.flatMap((index) => views.get(index) ?? []);
  const wanted = 0.95 * Math.min(SAMPLE, live.length - 1);
  const filled = live.filter((index) => (views.get(index)?.length ?? 0) >= wanted);
  const reversed = new Map(live.map((index): [number, number[]] => [index, []]));
  for (const [index, view] of views) for (const other of view) reversed.get(other)?.push(index);
  return {
    isOneComponent: network.areConnected(live, "members"),
    strongShare: strongComponent(live[0]!, views, reversed) / live.length,
    deadShare: entries.filter((index) => !network.isUp(index)).length / entries.length,
    filledShare: filled.length / live.length,
    smallest: Math.min(...Array.from(views.values(), (view) => view.length)),
    largest: Math.max(...Array.from(views.values(), (view) => view.length)),
  };
}

/** Size of the strong component of a node: what it reaches and what reaches it. */
function strongComponent(
  from: number,
  views: ReadonlyMap<number, readonly number[]>,
  reversed: ReadonlyMap<number, readonly number[]>,
): number {
  const reach = (graph: ReadonlyMap<number, readonly number[]>): ReadonlySet<number> => {
    const reached = new Set([from]);
    for (const index of reached) {
      for (const next of graph.get(index) ?? []) if (graph.has(next)) reached.add(next);
    }
    return reached;
  };
  const forwards = reach(views);
  return Array.from(reach(reversed)).filter((index) => forwards.has(index)).length;
}

function expectValid(network: OverlayNetwork): void {
  const found = validity(network);
  expect(found.isOneComponent).toBe(true);
  expect(found.strongShare).toBeGreaterThanOrEqual(0.999);
  expect(found.deadShare).toBeLessThanOrEqual(0.01);
  expect(found.filledShare).toBeGreaterThanOrEqual(0.995);
  expect(found.smallest).toBeGreaterThan(0);
  expect(found.largest).toBeLessThanOrEqual(SAMPLE);
}

/** Nodes that have joined at a rate, and had 25 s to settle. */
function started(nodeCount: number, perSecond: number, seed = "sample"): OverlayNetwork {
  const network = genesisNetwork({ nodeCount, seed, settings: { members: { sample: SAMPLE } } });
  network.startAll(range(0, nodeCount), SECOND / perSecond);
  network.run(25 * SECOND);
  return network;
}

describe("a sample of the members", () => {
  it.each([2, 5, 9, 30])("knows everyone, or as many as it holds, among %i nodes", (nodeCount) => {
    const network = started(nodeCount, 10);
    const size = Math.min(SAMPLE, nodeCount - 1);
    for (const index of range(0, nodeCount)) {
      expect(network.view(index, "members").length).toBe(size);
    }
  });

  it.each(["a", "b", "c"])("is valid after two hundred nodes have joined (seed %s)", (seed) => {
    const network = started(200, 50, seed);
    expectValid(network);
    expect(network.areConnected(network.live())).toBe(true);
  });

  it("makes no node known to a great part of the network", () => {
    const network = started(300, 100);
    const inDegree = new Map<number, number>();
    for (const index of network.live()) {
      for (const other of network.view(index, "members")) {
        inDegree.set(other, (inDegree.get(other) ?? 0) + 1);
      }
    }
    // Eight on average; copying lists from node to node gave the first ones more than a hundred.
    expect(Math.max(...inDegree.values())).toBeLessThan(50);
  });

  it("is valid again after a tenth of the nodes has crashed", () => {
    const network = started(200, 50);
    for (const index of range(1, 200)) if (index % 10 === 0) network.crash(index, "host");
    expect(validity(network).deadShare).toBeGreaterThan(0.05);
    network.run(40 * SECOND);
    expectValid(network);
  });

  it("is valid again within 30 s of the end of a cut, and so are the links", () => {
    const network = started(100, 50);
    network.cut(range(0, 50), range(50, 100));
    network.run(90 * SECOND);
    expect(network.areConnected(network.live())).toBe(false);
    network.heal();
    network.run(30 * SECOND);
    expectValid(network);
    expect(network.areConnected(network.live())).toBe(true);
  });

  // Under these seeds the cut leaves nodes alone that know nobody whom they can reach, but that others probe: unless they
  // ask who probes them for a link they stay alone, as do those whom nobody probes either.
  it.each(["b", "e", "n"])("joins those on the small side of a cut (seed %s)", (seed) => {
    const isUndialable = Uint8Array.from(range(0, 150), (index) =>
      index > 0 && index % 5 < 2 ? 1 : 0,
    );
    const rules = [new Undialable({ name: "nat", isUndialable })];
    const settings = { members: { sample: 2 * SAMPLE } };
    const network = genesisNetwork({ nodeCount: 150, seed, rules, settings });
    network.startAll(range(0, 150), SECOND / 20);
    network.run(30 * SECOND);
    const side = range(123, 150);
    network.cut(range(0, 123), side);
    const limitMicros = 40 * SECOND;
    expect(network.runUntil(() => network.areConnected(side), limitMicros)).toBeLessThan(
      limitMicros,
    );
  });

  it("lets a genesis that has lost its state back into the network", () => {
    const network = started(60, 50);
    network.crash(0, "host");
    network.run(60 * SECOND);
    network.restart(0);
    network.run(60 * SECOND);
    expectValid(network);
    expect(network.areConnected(network.live())).toBe(true);
  });

  it("costs a node a number of messages that does not grow with the network", () => {
    const eventsPerNodeSecond = [50, 200].map((nodeCount) => {
      const network = started(nodeCount, 100);
      const before = network.simulation.eventCount;
      network.run(20 * SECOND);
      return (network.simulation.eventCount - before) / nodeCount / 20;
    });
    // Eight heartbeats, a probe and its answer each way, a shuffle, and the timers.
    expect(eventsPerNodeSecond[0]).toBeLessThan(20);
    expect(eventsPerNodeSecond[1]! / eventsPerNodeSecond[0]!).toBeLessThan(1.1);
  });
});
