// The part of the transport contract about messages, datagrams and back-pressure.

import { describe, expect, it } from "vitest";

import { MessageError } from "../../src/transport/codec.js";
import type { Message } from "../../src/transport/codec.js";
import type { MessageOf } from "../../src/transport/message-type.js";
import {
  DATAGRAM_BYTES_MAX,
  QUEUE_LIMIT_BYTES,
  STREAM_MESSAGE_BYTES_MAX,
} from "../../src/transport/transport.js";
import { LOAD_BYTES_MAX, Load, Mention, Note, fullDatagram, loadOf } from "./contract-world.js";
import type { ContractWorld } from "./contract-world.js";
import type { Stage } from "./transport-contract.js";

const PART_BYTES = QUEUE_LIMIT_BYTES / 16;

export function describeSending({ inWorld, withPair }: Stage): void {
  describe("messages", () => {
    it("send is ordered and reliable while the connection lasts, each message at most once", () =>
      withPair(async ({ world, one, other }) => {
        const count = 500;
        for (let n = 0; n < count; n += 10) {
          one.do((transport) => {
            for (let i = n; i < n + 10; i++) transport.send(other.peer, loadOf(1 + 7 * i + 100, i));
          });
        }
        await world.until(() => other.count("message") >= count);
        await world.settle();
        expect(other.numbers()).toEqual(Array.from({ length: count }, (_, n) => n));
      }));

    it("both ends of a connection send over it, whoever dialled it", () =>
      withPair(async ({ world, one, other }) => {
        other.do((transport) => transport.send(one.peer, Note.create({ n: 1 })));
        one.do((transport) => transport.send(other.peer, Note.create({ n: 2 })));
        await world.until(() => one.count("message") === 1 && other.count("message") === 1);
        expect([one.count("connected"), other.count("connected")]).toEqual([1, 1]);
      }));

    it("send dials when there is no connection, and onConnected precedes the first message", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        const answer = one.do((transport) => transport.send(other.peer, Note.create({ n: 5 })));
        await world.until(() => other.count("message") === 1);
        expect(answer).toBe(true);
        expect(other.heard.map(({ what }) => what)).toEqual(["connected", "message"]);
        await world.until(() => one.count("connected") === 1);
      }));

    it("a message arrives as it was sent, from its sender, with its encoded size where that is known", () =>
      withPair(async ({ world, one, other }) => {
        const message = loadOf(3000, 42);
        one.do((transport) => {
          transport.send(other.peer, message);
          transport.send(other.peer, Mention.create({ who: other.peer }));
        });
        await world.until(() => other.count("message") === 2);
        const [first, second] = other.calls("message");
        expect(first).toMatchObject({ from: one.peer, message });
        expect([undefined, 3000]).toContain(first?.sizeBytes);
        // Peers are interned: one that comes in a message is the object that the receiver knows.
        expect((second?.message as Message & { who: unknown }).who).toBe(other.peer);
        expect(second?.from).toBe(first?.from);
      }));

    it("send never throws for an unreachable peer: a failed dial drops what was unsent and reports once", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const absent = await world.absent();
        one.do((transport) => {
          for (let n = 0; n < 5; n++) expect(transport.send(absent, Note.create({ n }))).toBe(true);
        });
        await world.until(() => one.heard.length > 0);
        await world.settle();
        expect(one.heard).toEqual([{ what: "disconnected", from: absent, reason: "refused" }]);
        expect(one.transport.bufferedBytes(absent)).toBe(0);
      }));

    it("a message to oneself arrives as any other, never inside the call that sent it", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const heardInside = one.do((transport) => {
          expect(transport.send(one.peer, Note.create({ n: 3 }))).toBe(true);
          return one.heard.length;
        });
        await world.until(() => one.count("message") === 1);
        expect(heardInside).toBe(0);
        expect(one.calls("message")[0]).toMatchObject({ from: one.peer, message: { n: 3 } });
        expect(one.count("connected")).toBe(0);
      }));

    it("calls never come from inside a call of the node's, also where it answers at once", () =>
      withPair(async ({ world, one, other }) => {
        for (const node of [one, other]) {
          const peer = node === one ? other.peer : one.peer;
          node.react = (heard) => {
            if (heard.what !== "message" || node.count("message") > 20) return;
            node.transport.send(peer, Note.create({ n: node.count("message") }));
            node.transport.send(node.peer, Note.create({ n: 1000 }));
          };
        }
        one.do((transport) => transport.send(other.peer, Note.create({ n: 0 })));
        await world.until(() => one.count("message") > 20 && other.count("message") > 20);
        expect(one.nestedCalls + other.nestedCalls).toBe(0);
      }));

    it("send throws MessageError when the message breaks its declaration, and RangeError when it is too large", () =>
      withPair(async ({ world, one, other }) => {
        const broken = { type: Note.type, n: 0.5 };
        const unknown = { type: "contract/unknown" };
        const large = {
          type: "contract/load",
          n: 0,
          load: new Uint8Array(STREAM_MESSAGE_BYTES_MAX),
        };
        one.do((transport) => {
          expect(() => transport.send(other.peer, broken)).toThrow(MessageError);
          expect(() => transport.send(other.peer, unknown)).toThrow(MessageError);
          expect(() => transport.send(other.peer, large)).toThrow(Error);
          transport.send(other.peer, Note.create({ n: 1 }));
        });
        await world.until(() => other.count("message") === 1);
        await world.settle();
        expect(other.numbers()).toEqual([1]);
      }));
  });

  describe("back-pressure", () => {
    it("send answers false once more than the limit waits, takes the message still, and onDrain follows", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        const answers = one.do((transport) =>
          Array.from({ length: 24 }, (_, n) => transport.send(other.peer, loadOf(PART_BYTES, n))),
        );
        // Sixteen are the limit itself, give or take what a transport adds to each.
        expect(answers.slice(0, 15)).toEqual(Array<boolean>(15).fill(true));
        expect(answers.slice(17)).toEqual(Array<boolean>(7).fill(false));
        await world.until(() => one.count("drain") === 1 && other.count("message") === 24);
        expect(other.numbers()).toEqual(Array.from({ length: 24 }, (_, n) => n));
        expect(one.transport.bufferedBytes(other.peer)).toBeLessThan(QUEUE_LIMIT_BYTES / 2);
        expect(one.do((transport) => transport.send(other.peer, Note.create({ n: 24 })))).toBe(
          true,
        );
      }));

    it("onDrain comes only after send answered false, when the queue has fallen below half the limit", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        const buffered: number[] = [];
        one.react = ({ what }) => {
          if (what === "drain") buffered.push(one.transport.bufferedBytes(other.peer));
        };
        one.do((transport) => transport.send(other.peer, loadOf(PART_BYTES)));
        await world.until(() => other.count("message") === 1);
        await world.settle();
        expect(buffered).toEqual([]);
        one.do((transport) => {
          for (let n = 0; n < 20; n++) transport.send(other.peer, loadOf(PART_BYTES, n));
        });
        await world.until(() => other.count("message") === 21);
        await world.settle();
        for (const bytes of buffered) expect(bytes).toBeLessThan(QUEUE_LIMIT_BYTES / 2);
      }));

    it("past twice the limit the connection closes with reason overflow, reported once", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        one.do((transport) => {
          for (let n = 0; n < 33; n++) transport.send(other.peer, loadOf(PART_BYTES, n));
          expect(transport.isConnected(other.peer)).toBe(false);
          expect(transport.bufferedBytes(other.peer)).toBe(0);
        });
        await world.until(() => one.count("disconnected") === 1);
        await world.settle();
        expect(one.reasons()).toEqual(["overflow"]);
        expect(one.count("drain")).toBe(0);
      }));

    it("one large message alone is taken, up to the most that a stream carries", () =>
      withPair(async ({ world, one, other }) => {
        const largest = Load.create({ n: 1, load: new Uint8Array(LOAD_BYTES_MAX) });
        one.do((transport) => transport.send(other.peer, largest));
        await world.until(() => other.count("message") === 1);
        const arrived = other.calls("message")[0]?.message as MessageOf<typeof Load>;
        // Compared as bytes: `toEqual` would list sixteen million keys.
        expect([arrived.n, Buffer.compare(arrived.load, largest.load)]).toEqual([1, 0]);
        expect(one.reasons()).toEqual([]);
      }));

    it("bufferedBytes is what waits on the connection to a peer, and 0 when there is none", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        const before = one.do((transport) => transport.bufferedBytes(other.peer));
        const waiting = one.do((transport) => {
          for (let n = 0; n < 4; n++) transport.send(other.peer, loadOf(10_000, n));
          return transport.bufferedBytes(other.peer);
        });
        expect(before).toBe(0);
        expect(waiting).toBeGreaterThanOrEqual(40_000);
        expect(waiting).toBeLessThan(41_000);
        await world.until(() => other.count("message") === 4);
        await world.until(() => one.transport.bufferedBytes(other.peer) === 0);
      }));
  });

  describe("datagrams", () => {
    it("sendDatagram needs no connection and opens none", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        // Best effort: a lost one is sent again by the test.
        await sendUntilHeard(world, () => {
          one.do((transport) => {
            transport.sendDatagram(other.peer, Note.create({ n: 8 }));
          });
          return () => other.count("datagram") > 0;
        });
        expect(other.calls("datagram")[0]).toEqual({
          what: "datagram",
          from: one.peer,
          message: Note.create({ n: 8 }),
        });
        expect(one.transport.isConnected(other.peer)).toBe(false);
        expect(other.count("connected")).toBe(0);
      }));

    it("sendDatagram is best effort: to nobody it is lost without a word", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const absent = await world.absent();
        one.do((transport) => {
          transport.sendDatagram(absent, Note.create({ n: 1 }));
        });
        await world.settle();
        expect(one.heard).toEqual([]);
      }));

    it("sendDatagram takes exactly the largest datagram and throws RangeError above", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        await sendUntilHeard(world, () => {
          one.do((transport) => {
            transport.sendDatagram(other.peer, fullDatagram);
            expect(() => {
              transport.sendDatagram(other.peer, loadOf(DATAGRAM_BYTES_MAX + 1));
            }).toThrow(RangeError);
          });
          return () => other.count("datagram") > 0;
        });
        expect(other.calls("datagram")[0]?.message).toEqual(fullDatagram);
      }));
  });
}

/** Repeats what may be lost until it was heard. */
async function sendUntilHeard(world: ContractWorld, send: () => () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 20; attempt++) {
    const isHeard = send();
    await world.settle();
    if (isHeard()) return;
  }
  throw new Error("None of twenty datagrams arrived");
}
