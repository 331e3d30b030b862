// Kademlia in networks of a few dozen nodes: what lookups find, and what becomes of values.

import { describe, expect, it } from "vitest";
import { KademliaDiscovery } from "../../src/protocol/kademlia-discovery.js";
import type { KademliaOptions } from "../../src/protocol/kademlia-options.js";
import { LOOKUPS_MAX } from "../../src/protocol/kademlia-search.js";
import type { KeyOutcome } from "../../src/protocol/key-operation.js";
import { VALUE_BYTES_MAX } from "../../src/protocol/keyed-overlay.js";
import { compareDistance } from "../../src/protocol/xor-distance.js";
import { toHex } from "../../src/trace/hashing.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { range } from "./genesis-network.js";
import { OverlayNetwork, SECOND } from "./overlay-network.js";

const NODES = 60;
const K = 5;
const VALUE = new Uint8Array([1, 2, 3]);

function keyOf(text: string): string {
  return toHex(nodeSha256(new TextEncoder().encode(text)));
}

function grown(options: Partial<KademliaOptions> = {}, nodes = NODES): OverlayNetwork {
  const network = new OverlayNetwork({
    nodeCount: nodes,
    seed: "kademlia",
    protocols: (_index, peers) =>
      new Map([
        [
          "discovery",
          new KademliaDiscovery({
            contacts: [peers[0]!],
            bucketSize: K,
            refreshMicros: 20 * SECOND,
            ...options,
          }),
        ],
      ]),
  });
  network.startAll(range(0, nodes), SECOND / 5);
  network.run(30 * SECOND);
  return network;
}

type Question = (node: ReturnType<OverlayNetwork["node"]>) => number;

/** What came of an operation of a node. */
function outcomeOf(network: OverlayNetwork, index: number, question: Question): KeyOutcome {
  const outcomes: KeyOutcome[] = [];
  const node = network.node(index);
  const stop = node.outcomes((outcome) => outcomes.push(outcome));
  let id = 0;
  network.simulation.inject(() => {
    id = question(node);
    expect(outcomes).toEqual([]);
  });
  network.run(20 * SECOND);
  stop();
  expect(outcomes.map((outcome) => outcome.id)).toEqual([id]);
  return outcomes[0]!;
}

/** The nodes that run, without one, nearest to a key first. */
function nearest(network: OverlayNetwork, key: string, without: number, count = K): number[] {
  return network
    .live()
    .filter((index) => index !== without)
    .sort((a, b) => compareDistance(key, network.peers[a]!.id, network.peers[b]!.id))
    .slice(0, count);
}

function foundBy(network: OverlayNetwork, { closest }: KeyOutcome): number[] {
  return closest.map((peer) => network.indexOf(peer));
}

describe("a lookup", () => {
  it("finds exactly the k nearest, wherever it starts", () => {
    const network = grown();
    for (const index of range(0, 12)) {
      const key = keyOf(`key ${index}`);
      const outcome = outcomeOf(network, index, (node) => node.lookup(key));
      expect(foundBy(network, outcome)).toEqual(nearest(network, key, index));
      expect(outcome).toMatchObject({ operation: "lookup", key, isSuccess: true, timeouts: 0 });
      expect(outcome.depth).toBeGreaterThanOrEqual(1);
      expect(outcome.requests).toBeGreaterThanOrEqual(K);
    }
  });

  it("goes round the dead, and counts them", () => {
    const network = grown();
    for (const index of range(20, 40)) network.crash(index);
    const outcomes = Array.from(range(0, 12), (index) => {
      const key = keyOf(`key ${index}`);
      const outcome = outcomeOf(network, index, (node) => node.lookup(key));
      expect(foundBy(network, outcome)[0]).toBe(nearest(network, key, index)[0]);
      return outcome;
    });
    expect(outcomes.some(({ timeouts }) => timeouts > 0)).toBe(true);
  });

  it("asks no more at once than it may", () => {
    for (const parallelRequests of [1, 3]) {
      const network = grown({ parallelRequests, refreshMicros: 0 });
      const key = keyOf("slow");
      const farthest = nearest(network, key, -1, NODES).at(-1)!;
      for (const index of network.live()) if (index !== farthest) network.crash(index, "host");
      let id = 0;
      network.simulation.inject(() => (id = network.node(farthest).lookup(key)));
      network.run(SECOND / 2);
      const { lookups } = network.node(farthest).protocol("discovery") as unknown as {
        lookups: Map<number, { requests: number }>;
      };
      expect(lookups.get(id)?.requests).toBe(parallelRequests);
    }
  });

  it("on disjoint ways finds the same with more requests", () => {
    const single = grown();
    const disjoint = grown({ disjointPaths: 3 });
    let [few, many] = [0, 0];
    for (const index of range(0, 8)) {
      const key = keyOf(`key ${index}`);
      few += outcomeOf(single, index, (node) => node.lookup(key)).requests;
      const outcome = outcomeOf(disjoint, index, (node) => node.lookup(key));
      many += outcome.requests;
      expect(foundBy(disjoint, outcome)).toEqual(nearest(disjoint, key, index));
    }
    expect(many).toBeGreaterThan(1.5 * few);
  });

  it("of a node that is alone ends, later than its call", () => {
    const network = grown({}, 1);
    const outcome = outcomeOf(network, 0, (node) => node.lookup(keyOf("alone")));
    expect(outcome).toMatchObject({ isSuccess: false, closest: [], depth: 0, requests: 0 });
  });

  it("is refused where too many are under way, and told so", () => {
    const network = grown();
    const outcomes: KeyOutcome[] = [];
    network.node(3).outcomes((outcome) => outcomes.push(outcome));
    network.simulation.inject(() => {
      for (const i of range(0, LOOKUPS_MAX + 5)) network.node(3).lookup(keyOf(`many ${i}`));
    });
    network.run(20 * SECOND);
    expect(outcomes).toHaveLength(LOOKUPS_MAX + 5);
    expect(outcomes.filter(({ isSuccess }) => !isSuccess).length).toBeGreaterThanOrEqual(5);
    expect(network.decisions.some(({ why }) => why === "too many at once")).toBe(true);
  });

  it("refuses what is no key, and what is too large", () => {
    const network = grown({}, 2);
    expect(() => network.node(1).lookup("abc")).toThrow(/"abc".*64 hexadecimal/u);
    expect(() => network.node(1).get(keyOf("x").toUpperCase())).toThrow(RangeError);
    const tooLarge = new Uint8Array(VALUE_BYTES_MAX + 1);
    expect(() => network.node(1).put(keyOf("x"), tooLarge)).toThrow(/1001 bytes/u);
  });
});

describe("a value", () => {
  const key = keyOf("value");
  const holders = (network: OverlayNetwork): number[] =>
    network.live().filter((index) => {
      const { kept } = network.node(index).protocol("discovery") as unknown as {
        kept: Map<string, unknown>;
      };
      return kept.has(key);
    });

  it("is kept by the k nearest and found by everyone", () => {
    const network = grown();
    const put = outcomeOf(network, 7, (node) => node.put(key, VALUE));
    expect(put).toMatchObject({ operation: "put", isSuccess: true });
    expect(new Set(holders(network))).toEqual(new Set(nearest(network, key, -1)));
    for (const index of range(0, NODES)) {
      const got = outcomeOf(network, index, (node) => node.get(key));
      expect(got).toMatchObject({ operation: "get", isSuccess: true, value: VALUE });
    }
  });

  it("that nobody has put is not found", () => {
    const got = outcomeOf(grown(), 7, (node) => node.get(keyOf("nothing")));
    expect(got).toMatchObject({ isSuccess: false, value: null });
  });

  it("that is put again replaces the earlier one, and not the other way round", () => {
    const network = grown();
    const later = new Uint8Array([9]);
    outcomeOf(network, 7, (node) => node.put(key, VALUE));
    outcomeOf(network, 8, (node) => node.put(key, later));
    expect(outcomeOf(network, 9, (node) => node.get(key)).value).toEqual(later);
    const holder = network.node(holders(network)[0]!).protocol("discovery") as unknown as {
      kept: Map<string, { version: number }>;
      storeHere: (key: string, stored: object) => boolean;
    };
    const { version } = holder.kept.get(key)!;
    holder.storeHere(key, { value: VALUE, version: version - 1, leftMicros: SECOND });
    expect(holder.kept.get(key)!.version).toBe(version);
  });

  it("moves on to who is nearest when holders crash, one after the other", () => {
    const network = grown({ republishMicros: 20 * SECOND, expireMicros: 3600 * SECOND });
    outcomeOf(network, 7, (node) => node.put(key, VALUE));
    network.crash(7);
    for (let round = 0; round < 4; round++) {
      for (const index of nearest(network, key, 0, 3)) network.crash(index);
      network.run(90 * SECOND);
    }
    expect(outcomeOf(network, 0, (node) => node.get(key)).value).toEqual(VALUE);
  });

  it("is lost without handing on, when all who held it have crashed", () => {
    const network = grown({ republishMicros: 0, expireMicros: 3600 * SECOND });
    outcomeOf(network, 7, (node) => node.put(key, VALUE));
    network.crash(7);
    for (const index of holders(network)) network.crash(index);
    network.run(90 * SECOND);
    const asker = network.live()[0]!;
    expect(outcomeOf(network, asker, (node) => node.get(key)).isSuccess).toBe(false);
  });

  it("is given to a newcomer that is near to its key", () => {
    const network = grown({ republishMicros: 0 });
    outcomeOf(network, 7, (node) => node.put(key, VALUE));
    const newcomer = nearest(network, key, -1)[0]!;
    network.crash(newcomer);
    network.run(60 * SECOND);
    network.restart(newcomer);
    network.run(30 * SECOND);
    expect(holders(network)).toContain(newcomer);
  });

  it("expires when its publisher is gone, and not before", () => {
    const network = grown({ republishMicros: 10 * SECOND, expireMicros: 60 * SECOND });
    outcomeOf(network, 7, (node) => node.put(key, VALUE));
    network.run(300 * SECOND);
    expect(outcomeOf(network, 9, (node) => node.get(key)).isSuccess).toBe(true);
    network.crash(7);
    network.run(30 * SECOND);
    expect(holders(network).length).toBeGreaterThan(0);
    network.run(120 * SECOND);
    expect(outcomeOf(network, 9, (node) => node.get(key)).isSuccess).toBe(false);
    expect(holders(network)).toEqual([]);
  });
});
