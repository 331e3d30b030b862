// The part of the transport contract about connections: how they begin and how each end learns of their end.

import { describe, expect, it } from "vitest";

import { Note } from "./contract-world.js";
import type { Stage } from "./transport-contract.js";

export function describeConnections({ inWorld, withPair }: Stage): void {
  describe("connections", () => {
    it("a transport has the node's own name and address as self", () =>
      inWorld(async (_world, start) => {
        const one = await start();
        const other = await start();
        expect(one.peer.id).toMatch(/^[0-9a-f]{64}$/);
        expect(one.peer.address).not.toBe("");
        expect(one.peer.id).not.toBe(other.peer.id);
        expect(one.peer.address).not.toBe(other.peer.address);
      }));

    it("connect opens a connection, and answers through onConnected at both ends", () =>
      withPair(async ({ world, one, other }) => {
        await world.settle();
        expect(one.heard).toEqual([{ what: "connected", from: other.peer }]);
        expect(other.heard).toEqual([{ what: "connected", from: one.peer }]);
      }));

    it("connect does nothing when there is a connection or one is being dialled", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        one.do((transport) => {
          transport.connect(other.peer);
          transport.connect(other.peer);
        });
        await world.until(() => other.count("connected") === 1);
        one.do((transport) => {
          transport.connect(other.peer);
        });
        other.do((transport) => {
          transport.connect(one.peer);
        });
        await world.settle();
        expect([one.heard.length, other.heard.length]).toEqual([1, 1]);
      }));

    it("connect answers through onDisconnected when nobody listens there: refused", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const absent = await world.absent();
        one.do((transport) => {
          transport.connect(absent);
        });
        await world.until(() => one.heard.length > 0);
        await world.settle();
        expect(one.heard).toEqual([{ what: "disconnected", from: absent, reason: "refused" }]);
      }));

    it("connect answers through onDisconnected when nothing is heard: timeout", () =>
      inWorld(async (world, start) => {
        if (world.silence === undefined) return;
        const one = await start();
        const other = await start();
        await world.silence(other.peer);
        one.do((transport) => {
          transport.connect(other.peer);
        });
        await world.until(() => one.heard.length > 0);
        expect(one.reasons()).toEqual(["timeout"]);
      }));

    it("two nodes that dial each other at the same time get one connection, each told once", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        one.do((transport) => transport.send(other.peer, Note.create({ n: 1 })));
        other.do((transport) => transport.send(one.peer, Note.create({ n: 2 })));
        await world.until(() => one.count("message") === 1 && other.count("message") === 1);
        await world.settle();
        for (const node of [one, other]) {
          expect(node.heard.map(({ what }) => what)).toEqual(["connected", "message"]);
        }
      }));

    it("isConnected says whether a connection to the peer is ready", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        const answers: boolean[] = [];
        one.react = ({ what }) => {
          if (what === "connected" || what === "disconnected") {
            answers.push(one.transport.isConnected(other.peer));
          }
        };
        one.do((transport) => {
          answers.push(transport.isConnected(other.peer));
          transport.connect(other.peer);
          answers.push(transport.isConnected(other.peer));
        });
        await world.until(() => one.count("connected") === 1);
        one.do((transport) => {
          transport.disconnect(other.peer);
          answers.push(transport.isConnected(other.peer));
        });
        await world.until(() => one.count("disconnected") === 1);
        expect(answers).toEqual([false, false, true, false, false]);
      }));

    it("disconnect ends the connection behind the bytes already sent, at both ends: disconnected", () =>
      withPair(async ({ world, one, other }) => {
        one.do((transport) => {
          for (let n = 0; n < 50; n++) transport.send(other.peer, Note.create({ n }));
          transport.disconnect(other.peer);
        });
        await world.until(() => one.count("disconnected") > 0 && other.count("disconnected") > 0);
        await world.settle();
        expect(other.numbers()).toEqual(Array.from({ length: 50 }, (_, n) => n));
        expect(other.heard.at(-1)).toMatchObject({ what: "disconnected", reason: "disconnected" });
        expect([one.reasons(), other.reasons()]).toEqual([["disconnected"], ["disconnected"]]);
      }));

    it("disconnect is idempotent, and does nothing where there is no connection", () =>
      withPair(async ({ world, one, other }) => {
        one.do((transport) => {
          transport.disconnect(other.peer);
          transport.disconnect(other.peer);
        });
        await world.until(() => other.count("disconnected") === 1);
        one.do((transport) => {
          transport.disconnect(other.peer);
        });
        other.do((transport) => {
          transport.disconnect(one.peer);
        });
        await world.settle();
        expect([one.reasons(), other.reasons()]).toEqual([["disconnected"], ["disconnected"]]);
      }));

    it("disconnect drops the unsent messages of a dial, which is reported once as any other", () =>
      inWorld(async (world, start) => {
        const one = await start();
        const other = await start();
        one.do((transport) => {
          transport.send(other.peer, Note.create({ n: 1 }));
          transport.disconnect(other.peer);
        });
        await world.until(() => one.count("disconnected") === 1);
        await world.settle();
        expect(one.heard).toEqual([
          { what: "disconnected", from: other.peer, reason: "disconnected" },
        ]);
        expect(other.numbers()).toEqual([]);
      }));

    it("a connection can be opened again after its end", () =>
      withPair(async ({ world, one, other }) => {
        for (let n = 0; n < 3; n++) {
          one.do((transport) => {
            transport.disconnect(other.peer);
          });
          await world.until(() => other.count("disconnected") === n + 1);
          other.do((transport) => transport.send(one.peer, Note.create({ n })));
          await world.until(() => one.count("message") === n + 1);
        }
        expect(one.numbers()).toEqual([0, 1, 2]);
        expect(one.count("connected")).toBe(4);
      }));

    it("the other end learns when a process ended without a word: reset", () =>
      withPair(async ({ world, one, other }) => {
        await world.kill(other.peer);
        await world.until(() => one.count("disconnected") === 1);
        await world.settle();
        expect(one.reasons()).toEqual(["reset"]);
        expect(other.heard).toEqual([{ what: "connected", from: one.peer }]);
      }));

    it("a new process of a peer gets a connection of its own and nothing of the old one", () =>
      withPair(async ({ world, one, other }) => {
        await world.kill(other.peer);
        await world.until(() => one.count("disconnected") === 1);
        const { transport } = await world.restart(other.peer);
        expect(transport.self).toEqual(other.peer);
        one.do((own) => own.send(other.peer, Note.create({ n: 7 })));
        await world.until(() => one.count("connected") === 2);
        expect(other.numbers()).toEqual([]);
      }));

    it("silence ends a connection in time: timeout", () =>
      withPair(async ({ world, one, other }) => {
        if (world.silence === undefined) return;
        await world.silence(other.peer);
        one.do((transport) => transport.send(other.peer, Note.create({ n: 1 })));
        await world.until(() => one.count("disconnected") === 1);
        expect(one.reasons()).toEqual(["timeout"]);
      }));

    it("a newer connection of the same pair takes the place of one that its peer has forgotten: replaced", () =>
      withPair(async ({ world, one, other }) => {
        if (world.silence === undefined) return;
        await world.silence(other.peer);
        const { transport, clock } = await world.restart(other.peer);
        expect(clock.nowMicros()).toBeGreaterThanOrEqual(0);
        world.act(other.peer, () => {
          transport.send(one.peer, Note.create({ n: 9 }));
        });
        await world.until(() => one.count("message") === 1);
        expect(one.heard.slice(1).map(({ what }) => what)).toEqual([
          "disconnected",
          "connected",
          "message",
        ]);
        expect(one.reasons()).toEqual(["replaced"]);
      }));
  });
}
