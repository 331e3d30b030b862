// The part of the transport contract about closing.

import { describe, expect, it } from "vitest";

import { Note } from "./contract-world.js";
import type { Stage } from "./transport-contract.js";

export function describeClosing({ inWorld, withPair }: Stage): void {
  describe("closing", () => {
    it("close ends everything politely: the other end gets what was sent, then learns of it: closed", () =>
      withPair(async ({ world, one, other }) => {
        one.do((transport) => {
          for (let n = 0; n < 20; n++) transport.send(other.peer, Note.create({ n }));
          transport.close();
        });
        await world.until(() => other.count("disconnected") === 1 && one.count("closed") === 1);
        expect(other.numbers()).toEqual(Array.from({ length: 20 }, (_, n) => n));
        expect(other.reasons()).toEqual(["closed"]);
      }));

    it("onClosed is the last call: no message arrives and no timer fires afterwards", () =>
      withPair(async ({ world, one, other }) => {
        one.do((transport, clock) => {
          clock.setTimer(0, "due");
          clock.setTimer(1, "soon");
          transport.send(one.peer, Note.create({ n: 1 }));
          transport.close();
        });
        other.do((transport) => {
          transport.send(one.peer, Note.create({ n: 2 }));
          transport.sendDatagram(one.peer, Note.create({ n: 3 }));
        });
        await world.until(() => one.count("closed") === 1);
        await world.settle();
        expect(one.heard.slice(1)).toEqual([{ what: "closed" }]);
      }));

    it("close is never answered inside itself", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const inside = one.do((transport) => {
          transport.close();
          return one.heard.length;
        });
        await world.until(() => one.count("closed") === 1);
        expect(inside).toBe(0);
      }));

    it("close is idempotent, and everything after it does nothing", () =>
      withPair(async ({ world, one, other }) => {
        one.do((transport, clock) => {
          transport.close();
          transport.close({ flushMicros: 1000 });
          clock.setTimer(0, "never");
          transport.connect(other.peer);
          transport.disconnect(other.peer);
          transport.sendDatagram(other.peer, Note.create({ n: 1 }));
          expect(transport.send(other.peer, Note.create({ n: 2 }))).toBe(false);
        });
        await world.until(() => one.count("closed") === 1);
        one.do((transport) => {
          transport.close();
        });
        await world.settle();
        expect(one.heard.map(({ what }) => what)).toEqual(["connected", "closed"]);
        expect(other.heard.map(({ what }) => what)).toEqual(["connected", "disconnected"]);
      }));

    it("close gives bytes on their way up to flushMicros to leave, such as what waits for a dial", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        one.do((transport) => {
          transport.send(other.peer, Note.create({ n: 1 }));
          transport.close({ flushMicros: 2_000_000 });
        });
        await world.until(() => one.count("closed") === 1 && other.count("disconnected") === 1);
        expect(other.numbers()).toEqual([1]);
      }));

    it("close drops what waits for a dial when it is given no time", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        one.do((transport) => {
          transport.send(other.peer, Note.create({ n: 1 }));
          transport.close();
        });
        await world.until(() => one.count("closed") === 1);
        await world.settle();
        expect(other.numbers()).toEqual([]);
      }));

    it("a closed node refuses dials", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        other.do((transport) => {
          transport.close();
        });
        await world.until(() => other.count("closed") === 1);
        one.do((transport) => {
          transport.connect(other.peer);
        });
        await world.until(() => one.count("disconnected") === 1);
        expect(one.reasons()).toEqual(["refused"]);
      }));
  });
}
