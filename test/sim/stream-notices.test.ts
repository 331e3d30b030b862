// What a node is told of its connections when they end at an awkward time.

import { describe, expect, it } from "vitest";

import { KernelWorld, MILLI, SECOND } from "./kernel-world.js";

/** A world of two nodes, 10 ms apart. */
function pair(latencyMicros = 10 * MILLI): KernelWorld {
  return new KernelWorld({ nodes: 2, latencyMicros });
}

function connectionRecords(world: KernelWorld, node: number): string[] {
  return world
    .recordsOf("connection")
    .filter((record) => record.node === node)
    .map(({ name, reason, number }) => `${name} ${number} ${reason}`.trim());
}

describe("a node that asked for a connection is told of its end", () => {
  it("also when its own dial had yielded to the peer's, which then failed", () => {
    const world = pair();
    world.connect(0, 1);
    world.connect(1, 0);
    world.at(12 * MILLI, () => {
      world.simulation.crashProcess(0);
    });
    world.run(60 * SECOND);
    expect(world.toldTo(1)).toEqual([`disconnected 0 reset @${22 * MILLI}`]);
    expect(connectionRecords(world, 1)).toEqual([
      "dialing 3",
      "failed 3 replaced",
      "closed 2 reset",
    ]);
  });

  it.each(["connects", "sends"])("also when it only %s while it is accepting", (way) => {
    const world = pair();
    world.connect(0, 1);
    world.at(15 * MILLI, () => {
      if (way === "sends") expect(world.send(1, 0, "lost")).toBe(true);
      else world.connect(1, 0);
    });
    world.at(16 * MILLI, () => {
      world.simulation.crashProcess(0);
    });
    world.run(60 * SECOND);
    expect(world.toldTo(1)).toEqual([`disconnected 0 reset @${26 * MILLI}`]);
    expect(world.recordsOf("dropped")).toHaveLength(way === "sends" ? 1 : 0);
  });

  it("also when it takes back what it asked for", () => {
    const world = pair();
    world.connect(0, 1);
    world.at(15 * MILLI, () => {
      world.connect(1, 0);
      world.disconnect(1, 0);
    });
    world.run(60 * SECOND);
    expect(world.toldTo(1)).toEqual([`disconnected 0 disconnected @${15 * MILLI + 1}`]);
  });

  it("but hears nothing of one that it never asked for and that never became ready", () => {
    const world = pair();
    world.connect(0, 1);
    world.at(16 * MILLI, () => {
      world.simulation.crashProcess(0);
    });
    world.run(60 * SECOND);
    expect(world.toldTo(1)).toEqual([]);
  });
});

describe("a node that does not run at once is told in order", () => {
  it("nothing of a connection that came and went while it was paused, before it was ready", () => {
    const world = pair();
    world.simulation.pause(1);
    world.connect(0, 1);
    world.at(25 * MILLI, () => {
      world.simulation.crashProcess(0);
    });
    world.run(SECOND);
    world.simulation.resume(1);
    world.run(60 * SECOND);
    expect(world.toldTo(1)).toEqual([]);
    expect(world.simulation.streams.endsOf(1).size).toBe(0);
  });

  it("of the end behind the beginning, when both came while it was paused", () => {
    const world = pair();
    world.simulation.pause(1);
    world.send(0, 1, "between");
    world.at(80 * MILLI, () => {
      world.disconnect(0, 1);
    });
    world.run(SECOND);
    world.simulation.resume(1);
    world.run(60 * SECOND);
    expect(world.toldTo(1).map((line) => line.split(" @")[0])).toEqual([
      "connected 0",
      "message 0 between",
      "disconnected 0 disconnected",
    ]);
  });

  it("and its processor does not turn the order round", () => {
    const world = pair();
    world.simulation.setProcessingMicros(1, 100 * MILLI);
    world.sendDatagram(0, 1, "takes long");
    world.connect(0, 1);
    world.at(25 * MILLI, () => {
      world.simulation.crashProcess(0);
    });
    world.run(60 * SECOND);
    expect(world.toldTo(1)).toEqual([`datagram 0 takes long @${110 * MILLI}`]);
  });

  it("not of a connection that it ended before it was told of it", () => {
    const world = pair();
    world.simulation.pause(1);
    world.connect(0, 1);
    world.run(SECOND);
    world.disconnect(1, 0);
    world.simulation.resume(1);
    world.run(60 * SECOND);
    expect(world.toldTo(1)).toEqual([]);
    expect(world.toldTo(0).at(-1)).toContain("disconnected 1 disconnected");
  });

  it("of one whose place a new one took, with what had come over it", () => {
    const world = pair();
    world.open(0, 1);
    world.simulation.setProcessingMicros(1, 100 * MILLI);
    const from = world.nowMicros;
    for (const text of ["a", "b", "c"]) world.send(0, 1, text);
    world.disconnect(0, 1);
    world.connect(0, 1);
    world.run(SECOND);
    expect(world.toldTo(1).map((line) => line.split(" @")[0])).toEqual([
      "message 0 a",
      "message 0 b",
      "message 0 c",
      "disconnected 0 disconnected",
      "connected 0",
    ]);
    expect(world.timesOf(1, "connected")[0]).toBeGreaterThan(from + 300 * MILLI);
  });

  it("and a dial that waits there is refused when its process ends", () => {
    const world = pair();
    world.open(0, 1);
    world.simulation.pause(1);
    world.disconnect(0, 1);
    world.connect(0, 1);
    const from = world.nowMicros;
    world.at(from + SECOND, () => {
      world.simulation.crashProcess(1);
    });
    world.run(60 * SECOND);
    expect(world.toldTo(0).at(-1)).toBe(`disconnected 1 refused @${from + SECOND + 10 * MILLI}`);
  });
});

describe("no end is left alone", () => {
  it("when a dial times out although it has reached the other node", () => {
    const world = pair(3 * SECOND);
    world.connect(0, 1);
    world.run(100 * SECOND);
    expect(world.toldTo(0)).toEqual([`disconnected 1 timeout @${10 * SECOND}`]);
    expect(world.toldTo(1)).toEqual([]);
    expect(world.simulation.streams.endsOf(1).size).toBe(0);
  });

  it("when a dial arrives behind the word that it was given up", () => {
    let latencyMicros = 2 * SECOND;
    const world = new KernelWorld({ nodes: 2, latencyMicros: () => latencyMicros });
    world.connect(0, 1);
    world.at(SECOND / 2, () => {
      latencyMicros = 10 * MILLI;
      world.disconnect(0, 1);
    });
    world.run(100 * SECOND);
    // The acceptor is ready before its greeting finds out that nobody waits for it.
    expect(world.toldTo(1).map((line) => line.split(" @")[0])).toEqual([
      "connected 0",
      "disconnected 0 reset",
    ]);
    expect(world.simulation.streams.endsOf(1).size).toBe(0);
  });

  it("nor replaced by an older dial that comes late", () => {
    let latencyMicros = SECOND;
    const world = new KernelWorld({ nodes: 2, latencyMicros: () => latencyMicros });
    world.connect(0, 1);
    world.at(SECOND / 2, () => {
      latencyMicros = 10 * MILLI;
      world.disconnect(0, 1);
      world.connect(0, 1);
    });
    world.run(100 * SECOND);
    expect(world.toldTo(1)).toEqual([`connected 0 @${SECOND / 2 + 50 * MILLI}`]);
    expect(world.simulation.streams.isOpen(0, 1)).toBe(true);
    expect(world.simulation.streams.isOpen(1, 0)).toBe(true);
  });
});

describe("a new connection comes behind the bytes of the one before", () => {
  it("where those wait for the uplink", () => {
    const world = pair();
    world.simulation.setAccessLink(0, {
      upBitsPerSecond: 80_000,
      downBitsPerSecond: Infinity,
      upQueueMicros: SECOND,
      downQueueMicros: SECOND,
    });
    world.open(0, 1);
    for (const text of ["a", "b", "c"]) world.send(0, 1, text, 1000);
    world.disconnect(0, 1);
    world.connect(0, 1);
    world.run(10 * SECOND);
    expect(world.toldTo(1).map((line) => line.split(" @")[0])).toEqual([
      "message 0 a",
      "message 0 b",
      "message 0 c",
      "disconnected 0 disconnected",
      "connected 0",
    ]);
  });

  it("where those wait for the downlink", () => {
    const world = pair();
    world.simulation.setAccessLink(1, {
      upBitsPerSecond: Infinity,
      downBitsPerSecond: 80_000,
      upQueueMicros: SECOND,
      downQueueMicros: SECOND,
    });
    world.open(0, 1);
    for (const text of ["a", "b"]) world.send(0, 1, text, 1000);
    world.disconnect(0, 1);
    world.connect(0, 1);
    world.run(10 * SECOND);
    expect(world.toldTo(1).map((line) => line.split(" ").slice(0, 3).join(" "))).toEqual([
      "message 0 a",
      "message 0 b",
      "disconnected 0 disconnected",
      expect.stringContaining("connected 0"),
    ]);
  });
});
