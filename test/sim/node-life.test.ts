import { describe, expect, it } from "vitest";
import fc from "fast-check";

import { KernelWorld, MILLI, SECOND } from "./kernel-world.js";

const ONE_WAY = 10 * MILLI;

describe("a node whose process crashed", () => {
  it("gets nothing any more: no timer, no message, no notice", () => {
    const world = new KernelWorld({ nodes: 2 });
    const from = world.open(0, 1);
    world.setTimer(1, 5 * MILLI, "late");
    world.send(0, 1, "in flight");
    world.sendDatagram(0, 1, "in flight too");
    world.disconnect(1, 0);
    world.simulation.crashProcess(1);
    world.run(60 * SECOND);
    expect(world.toldTo(1)).toEqual([]);
    expect(world.toldTo(0)).toEqual([`disconnected 1 disconnected @${from + ONE_WAY}`]);
  });

  it("never gets the timers of the process before when it is started again", () => {
    const world = new KernelWorld({ nodes: 1 });
    world.setTimer(0, 100, "of the first life");
    world.at(50, () => {
      world.simulation.crashProcess(0);
      world.start(0);
      world.setTimer(0, 70, "of the second life");
    });
    world.run(SECOND);
    expect(world.toldTo(0)).toEqual(["timer of the second life @120"]);
  });

  it("never gets what the process before sent to itself", () => {
    const world = new KernelWorld({ nodes: 1 });
    world.simulation.sendToSelf(0, world.parcel("of the first life"));
    world.simulation.crashProcess(0);
    world.start(0);
    world.simulation.sendToSelf(0, world.parcel("of the second life"));
    world.run(SECOND);
    expect(world.toldTo(0)).toEqual(["message 0 of the second life @1"]);
    expect(world.recordsOf("dropped").map(({ reason }) => reason)).toEqual(["not-listening"]);
  });

  it("answers datagrams with nothing and dials with a refusal, and says why in the records", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.simulation.crashProcess(1);
    world.sendDatagram(0, 1, "to nobody");
    world.connect(0, 1);
    world.run(SECOND);
    expect(world.toldTo(0)).toEqual([`disconnected 1 refused @${2 * ONE_WAY}`]);
    expect(world.recordsOf("dropped").map(({ node, reason }) => [node, reason])).toEqual([
      [1, "not-listening"],
    ]);
  });

  it("may lose its host afterwards", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.simulation.crashProcess(1);
    world.simulation.crashHost(1);
    world.sendDatagram(0, 1, "into silence");
    world.run(SECOND);
    expect(world.recordsOf("dropped").map(({ reason }) => reason)).toEqual(["host-down"]);
    expect(world.recordsOf("fault").map(({ name }) => name)).toEqual([
      "crash-process",
      "crash-host",
    ]);
  });
});

describe("a node whose host went down", () => {
  it("says nothing to anyone until silence is noticed, and loses what reaches it", () => {
    const world = new KernelWorld({ nodes: 3 });
    world.open(0, 1);
    world.simulation.crashHost(1);
    world.sendDatagram(0, 1, "lost");
    world.connect(2, 1);
    world.run(5 * SECOND);
    expect(world.told).toEqual([]);
    expect(world.recordsOf("dropped").map(({ node, reason }) => [node, reason])).toEqual([
      [1, "host-down"],
    ]);
  });

  it("comes back with a fresh process", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.setTimer(1, SECOND, "old");
    world.simulation.crashHost(1);
    world.start(1);
    world.sendDatagram(0, 1, "hello");
    world.run(2 * SECOND);
    expect(world.toldTo(1)).toEqual([`datagram 0 hello @${ONE_WAY}`]);
  });
});

describe("a node that stops", () => {
  it("tells its peers that it closed, behind what it sent", () => {
    const world = new KernelWorld({ nodes: 2 });
    const from = world.open(0, 1);
    world.send(0, 1, "last words");
    world.simulation.stopNode(0);
    world.run(SECOND);
    expect(world.toldTo(1)).toEqual([
      `message 0 last words @${from + ONE_WAY}`,
      `disconnected 0 closed @${from + ONE_WAY}`,
    ]);
    expect(world.toldTo(0)).toEqual([]);
  });

  it("is told that its transport has closed, as the last call", () => {
    const world = new KernelWorld({ nodes: 2 });
    const from = world.open(0, 1);
    world.simulation.scheduleClose(0, 500);
    world.setTimer(0, 400, "before");
    world.setTimer(0, 600, "after");
    world.sendDatagram(1, 0, "late");
    world.run(SECOND);
    expect(world.toldTo(0)).toEqual([`timer before @${from + 400}`, `closed @${from + 500}`]);
  });
});

describe("a paused node", () => {
  it("handles everything exactly once and in order of arrival when it goes on", () => {
    const world = new KernelWorld({ nodes: 3 });
    const from = world.open(0, 1);
    world.setTimer(1, 15 * MILLI, "timer");
    world.simulation.pause(1);
    world.send(0, 1, "message");
    world.sendDatagram(2, 1, "datagram");
    world.connect(2, 1);
    world.at(from + 20 * MILLI, () => {
      world.disconnect(0, 1);
    });
    world.run(SECOND);
    expect(world.toldTo(1)).toEqual([]);
    const resumed = world.nowMicros;
    world.simulation.resume(1);
    world.run(SECOND);
    expect(world.toldTo(1)).toEqual([
      `message 0 message @${resumed + 1}`,
      `datagram 2 datagram @${resumed + 2}`,
      `timer timer @${resumed + 3}`,
      `disconnected 0 disconnected @${resumed + 4}`,
      `connected 2 @${resumed + 5}`,
    ]);
  });

  it("handles what comes after its pause behind what it has put off", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.simulation.pause(1);
    for (let i = 0; i < 100; i++) world.sendDatagram(0, 1, `early ${i}`);
    world.run(SECOND);
    world.simulation.resume(1);
    const resumed = world.nowMicros;
    // They arrive while the hundred are being handled, and at the very end of it.
    for (const micros of [1, 50, 99, 100]) {
      world.at(resumed + micros - 0, () => {
        world.setTimer(1, 0, `late ${micros}`);
      });
    }
    world.run(SECOND);
    const texts = world.told.map(({ text }) => text);
    expect(texts.slice(0, 100)).toEqual(Array.from({ length: 100 }, (_, i) => `early ${i}`));
    expect(texts.slice(100)).toEqual(["late 1", "late 50", "late 99", "late 100"]);
    expect(new Set(world.timesOf(1, "datagram")).size).toBe(100);
  });

  it("can take back a timer that was due in the pause and waits", () => {
    const world = new KernelWorld({ nodes: 2 });
    const handles = ["a", "b", "c"].map((kind, i) => world.setTimer(0, 10 + i, kind));
    world.simulation.pause(0);
    world.run(100);
    world.reactions.set(0, ({ text }) => {
      if (text === "a") world.simulation.clearTimer(handles[1]!);
    });
    world.simulation.resume(0);
    // Cleared from outside as well, before its turn.
    world.sendDatagram(1, 0, "later");
    world.run(SECOND);
    expect(world.told.map(({ text }) => text)).toEqual(["a", "c", "later"]);
    world.simulation.clearTimer(handles[0]!);
    world.simulation.clearTimer(handles[2]!);
    expect(world.simulation.pendingCount).toBe(0);
  });

  it("stays paused when it is paused again before all was handled, and keeps the order", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.simulation.pause(1);
    for (let i = 0; i < 10; i++) world.sendDatagram(0, 1, `${i}`);
    world.run(SECOND);
    world.simulation.resume(1);
    world.simulation.runUntil(() => world.told.length === 4);
    world.simulation.pause(1);
    for (let i = 10; i < 20; i++) world.sendDatagram(0, 1, `${i}`);
    world.run(SECOND);
    expect(world.told).toHaveLength(4);
    world.simulation.resume(1);
    world.run(SECOND);
    expect(world.told.map(({ text }) => text)).toEqual(
      Array.from({ length: 20 }, (_, i) => `${i}`),
    );
  });

  it("keeps its connections, since its host answers for it", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.open(0, 1);
    world.simulation.pause(1);
    world.simulation.networkChanged();
    world.run(120 * SECOND);
    expect(world.told).toEqual([]);
    expect(world.simulation.streams.isOpen(0, 1)).toBe(true);
  });

  it("loses what it has not handled when its process crashes, with records that say so", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.open(0, 1);
    world.simulation.pause(1);
    world.send(0, 1, "message");
    world.sendDatagram(0, 1, "datagram");
    world.run(SECOND);
    world.simulation.crashProcess(1);
    world.simulation.resume(1);
    world.start(1);
    world.sendDatagram(0, 1, "to the new process");
    world.run(SECOND);
    expect(world.toldTo(1).map((line) => line.split(" @")[0])).toEqual([
      "datagram 0 to the new process",
    ]);
    expect(
      world.recordsOf("dropped").map(({ node, peer, reason }) => [node, peer, reason]),
    ).toEqual([
      [1, 0, "not-listening"],
      [1, 0, "not-listening"],
    ]);
  });

  it("is not paused any more after a restart, nor does a node that does not run get paused", () => {
    const world = new KernelWorld({ nodes: 2 });
    world.simulation.pause(1);
    world.simulation.crashHost(1);
    world.sendDatagram(0, 1, "to a host that is down");
    world.run(SECOND);
    expect(world.recordsOf("dropped").map(({ reason }) => reason)).toEqual(["host-down"]);
    world.simulation.pause(1);
    world.start(1);
    world.sendDatagram(0, 1, "hello");
    world.run(SECOND);
    expect(world.told.map(({ text }) => text)).toEqual(["hello"]);
  });
});

describe("the processor of a node", () => {
  function worldWithCost(costMicros: number, nodes = 2): KernelWorld {
    const world = new KernelWorld({ nodes, starts: false, latencyMicros: ONE_WAY });
    world.simulation.setProcessingMicros(1, costMicros);
    for (let node = 0; node < nodes; node++) world.start(node);
    return world;
  }

  it("serves messages one after the other, each for its cost: a single-server queue", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 3000 }), { minLength: 1, maxLength: 80, size: "max" }),
        fc.integer({ min: 1, max: 2000 }),
        (gapsMicros, costMicros) => {
          const world = worldWithCost(costMicros);
          const expected: number[] = [];
          let micros = 1;
          for (const gap of gapsMicros) {
            micros += gap;
            world.at(micros, () => {
              world.sendDatagram(0, 1, "work");
            });
            const arrival = micros + ONE_WAY;
            expected.push(Math.max(arrival, expected.at(-1) ?? 0) + costMicros);
          }
          world.run(10 * SECOND);
          expect(world.timesOf(1, "datagram")).toEqual(expected);
        },
      ),
      { numRuns: 100, seed: 6 },
    );
  });

  it("handles timers and notices after the messages that came before them, and they cost nothing", () => {
    const world = worldWithCost(1000);
    const from = world.open(0, 1);
    world.send(0, 1, "work");
    world.sendDatagram(0, 1, "more work");
    world.disconnect(0, 1);
    world.setTimer(1, ONE_WAY + 500, "timer");
    world.setTimer(1, ONE_WAY + 2000, "at the very end");
    world.setTimer(1, ONE_WAY + 3000, "on time");
    world.run(SECOND);
    const arrival = from + ONE_WAY;
    expect(world.toldTo(1)).toEqual([
      `message 0 work @${arrival + 1000}`,
      `datagram 0 more work @${arrival + 2000}`,
      `disconnected 0 disconnected @${arrival + 2001}`,
      `timer timer @${arrival + 2002}`,
      `timer at the very end @${arrival + 2003}`,
      `timer on time @${arrival + 3000}`,
    ]);
  });

  it("is not used by messages of a node to others", () => {
    const world = worldWithCost(1000);
    world.sendDatagram(1, 0, "one");
    world.sendDatagram(1, 0, "two");
    world.run(SECOND);
    expect(world.timesOf(0, "datagram")).toEqual([ONE_WAY, ONE_WAY]);
  });

  it("counts a message of a node to itself", () => {
    const world = worldWithCost(1000);
    world.simulation.sendToSelf(1, world.parcel("self"));
    world.run(SECOND);
    expect(world.toldTo(1)).toEqual(["message 1 self @1001"]);
  });

  it("handles nothing in a pause, not even the message that was in service when it began", () => {
    const world = worldWithCost(1000);
    for (let i = 0; i < 3; i++) world.sendDatagram(0, 1, `${i}`);
    world.at(ONE_WAY + 1500, () => {
      world.simulation.pause(1);
    });
    world.at(ONE_WAY + 9000, () => {
      world.simulation.resume(1);
    });
    world.run(SECOND);
    expect(world.toldTo(1)).toEqual([
      `datagram 0 0 @${ONE_WAY + 1000}`,
      `datagram 0 1 @${ONE_WAY + 9001}`,
      `datagram 0 2 @${ONE_WAY + 10_001}`,
    ]);
  });

  it("forgets a timer that is cleared while it is the next to be handled", () => {
    const world = worldWithCost(1000);
    world.sendDatagram(0, 1, "work");
    const handle = world.setTimer(1, ONE_WAY + 10, "cleared");
    world.setTimer(1, ONE_WAY + 20, "kept");
    world.reactions.set(1, ({ text }) => {
      if (text === "work") world.simulation.clearTimer(handle);
    });
    world.run(SECOND);
    expect(world.told.map(({ text }) => text)).toEqual(["work", "kept"]);
    expect(world.simulation.pendingCount).toBe(0);
  });
});
