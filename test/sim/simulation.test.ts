import { describe, expect, it } from "vitest";
import fc from "fast-check";

import { InvariantError } from "../../src/trace/invariant.js";
import { LimitError } from "../../src/sim/limits.js";
import type { Limits } from "../../src/sim/limits.js";
import { MessageLatency } from "../../src/sim/rules/message-latency.js";
import { UniformDistribution } from "../../src/sim/distributions/uniform-distribution.js";
import { KernelWorld, MILLI, SECOND } from "./kernel-world.js";
import type { KeptRecord, Told } from "./kernel-world.js";

type Key = KeptRecord["key"];

function compareKeys(a: Key, b: Key): number {
  return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}

/** A world full of messages: whoever gets one sends on, sets timers, opens and closes connections. */
function busyWorld(seed: string, nodes = 6): KernelWorld {
  const latency = new UniformDistribution({ minMicros: 1, maxMicros: 30 * MILLI });
  const world = new KernelWorld({ nodes, seed, latencyMicros: 0, starts: false });
  world.network.add(new MessageLatency({ name: "second latency", distribution: latency }));
  for (let node = 0; node < nodes; node++) world.reactions.set(node, react);
  function react({ node, what, text, peer }: Told): void {
    const n = text.length + node + peer;
    const next = (node + 1 + (n % (nodes - 1))) % nodes;
    // Odd texts die out and even ones multiply, up to a bound.
    if (text.length > 40) return;
    if (what === "datagram") world.sendDatagram(node, next, `${text}d`);
    if (what === "message") world.send(node, next, `${text}m`);
    if (what === "timer") {
      world.sendDatagram(node, next, `${text}t`);
      world.setTimer(node, n % 7 === 0 ? 0 : n * 900, `${text}x`);
    }
    if (what === "message" && n % 11 === 0) world.disconnect(node, next);
    if (what === "datagram" && n % 5 === 0) world.send(node, next, `${text}s`);
  }
  const { simulation } = world;
  const link = {
    upBitsPerSecond: 2e6,
    downBitsPerSecond: 1e6,
    upQueueMicros: 20 * MILLI,
    downQueueMicros: 20 * MILLI,
  };
  simulation.setAccessLink(0, link);
  simulation.setProcessingMicros(1, 700);
  for (let node = 0; node < nodes; node++) {
    world.start(node);
    world.setTimer(node, node * 100, `${node}`);
  }
  for (let i = 0; i < 8; i++) {
    world.at(20 * MILLI + i * 30 * MILLI, () => {
      if (i % 2 === 0) simulation.pause(2 + (i % 3));
      else for (let node = 2; node < 5; node++) simulation.resume(node);
    });
  }
  return world;
}

describe("a simulation", () => {
  it("executes events in the order of their keys, each at least a microsecond after its cause", () => {
    fc.assert(
      fc.property(fc.string(), (seed) => {
        const world = busyWorld(seed);
        world.run(SECOND);
        expect(world.records.length).toBeGreaterThan(200);
        const { records } = world;
        const outOfOrder = records.filter(
          ({ key }, i) => i > 0 && compareKeys(records[i - 1]!.key, key) > 0,
        );
        // Only what was done before the first event is its own cause.
        const tooSoon = records.filter(({ key, cause }) => key[0] > 0 && key[0] <= cause[0]);
        expect([outOfOrder, tooSoon]).toEqual([[], []]);
      }),
      { numRuns: 20, seed: 2 },
    );
  });

  it("repeats to the bit, and differs under another seed", () => {
    const run = (seed: string): string => {
      const world = busyWorld(seed);
      world.run(SECOND);
      return world.digest();
    };
    expect(run("a")).toBe(run("a"));
    expect(run("a")).not.toBe(run("b"));
  });

  it("numbers what a node does on through its restarts", () => {
    const world = new KernelWorld({ nodes: 2 });
    const countersOf = (): number[] => world.recordsOf("delivered").map(({ key }) => key[2]);
    for (let round = 0; round < 3; round++) {
      world.sendDatagram(0, 1, "one");
      world.sendDatagram(0, 1, "two");
      world.run(SECOND);
      world.simulation.crashProcess(0);
      world.start(0);
    }
    expect(countersOf()).toEqual([0, 1, 2, 3, 4, 5]);
    expect(world.recordsOf("delivered").every(({ key }) => key[1] === 1)).toBe(true);
  });

  it("gives the scenario origin 0 and each node its index plus one", () => {
    const world = new KernelWorld({ nodes: 3 });
    world.simulation.scheduleWorld(5, "plan");
    world.onWorldEvent = () => {
      world.simulation.recordFault("seen", 2);
    };
    world.sendDatagram(2, 0, "hello");
    world.runOut();
    expect(world.recordsOf("fault").map(({ key }) => key)).toEqual([[5, 0, 0]]);
    expect(world.recordsOf("delivered").map(({ key }) => key[1])).toEqual([3]);
  });

  it("lets the scenario's events precede the nodes' of the same instant", () => {
    const world = new KernelWorld({ nodes: 1 });
    const order: string[] = [];
    world.reactions.set(0, ({ text }) => void order.push(text));
    world.setTimer(0, 100, "timer");
    world.at(100, () => order.push("world"));
    world.run(SECOND);
    expect(order).toEqual(["world", "timer"]);
  });

  it("hands a world event's plain data over at its time", () => {
    const world = new KernelWorld({ nodes: 0 });
    const payload = { what: "churn", nodes: [1, 2] };
    world.simulation.scheduleWorld(77, payload);
    world.runOut();
    expect(world.worldEvents).toEqual([{ micros: 77, payload }]);
  });

  it("refuses to start a node that runs", () => {
    const world = new KernelWorld({ nodes: 1 });
    expect(() => {
      world.start(0);
    }).toThrow(InvariantError);
  });
});

describe("advancing a simulation", () => {
  it("by a step executes one event and says whether there was one", () => {
    const world = new KernelWorld({ nodes: 1 });
    world.setTimer(0, 10, "a");
    world.setTimer(0, 20, "b");
    expect(world.simulation.nextMicros).toBe(10);
    expect(world.simulation.step()).toBe(true);
    expect(world.toldTo(0)).toEqual(["timer a @10"]);
    expect(world.simulation.pendingCount).toBe(1);
    expect(world.simulation.step()).toBe(true);
    expect(world.simulation.step()).toBe(false);
    expect(world.simulation.nextMicros).toBe(Infinity);
    expect(world.simulation.eventCount).toBe(2);
  });

  it("until a time executes that time's events and leaves the clock there", () => {
    const world = new KernelWorld({ nodes: 1 });
    for (const micros of [99, 100, 101]) world.setTimer(0, micros, "t");
    world.simulation.runUntil(100);
    expect(world.timesOf(0, "timer")).toEqual([99, 100]);
    expect(world.nowMicros).toBe(100);
    world.simulation.runUntil(50);
    expect(world.nowMicros).toBe(100);
  });

  it("until a predicate stops after the event that made it true", () => {
    const world = new KernelWorld({ nodes: 1 });
    for (let i = 1; i <= 10; i++) world.setTimer(0, i, "t");
    world.simulation.runUntil(() => world.told.length === 4);
    expect(world.nowMicros).toBe(4);
    world.simulation.runUntil(() => true);
    expect(world.told).toHaveLength(4);
  });

  it("until the end of time ends when nothing is pending", () => {
    const world = new KernelWorld({ nodes: 1 });
    world.setTimer(0, 10, "t");
    world.simulation.runUntil(Infinity);
    expect(world.nowMicros).toBe(10);
  });

  it("allows to do something between two steps, which becomes a cause of its own", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.setTimer(0, 100, "t");
    world.run(200);
    world.simulation.inject(() => {
      world.sendDatagram(0, 1, "injected");
    });
    world.run(SECOND);
    expect(world.recordsOf("sent").map(({ key }) => key)).toEqual([[201, 0, 0]]);
    expect(world.recordsOf("delivered").map(({ key, cause }) => [key, cause])).toEqual([
      [
        [201 + 10 * MILLI, 1, 1],
        [201, 0, 0],
      ],
    ]);
  });

  it("executes what precedes an injection in the order of keys before it", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.sendDatagram(0, 1, "first");
    world.sendDatagram(1, 0, "second");
    world.simulation.step();
    world.simulation.inject(() => {
      world.sendDatagram(0, 1, "injected");
    });
    // Both arrived in one instant; the injection came between them and is ordered behind.
    const sent = world.recordsOf("sent").map(({ key }) => key[0]);
    expect(world.recordsOf("delivered")).toHaveLength(2);
    expect(sent.at(-1)).toBe(world.recordsOf("delivered")[1]!.key[0] + 1);
  });

  it("goes by another choice of the next event when one is given", () => {
    const world = new KernelWorld({
      nodes: 1,
      // Every other event is skipped for good: a choice that only a test would make.
      takeNext: (queue) => queue.take() && queue.take(),
    });
    for (let i = 1; i <= 6; i++) world.setTimer(0, i, `${i}`);
    world.runOut();
    expect(world.told.map(({ text }) => text)).toEqual(["2", "4", "6"]);
  });
});

describe("a limit", () => {
  function storm(limits: Partial<Limits>, heapBytes?: () => number): KernelWorld {
    const world = new KernelWorld({
      nodes: 1,
      limits,
      ...(heapBytes === undefined ? {} : { heapBytes }),
    });
    world.reactions.set(0, () => {
      for (let i = 0; i < 2; i++) world.setTimer(0, 1 + world.told.length, "more");
      // Nothing is kept of what is told: the run is long.
      if (world.told.length > 1000) world.told.length = 0;
    });
    world.setTimer(0, 1, "first");
    return world;
  }

  function errorOf(run: () => void): LimitError {
    try {
      run();
    } catch (error) {
      expect(error).toBeInstanceOf(LimitError);
      return error as LimitError;
    }
    throw new Error("nothing stopped the run");
  }

  it("of events stops the run at the event after the last allowed one", () => {
    const world = storm({ eventsMax: 1000 });
    const error = errorOf(() => {
      world.runOut();
    });
    expect(error.limit).toBe("eventsMax");
    expect(error.value).toBe(1000);
    expect(error.timeMicros).toBe(world.nowMicros);
    expect(world.simulation.eventCount).toBe(1001);
  });

  it("of pending events stops a storm of them", () => {
    const world = storm({ pendingMax: 10_000 });
    expect(
      errorOf(() => {
        world.runOut();
      }).limit,
    ).toBe("pendingMax");
  });

  it("of virtual time stops the run at the first event beyond it", () => {
    const world = storm({ timeMicrosMax: 500 });
    expect(
      errorOf(() => {
        world.runOut();
      }).limit,
    ).toBe("timeMicrosMax");
    expect(world.nowMicros).toBeLessThanOrEqual(500);
  });

  it("of the heap stops the run when the platform says so", () => {
    const world = storm({ heapBytesMax: 1e9 }, () => world.simulation.eventCount * 10_000);
    expect(
      errorOf(() => {
        world.runOut();
      }).limit,
    ).toBe("heapBytesMax");
  });

  it("of nodes refuses the node after the last allowed one", () => {
    const error = errorOf(() => new KernelWorld({ nodes: 4, limits: { nodesMax: 3 } }));
    expect(error.limit).toBe("nodesMax");
    expect(new KernelWorld({ nodes: 3, limits: { nodesMax: 3 } }).told).toEqual([]);
  });
});

describe("two simulations in one thread", () => {
  it("do not disturb each other, however their steps interleave", () => {
    const alone = ["a", "b"].map((seed) => {
      const world = busyWorld(seed);
      for (let i = 0; i < 3000; i++) world.simulation.step();
      return world.digest();
    });
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 20 }), (turns) => {
        const worlds = ["a", "b"].map((seed) => busyWorld(seed));
        const left = [3000, 3000];
        for (let turn = 0; left[0]! + left[1]! > 0; turn++) {
          const which = turn % 2;
          const steps = Math.min(left[which]!, turns[turn % turns.length]!);
          for (let i = 0; i < steps; i++) worlds[which]!.simulation.step();
          left[which]! -= steps;
        }
        expect(worlds.map((world) => world.digest())).toEqual(alone);
      }),
      { numRuns: 10, seed: 3 },
    );
  });
});

describe("a snapshot", () => {
  it("taken after any event goes on in another simulation as the run itself does", () => {
    const straight = busyWorld("s");
    straight.run(SECOND / 4);
    const expected = straight.told.slice();
    expect(expected.length).toBeGreaterThan(300);
    const toText = (payload: unknown): string => JSON.stringify(payload ?? null);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: straight.simulation.eventCount }), (cutAt) => {
        const first = busyWorld("s");
        for (let i = 0; i < cutAt; i++) first.simulation.step();
        const told = first.told.slice();
        const saved = first.simulation.snapshot((payload) => toText(payload));
        // The run that was saved goes on: the snapshot must not share anything with it.
        first.run(SECOND / 10);
        const second = busyWorld("s");
        second.told.length = 0;
        second.simulation.restore(saved, (payload) => JSON.parse(payload as string) ?? undefined);
        for (const name of first.names.texts()) second.names.id(name);
        second.simulation.runUntil(SECOND / 4);
        expect([...told, ...second.told]).toEqual(expected);
      }),
      { numRuns: 25, seed: 5 },
    );
  });
});
