import { describe, expect, it } from "vitest";

import { UniformDistribution } from "../../src/sim/distributions/uniform-distribution.js";
import { datagramWireBytes } from "../../src/sim/access-links.js";
import { Corruption } from "../../src/sim/rules/corruption.js";
import { Duplication } from "../../src/sim/rules/duplication.js";
import { Hold } from "../../src/sim/rules/hold.js";
import { Loss } from "../../src/sim/rules/loss.js";
import { MessageLatency } from "../../src/sim/rules/message-latency.js";
import { Partition } from "../../src/sim/rules/partition.js";
import { Reordering } from "../../src/sim/rules/reordering.js";
import { ScopedRule } from "../../src/sim/rules/scoped-rule.js";
import type { LinkRule } from "../../src/sim/link-rule.js";
import { KernelWorld, MILLI, SECOND } from "./kernel-world.js";

const ONE_WAY = 10 * MILLI;
const MEGABIT = 1_000_000;

/** A world in which node 0 sends `count` datagrams, one a millisecond, under these rules. */
function sent(count: number, rules: readonly LinkRule[], seed = "seed"): KernelWorld {
  const world = new KernelWorld({ nodes: 2, rules, seed });
  for (let i = 0; i < count; i++) {
    world.at(1 + i * MILLI, () => {
      world.sendDatagram(0, 1, `${i}`);
    });
  }
  world.run(count * MILLI + 5 * SECOND);
  return world;
}

function texts(world: KernelWorld): string[] {
  return world.told.map(({ text }) => text);
}

/** Whether a count out of 10,000 of this probability is within four standard deviations. */
function isNear(count: number, probability: number): boolean {
  const deviation = Math.sqrt(10_000 * probability * (1 - probability));
  return Math.abs(count - 10_000 * probability) <= 4 * deviation;
}

describe("a datagram", () => {
  it("arrives once, after the one-way latency, with no connection", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.sendDatagram(0, 1, "hello");
    world.run(SECOND);
    expect(world.told).toEqual([
      { micros: ONE_WAY, node: 1, what: "datagram", peer: 0, text: "hello" },
    ]);
  });

  it("is lost by chance, for good, and its sender's record says so", () => {
    const world = sent(10_000, [new Loss({ name: "loss", probability: 0.2 })]);
    const lost = world.recordsOf("sent").filter(({ reason }) => reason === "loss").length;
    expect(isNear(lost, 0.2)).toBe(true);
    expect(world.told).toHaveLength(10_000 - lost);
  });

  it("is lost by the same chance whatever else is sent", () => {
    const loss = new Loss({ name: "loss", probability: 0.5 });
    const all = texts(sent(200, [loss]));
    const world = new KernelWorld({ nodes: 3, rules: [loss] });
    for (let i = 1; i < 200; i += 2) {
      world.at(1 + i * MILLI, () => {
        world.sendDatagram(2, 1, "other");
        world.sendDatagram(0, 1, `${i}`);
        world.sendDatagram(0, 2, `${i}`);
      });
    }
    world.run(SECOND);
    const odd = world.told.filter(({ node, peer }) => node === 1 && peer === 0);
    expect(odd.map(({ text }) => text)).toEqual(all.filter((text) => Number(text) % 2 === 1));
  });

  it("draws apart from another with the same content at the same instant", () => {
    const world = new KernelWorld({
      nodes: 2,
      rules: [new Loss({ name: "loss", probability: 0.5 })],
    });
    for (let i = 0; i < 10_000; i++) world.sendDatagram(0, 1, "again");
    world.run(SECOND);
    expect(isNear(world.told.length, 0.5)).toBe(true);
  });

  it("draws apart from a copy of itself that left in the same instant with others in between", () => {
    const rules = [new Loss({ name: "loss", probability: 0.5 })];
    const world = new KernelWorld({ nodes: 3, rules });
    let differing = 0;
    for (let i = 0; i < 1000; i++) {
      for (const target of [1, 2, 1, 2]) world.sendDatagram(0, target, `${i}`);
      world.run(SECOND);
      const counts = [1, 2].map((node) => world.timesOf(node, "datagram").length);
      differing += counts.filter((count) => count === 1).length;
      world.told.length = 0;
    }
    // Of two thousand pairs of copies half lose one of the two; four standard deviations are ninety.
    expect(Math.abs(differing - 1000)).toBeLessThan(90);
  });

  it("is lost by the same chance whatever else leaves for the same peer in the same instant", () => {
    const rules = [new Loss({ name: "loss", probability: 0.5 })];
    const arrives = (others: readonly string[], i: number): boolean => {
      const world = new KernelWorld({ nodes: 2, rules });
      for (const text of others) world.sendDatagram(0, 1, text);
      world.sendDatagram(0, 1, `${i}`);
      world.run(SECOND);
      return texts(world).includes(`${i}`);
    };
    const alone = Array.from({ length: 40 }, (_, i) => arrives([], i));
    expect(new Set(alone).size).toBe(2);
    expect(alone.map((_, i) => arrives(["a", "b", "a"], i))).toEqual(alone);
  });

  it("arrives twice where duplication strikes, the copy a microsecond later", () => {
    const world = sent(10_000, [new Duplication({ name: "twice", probability: 0.1 })]);
    expect(isNear(world.told.length - 10_000, 0.1)).toBe(true);
    const times = new Map<string, number[]>();
    for (const { text, micros } of world.told)
      times.set(text, [...(times.get(text) ?? []), micros]);
    const gaps = [...times.values()].map((list) =>
      list.slice(1).map((micros) => micros - list[0]!),
    );
    expect(new Set(gaps.map((gap) => gap.join()))).toEqual(new Set(["", "1"]));
  });

  it("is dropped on arrival where it was corrupted, since its checksum is wrong", () => {
    const world = sent(10_000, [new Corruption({ name: "noise", probability: 0.1 })]);
    const dropped = world.recordsOf("dropped");
    expect(isNear(dropped.length, 0.1)).toBe(true);
    expect(world.told).toHaveLength(10_000 - dropped.length);
    expect(new Set(dropped.map(({ node, reason, name }) => `${node} ${reason} ${name}`))).toEqual(
      new Set(["1 corrupt test/text"]),
    );
  });

  it("overtakes others where reordering strikes, by no more than the rule says", () => {
    const world = sent(1000, [
      new Reordering({ name: "mix", probability: 0.3, byMicros: 8 * MILLI }),
    ]);
    const order = texts(world).map(Number);
    expect(order.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 1000 }, (_, i) => i));
    expect(order).not.toEqual(order.toSorted((a, b) => a - b));
    for (const { micros, text } of world.told) {
      const lateMicros = micros - (1 + Number(text) * MILLI + ONE_WAY);
      expect(lateMicros).toBeGreaterThanOrEqual(0);
      expect(lateMicros).toBeLessThan(8 * MILLI);
    }
  });

  it("keeps no order where each message draws its own latency", () => {
    const distribution = new UniformDistribution({ minMicros: 0, maxMicros: 50 * MILLI });
    const world = sent(200, [new MessageLatency({ name: "own", distribution })]);
    expect(texts(world)).toHaveLength(200);
    expect(texts(world)).not.toEqual(Array.from({ length: 200 }, (_, i) => `${i}`));
  });

  it("does not cross a cut", () => {
    const world = sent(3, [new Partition({ name: "cut", groupOf: Uint16Array.from([0, 1]) })]);
    expect(world.told).toEqual([]);
    expect(world.recordsOf("sent").map(({ reason }) => reason)).toEqual([
      "partition",
      "partition",
      "partition",
    ]);
  });

  it("has the same number in all its records, whatever happens to it", () => {
    const world = sent(300, [
      new Corruption({ name: "noise", probability: 0.3 }),
      new Duplication({ name: "twice", probability: 0.3 }),
    ]);
    const numbers = new Set(world.recordsOf("sent").map(({ number }) => number));
    expect(numbers.size).toBe(300);
    for (const kind of ["delivered", "dropped"]) {
      expect(world.recordsOf(kind).length).toBeGreaterThan(0);
      for (const { number } of world.recordsOf(kind)) expect(numbers.has(number)).toBe(true);
    }
  });
});

describe("a hold", () => {
  it("keeps datagrams, messages and dials back until its release, then lets them go in order", () => {
    const world = new KernelWorld({ nodes: 3 });
    const from = world.open(0, 1);
    world.network.add(new Hold({ name: "held" }));
    for (let i = 0; i < 3; i++) {
      world.sendDatagram(0, 1, `datagram ${i}`);
      world.send(0, 1, `message ${i}`);
    }
    world.send(2, 1, "over a new connection");
    world.run(100 * SECOND);
    expect(world.told).toEqual([]);
    world.network.remove("held");
    // An injection takes place a microsecond later.
    const released = from + 100 * SECOND + 1;
    world.simulation.inject(() => {
      world.simulation.release("held");
    });
    world.run(SECOND);
    const ofPeer = (peer: number): string[] =>
      world.told
        .filter((told) => told.peer === peer && told.node === 1)
        .map(({ what, text, micros }) =>
          `${what} ${text} +${micros - released}`.replace("  ", " "),
        );
    expect(ofPeer(0)).toEqual([
      ...[0, 1, 2].map((i) => `datagram datagram ${i} +${ONE_WAY}`),
      ...[0, 1, 2].map((i) => `message message ${i} +${ONE_WAY}`),
    ]);
    expect(ofPeer(2)).toEqual([
      `connected +${5 * ONE_WAY}`,
      `message over a new connection +${7 * ONE_WAY}`,
    ]);
  });

  it("keeps back only what it is about", () => {
    const world = new KernelWorld({ nodes: 3 });
    const rule = new Hold({ name: "held" });
    world.network.add(
      new ScopedRule({ rule, sources: Uint8Array.from([1]), targets: Uint8Array.from([0, 1]) }),
    );
    world.sendDatagram(0, 1, "held");
    world.sendDatagram(0, 2, "free");
    world.sendDatagram(2, 1, "free too");
    world.run(SECOND);
    expect(texts(world)).toEqual(["free", "free too"]);
  });

  it("of which there are two keeps a datagram until both are released", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.network.add(new Hold({ name: "a" }));
    world.network.add(new Hold({ name: "b" }));
    world.sendDatagram(0, 1, "held twice");
    for (const name of ["a", "b"]) {
      expect(texts(world)).toEqual([]);
      world.network.remove(name);
      world.simulation.release(name);
      world.run(SECOND);
    }
    expect(texts(world)).toEqual(["held twice"]);
  });

  it("that is released into a cut loses what it held, with a record", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.network.add(new Hold({ name: "held" }));
    world.sendDatagram(0, 1, "unlucky");
    world.network.remove("held");
    world.network.add(new Partition({ name: "cut", groupOf: Uint16Array.from([0, 1]) }));
    world.simulation.release("held");
    world.run(SECOND);
    expect(texts(world)).toEqual([]);
    expect(world.recordsOf("dropped").map(({ node, reason }) => [node, reason])).toEqual([
      [0, "partition"],
    ]);
  });
});

describe("the access link of a node, for datagrams", () => {
  /** At 8 Mbit/s a byte takes a microsecond. */
  function world(queueMicros: number, side: "up" | "down"): KernelWorld {
    const limited = new KernelWorld({ nodes: 3, starts: false });
    limited.simulation.setAccessLink(side === "up" ? 0 : 1, {
      upBitsPerSecond: side === "up" ? 8 * MEGABIT : Infinity,
      downBitsPerSecond: side === "down" ? 8 * MEGABIT : Infinity,
      upQueueMicros: queueMicros,
      downQueueMicros: queueMicros,
    });
    for (const node of [0, 1, 2]) limited.start(node);
    return limited;
  }

  const WIRE = datagramWireBytes(1000);

  it("takes 28 bytes of headers beside the message's own", () => {
    expect(WIRE).toBe(1028);
  });

  it("serialises them first in, first out, whoever they are for", () => {
    const limited = world(SECOND, "up");
    for (let i = 0; i < 4; i++) limited.sendDatagram(0, 1 + (i % 2), `${i}`, 1000);
    limited.run(SECOND);
    expect(limited.told.map(({ micros }) => micros)).toEqual(
      [1, 2, 3, 4].map((n) => n * WIRE + ONE_WAY),
    );
    expect(texts(limited)).toEqual(["0", "1", "2", "3"]);
  });

  it("drops those that find more waiting than its queue holds, at the tail", () => {
    // The fourth finds exactly three services waiting, which is not more than the queue holds; the fifth four.
    for (const [queueMicros, passing] of [
      [3 * WIRE, 4],
      [3 * WIRE - 1, 3],
    ] as const) {
      const limited = world(queueMicros, "up");
      for (let i = 0; i < 10; i++) limited.sendDatagram(0, 1, `${i}`, 1000);
      limited.run(SECOND);
      expect(texts(limited)).toEqual(["0", "1", "2", "3"].slice(0, passing));
      expect(limited.recordsOf("sent").map(({ reason }) => reason)).toEqual([
        ...Array<string>(passing).fill(""),
        ...Array<string>(10 - passing).fill("uplink-queue"),
      ]);
    }
  });

  it("takes what is lost beyond it all the same, and not what it dropped itself", () => {
    const limited = world(SECOND, "up");
    limited.network.add(new Loss({ name: "loss", probability: 1 }));
    limited.sendDatagram(0, 1, "lost", 1000);
    limited.network.remove("loss");
    limited.sendDatagram(0, 1, "second", 1000);
    limited.run(SECOND);
    expect(limited.told.map(({ micros }) => micros)).toEqual([2 * WIRE + ONE_WAY]);
  });

  it("serves arrivals one after the other at the receiver, and drops there as well", () => {
    const limited = world(2 * WIRE, "down");
    for (let i = 0; i < 6; i++) limited.sendDatagram((i % 2) * 2, 1, `${i}`, 1000);
    limited.run(SECOND);
    expect(limited.told.map(({ micros }) => micros)).toEqual(
      [1, 2, 3].map((n) => ONE_WAY + n * WIRE),
    );
    const dropped = limited.recordsOf("dropped");
    expect(dropped.map(({ node, reason, bytes }) => [node, reason, bytes])).toEqual(
      Array<unknown>(3).fill([1, "downlink-queue", 1000]),
    );
  });

  it("goes on sending what its host had handed to it when that goes down", () => {
    const limited = world(SECOND, "up");
    for (let i = 0; i < 3; i++) limited.sendDatagram(0, 1, `${i}`, 1000);
    limited.simulation.crashHost(0);
    limited.start(0);
    limited.sendDatagram(0, 1, "of the next process", 1000);
    limited.run(SECOND);
    expect(limited.told.map(({ micros }) => micros)).toEqual(
      [1, 2, 3, 4].map((n) => n * WIRE + ONE_WAY),
    );
  });
});
