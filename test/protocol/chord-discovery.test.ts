// Chord in networks of a few dozen nodes: the ring closes, lookups end at the responsible node, values outlive crashes.

import { describe, expect, it } from "vitest";
import { ChordDiscovery } from "../../src/protocol/chord-discovery.js";
import type { ChordOptions } from "../../src/protocol/chord-options.js";
import { SEARCHES_MAX } from "../../src/protocol/chord-search.js";
import type { KeyOutcome } from "../../src/protocol/key-operation.js";
import { compareClockwise, isBetween, keyAfter } from "../../src/protocol/ring-distance.js";
import { toHex } from "../../src/trace/hashing.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { range } from "./genesis-network.js";
import { OverlayNetwork, SECOND } from "./overlay-network.js";

const NODES = 24;
const VALUE = new Uint8Array([1, 2, 3]);

function keyOf(text: string): string {
  return toHex(nodeSha256(new TextEncoder().encode(text)));
}

function grown(options: Partial<ChordOptions> = {}): OverlayNetwork {
  const network = new OverlayNetwork({
    nodeCount: NODES,
    seed: "chord",
    protocols: (_index, peers) =>
      new Map([
        [
          "discovery",
          new ChordDiscovery({
            contacts: [peers[0]!],
            successorCount: 6,
            periodMicros: 2 * SECOND,
            ...options,
          }),
        ],
      ]),
  });
  network.startAll(range(0, NODES), SECOND / 2);
  network.run(60 * SECOND);
  return network;
}

interface Known {
  readonly ring: { readonly successors: readonly { readonly id: string }[] };
  readonly kept: ReadonlyMap<string, unknown>;
}

function known(network: OverlayNetwork, index: number): Known {
  return network.node(index).protocol("discovery") as unknown as Known;
}

/** The live node that a key belongs to. */
function responsible(network: OverlayNetwork, key: string): number {
  return [...network.live()].sort((a, b) =>
    compareClockwise(key, network.peers[a]!.id, network.peers[b]!.id),
  )[0]!;
}

function outcomeOf(
  network: OverlayNetwork,
  index: number,
  question: (node: ReturnType<OverlayNetwork["node"]>) => number,
): KeyOutcome {
  const outcomes: KeyOutcome[] = [];
  const node = network.node(index);
  const stop = node.outcomes((outcome) => outcomes.push(outcome));
  network.simulation.inject(() => {
    question(node);
    expect(outcomes).toEqual([]);
  });
  network.runUntil(() => outcomes.length > 0, 40 * SECOND);
  stop();
  expect(outcomes).toHaveLength(1);
  return outcomes[0]!;
}

/** Whether each node's first successor is the next live one. */
function isOneRing(network: OverlayNetwork): boolean {
  return network.live().every((index) => {
    const { id } = network.peers[index]!;
    const next = responsible(network, keyAfter(id, 0));
    return known(network, index).ring.successors[0]?.id === network.peers[next]!.id;
  });
}

describe("the way round the ring", () => {
  it("goes upwards and turns at the end", () => {
    const [low, middle, high] = ["1", "8", "f"].map((digit) => digit.padEnd(64, "0"));
    expect(isBetween(low!, middle!, high!)).toBe(true);
    expect(isBetween(high!, low!, middle!)).toBe(true);
    expect(isBetween(middle!, low!, high!)).toBe(false);
    expect(isBetween(low!, low!, high!)).toBe(false);
    expect(isBetween(low!, high!, low!)).toBe(true);
    expect(keyAfter("f".repeat(64), 0)).toBe("0".repeat(64));
    expect(keyAfter("0".repeat(64), 255)).toBe("8".padEnd(64, "0"));
  });
});

describe("a ring", () => {
  it("closes when nodes join, and again when some crash", () => {
    const network = grown();
    expect(isOneRing(network)).toBe(true);
    for (const index of range(10, 16)) network.crash(index, index % 2 === 0 ? "host" : "process");
    network.run(60 * SECOND);
    expect(isOneRing(network)).toBe(true);
  });
});

describe.each(["iterative", "recursive"] as const)("a lookup that is %s", (routing) => {
  it("ends at the responsible node, and at the next when that one has crashed", () => {
    const network = grown({ routing });
    const keys = Array.from(range(0, 10), (i) => keyOf(`key ${i}`));
    let hops = 0;
    for (const [i, key] of keys.entries()) {
      const outcome = outcomeOf(network, i, (node) => node.lookup(key));
      expect(network.indexOf(outcome.closest[0]!)).toBe(responsible(network, key));
      expect(outcome).toMatchObject({ isSuccess: true, timeouts: 0 });
      hops += outcome.depth;
    }
    expect(hops).toBeGreaterThan(0);
    for (const key of keys) {
      const gone = responsible(network, key);
      if (gone > 9) network.crash(gone, "host");
    }
    let timeouts = 0;
    for (const [i, key] of keys.entries()) {
      const outcome = outcomeOf(network, i, (node) => node.lookup(key));
      expect(network.indexOf(outcome.closest[0]!)).toBe(responsible(network, key));
      timeouts += outcome.timeouts;
    }
    expect(timeouts).toBeGreaterThan(0);
  });
});

describe("a value", () => {
  const key = keyOf("value");

  it("is found by everyone, and outlives its holders one after the other", () => {
    const network = grown();
    const put = outcomeOf(network, 3, (node) => node.put(key, VALUE));
    expect(put).toMatchObject({ operation: "put", isSuccess: true });
    for (const index of range(0, 10))
      expect(outcomeOf(network, index, (node) => node.get(key)).value).toEqual(VALUE);
    for (let round = 0; round < 5; round++) {
      const gone = responsible(network, key);
      if (gone !== 0) network.crash(gone);
      network.run(60 * SECOND);
    }
    expect(outcomeOf(network, 0, (node) => node.get(key)).value).toEqual(VALUE);
  });

  it("that nobody has put is not found, and one that has expired neither", () => {
    const network = grown({ expireMicros: 60 * SECOND });
    expect(outcomeOf(network, 3, (node) => node.get(keyOf("nothing"))).isSuccess).toBe(false);
    outcomeOf(network, 3, (node) => node.put(key, VALUE));
    network.run(60 * SECOND);
    expect(outcomeOf(network, 4, (node) => node.get(key)).isSuccess).toBe(false);
    for (const index of network.live()) expect(known(network, index).kept.size).toBe(0);
  });

  it("goes to a newcomer that it belongs to", () => {
    const network = grown();
    const newcomer = responsible(network, key);
    network.crash(newcomer);
    network.run(30 * SECOND);
    outcomeOf(network, 3, (node) => node.put(key, VALUE));
    network.restart(newcomer);
    network.run(60 * SECOND);
    expect(known(network, newcomer).kept.has(key)).toBe(true);
  });
});

describe("searches", () => {
  it("are refused where too many are under way, and told so", () => {
    const network = grown();
    const outcomes: KeyOutcome[] = [];
    network.node(3).outcomes((outcome) => outcomes.push(outcome));
    network.simulation.inject(() => {
      for (const i of range(0, SEARCHES_MAX + 5)) network.node(3).lookup(keyOf(`many ${i}`));
    });
    network.run(20 * SECOND);
    expect(outcomes).toHaveLength(SEARCHES_MAX + 5);
    expect(outcomes.filter(({ isSuccess }) => !isSuccess).length).toBeGreaterThanOrEqual(5);
  });
});
