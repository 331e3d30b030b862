import { describe, expect, it } from "vitest";
import fc from "fast-check";

import {
  FULL_SEGMENT_WIRE_BYTES,
  streamSegments,
  streamWireBytes,
} from "../../src/sim/access-links.js";
import type { LinkRule } from "../../src/sim/link-rule.js";
import { Partition } from "../../src/sim/rules/partition.js";
import { KernelWorld, MILLI, SECOND } from "./kernel-world.js";

const ONE_WAY = 25 * MILLI;
const RTT = 2 * ONE_WAY;
const LIMIT_BYTES = 1024 * 1024;
/** Payload of a message that fills exactly so many segments, below one TLS record. */
const SEGMENT = 1448;

/** Bytes of a message that takes this many segments, not one byte more. */
function bytesOfSegments(segments: number): number {
  let bytes = segments * SEGMENT - 26;
  while (streamSegments(bytes) > segments) bytes--;
  while (streamSegments(bytes + 1) === segments) bytes++;
  return bytes;
}

/** Loses one segment of all that streams send. */
function loseStreamSegment(number: number): LinkRule {
  let count = 0;
  return {
    name: "loss of one",
    stage: "loss",
    apply: (passage) => {
      if (passage.kind === "stream" && count++ === number) passage.lose("loss");
    },
  };
}

/** Bits a second of a link on which so many bytes take a whole number of microseconds. */
const MEGABIT = 1_000_000;

function linkedWorld(upBitsPerSecond: number, queueBytesMax = LIMIT_BYTES): KernelWorld {
  const world = new KernelWorld({ nodes: 3, latencyMicros: ONE_WAY, queueBytesMax, starts: false });
  world.simulation.setAccessLink(0, {
    upBitsPerSecond,
    downBitsPerSecond: Infinity,
    upQueueMicros: 100 * MILLI,
    downQueueMicros: 100 * MILLI,
  });
  for (const node of [0, 1, 2]) world.start(node);
  return world;
}

describe("what a message takes on a link", () => {
  it("is its bytes, four of frame, 22 for each TLS record of 16 KiB and 52 for each segment of 1,448 bytes", () => {
    expect(streamWireBytes(100)).toBe(100 + 4 + 22 + 52);
    expect(streamWireBytes(1422)).toBe(1448 + 52);
    expect(streamWireBytes(1423)).toBe(1449 + 2 * 52);
    // 16,384 framed bytes are one record; one more makes two.
    expect(streamWireBytes(16_380)).toBe(16_384 + 22 + 12 * 52);
    expect(streamWireBytes(16_381)).toBe(16_385 + 44 + 12 * 52);
  });
});

describe("a large transfer", () => {
  it.each([
    [1, 0],
    [10, 0],
    [11, 1],
    [30, 1],
    [31, 2],
    [70, 2],
    [71, 3],
    [150, 3],
    [151, 4],
    [1270, 6],
    [1271, 7],
  ])("of %i segments takes %i round trips beyond the first flight of ten", (segments, rounds) => {
    const world = new KernelWorld({ nodes: 2, latencyMicros: ONE_WAY });
    const from = world.open(0, 1);
    world.send(0, 1, "large", bytesOfSegments(segments));
    world.run(10 * SECOND);
    expect(world.timesOf(1, "message")).toEqual([from + rounds * RTT + ONE_WAY]);
  });

  it("of many messages takes as long as one of the same segments", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros: ONE_WAY });
    const from = world.open(0, 1);
    for (let i = 0; i < 71; i++) world.send(0, 1, `${i}`, bytesOfSegments(1));
    world.run(10 * SECOND);
    const flights = [...Array<number>(10).fill(0), ...Array<number>(20).fill(1)];
    flights.push(...Array<number>(40).fill(2), 3);
    expect(world.timesOf(1, "message")).toEqual(flights.map((n) => from + n * RTT + ONE_WAY));
  });

  it("starts with ten segments again after a pause", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros: ONE_WAY });
    world.open(0, 1);
    world.send(0, 1, "first", bytesOfSegments(70));
    world.run(SECOND);
    world.told.length = 0;
    const from = world.nowMicros;
    world.send(0, 1, "second", bytesOfSegments(70));
    world.run(SECOND);
    expect(world.timesOf(1, "message")).toEqual([from + 2 * RTT + ONE_WAY]);
  });

  it("goes on with the window it has reached without a pause", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros: ONE_WAY });
    const from = world.open(0, 1);
    world.send(0, 1, "first", bytesOfSegments(70));
    // The third flight, of forty, left two round trips after the first; a round trip later eighty may leave.
    world.at(from + 3 * RTT, () => {
      world.send(0, 1, "second", bytesOfSegments(80));
    });
    world.run(SECOND);
    expect(world.timesOf(1, "message")).toEqual([
      from + 2 * RTT + ONE_WAY,
      from + 3 * RTT + ONE_WAY,
    ]);
  });

  it("of which a segment before the last is lost is repaired one round trip later", () => {
    const world = new KernelWorld({ nodes: 2, latencyMicros: ONE_WAY });
    const from = world.open(0, 1);
    world.network.add(loseStreamSegment(3));
    world.send(0, 1, "large", bytesOfSegments(10));
    world.run(SECOND);
    expect(world.timesOf(1, "message")).toEqual([from + RTT + ONE_WAY]);
  });

  it("grows no larger flights from one that lost a segment", () => {
    for (const lost of [3, Infinity]) {
      const world = new KernelWorld({ nodes: 2, latencyMicros: ONE_WAY });
      const from = world.open(0, 1);
      world.network.add(loseStreamSegment(lost));
      world.send(0, 1, "first", bytesOfSegments(10));
      world.at(from + RTT, () => {
        world.send(0, 1, "second", bytesOfSegments(20));
      });
      world.run(SECOND);
      // Twenty at once after a flight of ten without a loss; behind a loss, six, seven and the rest.
      const flights = lost === Infinity ? 1 : 3;
      expect(world.timesOf(1, "message")[1]).toBe(from + flights * RTT + ONE_WAY);
    }
  });
});

describe("the access link of a sender", () => {
  it("serialises what is sent on all its connections, first in, first out", () => {
    const world = linkedWorld(8 * MEGABIT);
    world.open(0, 1);
    const from = world.open(0, 2);
    // One byte takes a microsecond at 8 Mbit/s.
    const wire = streamWireBytes(1000);
    world.send(0, 1, "a", 1000);
    world.send(0, 2, "b", 1000);
    world.send(0, 1, "c", 1000);
    world.run(SECOND);
    expect(world.timesOf(1, "message")).toEqual([from + wire + ONE_WAY, from + 3 * wire + ONE_WAY]);
    expect(world.timesOf(2, "message")).toEqual([from + 2 * wire + ONE_WAY]);
  });

  it("bounds a transfer by its rate where that is slower than the window", () => {
    const world = linkedWorld(8 * MEGABIT);
    const from = world.open(0, 1);
    world.send(0, 1, "large", 500_000);
    world.run(10 * SECOND);
    // A segment takes 1,500 µs. The link idles behind the first flights, of ten and twenty, until their first segment is
    // acknowledged, a round trip after it has left; the third flight, of forty, lasts longer than that.
    const idleMicros = RTT - 9 * FULL_SEGMENT_WIRE_BYTES + (RTT - 19 * FULL_SEGMENT_WIRE_BYTES);
    expect(world.timesOf(1, "message")).toEqual([
      from + idleMicros + streamWireBytes(500_000) + ONE_WAY,
    ]);
  });

  it("bounds a transfer by its window where that is slower, and then takes the last flight's bytes", () => {
    const world = linkedWorld(800 * MEGABIT);
    const from = world.open(0, 1);
    world.send(0, 1, "large", bytesOfSegments(70));
    world.run(10 * SECOND);
    // Three flights, each from when the first segment of the one before is acknowledged, 15 µs and a round trip after
    // its beginning; the last is of forty segments of 1,500 bytes, a hundred bytes a microsecond.
    const lastFlightMicros = (40 * FULL_SEGMENT_WIRE_BYTES) / 100;
    expect(world.timesOf(1, "message")).toEqual([
      from + 2 * (RTT + 15) + lastFlightMicros + ONE_WAY,
    ]);
  });

  it("is not blocked for others by a transfer that waits for its window", () => {
    const world = linkedWorld(800 * MEGABIT);
    world.open(0, 1);
    const from = world.open(0, 2);
    world.send(0, 1, "large", bytesOfSegments(70));
    world.send(0, 2, "small", 100);
    world.run(SECOND);
    const bytes = streamWireBytes(bytesOfSegments(70)) + streamWireBytes(100);
    expect(world.timesOf(2, "message")).toEqual([from + Math.ceil(bytes / 100) + ONE_WAY]);
  });
});

describe("the downlink of a receiver", () => {
  function slowReceiver(): KernelWorld {
    const world = new KernelWorld({ nodes: 3, latencyMicros: ONE_WAY, starts: false });
    world.simulation.setAccessLink(2, {
      upBitsPerSecond: Infinity,
      downBitsPerSecond: 8 * MEGABIT,
      upQueueMicros: 0,
      downQueueMicros: 0,
    });
    for (const node of [0, 1, 2]) world.start(node);
    world.open(0, 2);
    world.open(1, 2);
    return world;
  }

  it("serialises what arrives from all sides and drops no stream's bytes, however short its queue", () => {
    const world = slowReceiver();
    const from = world.nowMicros;
    const wire = streamWireBytes(1000);
    for (const source of [0, 1, 0]) world.send(source, 2, `from ${source}`, 1000);
    world.run(SECOND);
    expect(world.timesOf(2, "message")).toEqual([1, 2, 3].map((n) => from + ONE_WAY + n * wire));
  });

  it("lets the end of a connection come behind the messages that wait for it", () => {
    const world = slowReceiver();
    for (let i = 0; i < 5; i++) world.send(0, 2, `${i}`, 1000);
    world.disconnect(0, 2);
    world.run(SECOND);
    const texts = world.told.filter(({ node }) => node === 2).map(({ what, text }) => what + text);
    expect(texts).toEqual([
      ...["message0", "message1", "message2", "message3", "message4"],
      "disconnecteddisconnected",
    ]);
  });
});

describe("back-pressure", () => {
  it("answers false above a mebibyte, says when the queue is below half of that, and takes every message", () => {
    const world = linkedWorld(8 * MEGABIT);
    const from = world.open(0, 1);
    const bytes = 64 * 1024;
    const answers: boolean[] = [];
    for (let i = 0; i < 18; i++) answers.push(world.send(0, 1, `${i}`, bytes));
    // Sixteen make exactly the limit, which is not past it.
    expect(answers).toEqual(Array.from({ length: 18 }, (_, i) => i < 16));
    expect(world.simulation.streams.bufferedBytes(0, 1)).toBe(18 * bytes);
    world.run(30 * SECOND);
    const wire = streamWireBytes(bytes);
    // Below half: seven or fewer of the eighteen wait, so eleven have left.
    expect(world.timesOf(0, "drain")).toEqual([from + 11 * wire]);
    expect(world.timesOf(1, "message")).toHaveLength(18);
    expect(world.simulation.streams.bufferedBytes(0, 1)).toBe(0);
  });

  it("says so again each time", () => {
    const world = linkedWorld(8 * MEGABIT, 10_000);
    world.open(0, 1);
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 12; i++) world.send(0, 1, `${i}`, 1000);
      world.run(SECOND);
    }
    expect(world.timesOf(0, "drain")).toHaveLength(3);
  });

  it("ends the connection past twice the limit, at both ends, behind what had left for the link", () => {
    const world = linkedWorld(8 * MEGABIT, 10_000);
    world.open(0, 1);
    const answers: boolean[] = [];
    for (let i = 0; i < 21; i++) answers.push(world.send(0, 1, `${i}`, 1000));
    expect(answers.lastIndexOf(true)).toBe(9);
    expect(world.simulation.streams.isOpen(0, 1)).toBe(false);
    world.run(SECOND);
    expect(world.toldTo(0).map((line) => line.split(" @")[0])).toEqual(["disconnected 1 overflow"]);
    expect(world.toldTo(1).at(-1)).toContain("disconnected 0 overflow");
  });

  it("counts what waits for a dial or behind a cut, and gives that up with the connection", () => {
    const world = new KernelWorld({ nodes: 2, queueBytesMax: 10_000 });
    for (let i = 0; i < 20; i++) expect(world.send(0, 1, `${i}`, 1000)).toBe(i < 10);
    expect(world.simulation.streams.bufferedBytes(0, 1)).toBe(20_000);
    expect(world.send(0, 1, "one too many", 1000)).toBe(false);
    expect(world.simulation.streams.bufferedBytes(0, 1)).toBe(0);
    world.run(SECOND);
    expect(world.told.map(({ what, text }) => `${what} ${text}`)).toEqual([
      "disconnected overflow",
    ]);
    expect(world.recordsOf("dropped").map(({ reason }) => reason)).toEqual(
      Array<string>(21).fill("overflow"),
    );
  });

  it("tells of a queue that fell when a dial succeeded, after the connection itself", () => {
    const world = new KernelWorld({ nodes: 2, queueBytesMax: 10_000, latencyMicros: ONE_WAY });
    for (let i = 0; i < 15; i++) world.send(0, 1, `${i}`, 1000);
    world.run(SECOND);
    expect(world.told.filter(({ node }) => node === 0).map(({ what }) => what)).toEqual([
      "connected",
      "drain",
    ]);
    expect(world.told.filter(({ what }) => what === "message")).toHaveLength(15);
  });

  it("looks at a queue only when something has left it, also where a message is repaired late", () => {
    const world = new KernelWorld({ nodes: 2, queueBytesMax: 15_000, latencyMicros: ONE_WAY });
    const from = world.open(0, 1);
    // Of thirteen messages of two segments five leave at once and five a round trip later, of which the first is
    // repaired a round trip and its quarter later, when one that came behind has long been acknowledged: what leaves
    // behind it has not left before it.
    world.network.add(loseStreamSegment(10));
    const before = world.simulation.eventCount;
    for (let i = 0; i < 13; i++) world.send(0, 1, `${i}`, 2000);
    world.run(5 * SECOND);
    expect(world.timesOf(0, "drain")).toEqual([from + 2.25 * RTT]);
    expect(world.simulation.eventCount - before).toBe(13 + 1);
  });

  it("tells of a queue that fell when a cut healed", () => {
    const world = new KernelWorld({ nodes: 2, queueBytesMax: 10_000, latencyMicros: ONE_WAY });
    const from = world.open(0, 1);
    world.network.add(new Partition({ name: "cut", groupOf: Uint16Array.from([0, 1]) }));
    for (let i = 0; i < 15; i++) world.send(0, 1, `${i}`, 1000);
    world.at(from + SECOND, () => world.network.remove("cut"));
    world.run(10 * SECOND);
    expect(world.timesOf(0, "drain")).toHaveLength(1);
    expect(world.told.filter(({ what }) => what === "message").map(({ text }) => text)).toEqual(
      Array.from({ length: 15 }, (_, i) => `${i}`),
    );
  });
});

describe("a stream under any losses, jitter and cuts shorter than its time-outs", () => {
  it("delivers every message once and in order", () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.record({
            afterMicros: fc.integer({ min: 0, max: 300 * MILLI }),
            bytes: fc.oneof(fc.integer({ min: 1, max: 1400 }), fc.integer({ min: 1, max: 60_000 })),
            fromAcceptor: fc.boolean(),
          }),
          { minLength: 1, maxLength: 60, size: "max" },
        ),
        fc.double({ min: 0, max: 0.4, noNaN: true }),
        fc.integer({ min: 0, max: 40 * MILLI }),
        fc.string(),
        (messages, lossProbability, jitterMicros, seed) => {
          const chance: LinkRule = {
            name: "chance",
            stage: "loss",
            apply: (passage) => {
              if (passage.draw(0) < lossProbability) passage.lose("loss");
              passage.delay(passage.draw(1) * jitterMicros);
            },
          };
          const world = new KernelWorld({
            nodes: 2,
            latencyMicros: ONE_WAY,
            rules: [chance],
            seed,
          });
          let micros = 1;
          messages.forEach(({ afterMicros, bytes, fromAcceptor }, i) => {
            micros += afterMicros;
            const [source, target] = fromAcceptor ? [1, 0] : [0, 1];
            world.at(micros, () => void world.send(source, target, `${i}`, bytes));
          });
          world.run(600 * SECOND);
          // A dial or a message may lose every attempt that its time-out leaves; then the rest is not promised.
          if (world.told.some(({ what }) => what === "disconnected")) return;
          for (const target of [0, 1]) {
            const sent = messages.flatMap(({ fromAcceptor }, i) =>
              (fromAcceptor ? 0 : 1) === target ? [`${i}`] : [],
            );
            const got = world.told
              .filter(({ what, node }) => what === "message" && node === target)
              .map(({ text }) => text);
            expect(got).toEqual(sent);
          }
        },
      ),
      { numRuns: 200, seed: 4 },
    );
  });
});
