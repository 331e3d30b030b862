// What a live transport tells of its messages and connections, and what the conditions of a network do to them.

import { describe, expect, it } from "vitest";

import type { Peer } from "../../src/transport/peer.js";
import type { SendConditions, SendVerdict } from "../../src/transport/send-conditions.js";
import type { PassageKind } from "../../src/sim/passage.js";
import { Note, loadOf } from "./contract-world.js";
import { live, passMillis, until } from "./tcp-kit.js";

const PASSES: SendVerdict = { delayMicros: 0, lostReason: "" };

/** Conditions that a test may change at any time, and what they were asked. */
class Weather implements SendConditions {
  readonly asked: string[] = [];
  verdict: (kind: PassageKind, number: number) => SendVerdict = () => PASSES;

  judge(kind: PassageKind, _to: Peer, bytes: number, number: number): SendVerdict {
    this.asked.push(`${kind} ${bytes} #${number}`);
    return this.verdict(kind, number);
  }
}

function millisOf(since: number): number {
  return performance.now() - since;
}

describe("the records of a live transport", () => {
  it("number messages by connection and direction, the same at both ends", () =>
    live(async (stage) => {
      const one = await stage.node();
      const other = await stage.node();
      for (let n = 0; n < 3; n++) one.transport.send(other.peer, Note.create({ n }));
      await until(() => other.messages.length === 3, "the messages");
      other.transport.send(one.peer, Note.create({ n: 9 }));
      await until(() => one.messages.length === 1, "the answer");
      const note = /stream contract\/note \d+ #\d+$/;
      const sent = one.records.filter((line) => line.startsWith("sent"));
      const delivered = other.records.filter((line) => line.startsWith("delivered"));
      expect(sent.map((line) => note.exec(line)?.[0])).toEqual(
        delivered.map((line) => note.exec(line)?.[0]),
      );
      expect(sent.map((line) => line.split("#")[1])).toEqual(["0", "1", "2"]);
      expect(one.records.at(-1)).toMatch(/^delivered stream contract\/note \d+ #0$/);
    }));

  it("name a connection by one number at both ends, and every change of it once", () =>
    live(async (stage) => {
      const one = await stage.node();
      const other = await stage.node();
      one.transport.connect(other.peer);
      await until(() => one.connected.length + other.connected.length === 2, "the connection");
      one.transport.disconnect(other.peer);
      await until(() => one.reasons.length + other.reasons.length === 2, "its end");
      const epoch = 2 + (one.peer.id < other.peer.id ? 0 : 1);
      expect(one.records).toEqual([
        `dialing ${epoch}`,
        `connected ${epoch}`,
        `closed ${epoch} disconnected`,
      ]);
      expect(other.records).toEqual([`accepted ${epoch}`, `closed ${epoch} disconnected`]);
    }));

  it("say of each message that a failed dial drops which one it was, and why", () =>
    live(async (stage) => {
      const one = await stage.node();
      const nobody = stage.peers.intern("ef".repeat(32), "127.0.0.1:1");
      for (let n = 0; n < 2; n++) one.transport.send(nobody, Note.create({ n }));
      await until(() => one.reasons.length === 1, "the end of the dial");
      expect(one.records.filter((line) => line.startsWith("dropped"))).toEqual([
        expect.stringMatching(/#0 refused$/),
        expect.stringMatching(/#1 refused$/),
      ]);
    }));
});

describe("peers that are known by address only", () => {
  it("are found by it, and messages for the address go to whoever is there", () =>
    live(async (stage) => {
      const one = await stage.node();
      const other = await stage.node();
      const place: Peer = { id: "", address: other.peer.address };
      one.transport.send(place, Note.create({ n: 1 }));
      await until(() => other.messages.length === 1 && one.connected.length === 1, "the message");
      expect(one.connected).toEqual([other.peer]);
      expect(one.transport.isConnected(place)).toBe(true);
      expect(one.transport.peerAt(place.address)).toBe(other.peer);
      one.transport.send(place, Note.create({ n: 2 }));
      one.transport.send(other.peer, Note.create({ n: 3 }));
      await until(() => other.messages.length === 3, "the others");
      expect(other.numbers()).toEqual([1, 2, 3]);
      one.transport.disconnect(place);
      await until(() => one.reasons.length === 1, "the end");
      expect(one.transport.isConnected(place)).toBe(false);
      expect(one.transport.peerAt(place.address)).toBeNull();
    }));

  it("use the connection that is there already, which neither end loses", () =>
    live(async (stage) => {
      const one = await stage.node();
      const other = await stage.node();
      one.transport.connect(other.peer);
      await until(() => one.connected.length + other.connected.length === 2, "the connection");
      // A name for the same place that has not been seen.
      const place: Peer = { id: "", address: other.peer.address };
      one.transport.send(place, Note.create({ n: 1 }));
      await until(() => other.messages.length === 1, "the message");
      await passMillis(50);
      expect([one.reasons, other.reasons]).toEqual([[], []]);
      expect([one.connected.length, other.connected.length]).toEqual([1, 1]);
    }));

  it("are reported by their address when nobody is there", () =>
    live(async (stage) => {
      const one = await stage.node();
      const place: Peer = { id: "", address: "127.0.0.1:1" };
      one.transport.connect(place);
      expect(one.transport.peerAt(place.address)).toBeNull();
      await until(() => one.reasons.length === 1, "the end of the dial");
      expect(one.disconnected[0]).toMatchObject({ peer: place, reason: "refused" });
    }));
});

describe("a dial after a failed one", () => {
  it("waits when it is made by `send`, longer each time, and not when it is made by `connect`", () =>
    live(async (stage) => {
      const limits = { backOffMillisMin: 100, backOffMillisMax: 200 };
      const one = await stage.node({ limits });
      const nobody = stage.peers.intern("ef".repeat(32), "127.0.0.1:1");
      const waits: number[] = [];
      for (let n = 1; n <= 4; n++) {
        const begun = performance.now();
        if (n < 4) one.transport.send(nobody, Note.create({ n }));
        else one.transport.connect(nobody);
        await until(() => one.reasons.length === n, "the end of the dial");
        waits.push(millisOf(begun));
      }
      expect(waits[1]).toBeGreaterThanOrEqual(49);
      expect(waits[2]).toBeGreaterThanOrEqual(99);
      expect(waits[3]).toBeLessThan(waits[2]!);
    }));
});

describe("the conditions of a network", () => {
  it("are asked about dials, frames and datagrams, with the bytes that they take", () =>
    live(async (stage) => {
      const conditions = new Weather();
      const one = await stage.node({ conditions, security: "plaintext" });
      const other = await stage.node({ security: "plaintext" });
      one.transport.send(other.peer, loadOf(100));
      one.transport.sendDatagram(other.peer, loadOf(100));
      await until(() => other.messages.length + other.datagrams.length === 2, "both");
      expect(conditions.asked.toSorted()).toEqual([
        "datagram 128 #0",
        "dial 60 #16",
        "stream 104 #0",
      ]);
    }));

  it("delay what leaves, and never let a frame pass an earlier one", () =>
    live(async (stage) => {
      const conditions = new Weather();
      const one = await stage.node({ conditions });
      const other = await stage.node();
      one.transport.connect(other.peer);
      await until(() => one.connected.length === 1, "the connection");
      const delays = [120_000, 0, 40_000];
      conditions.verdict = (_kind, number) => ({
        delayMicros: delays[number] ?? 0,
        lostReason: "",
      });
      const begun = performance.now();
      for (let n = 0; n < 3; n++) one.transport.send(other.peer, Note.create({ n }));
      await until(() => other.messages.length === 3, "the messages");
      // A frame leaves at the millisecond nearest to its time.
      expect(millisOf(begun)).toBeGreaterThanOrEqual(119.5);
      expect(other.numbers()).toEqual([0, 1, 2]);
    }));

  it("round a delay to milliseconds, so that half of one is no delay", () =>
    live(async (stage) => {
      const conditions = new Weather();
      const one = await stage.node({ conditions, security: "plaintext" });
      const other = await stage.node({ security: "plaintext" });
      one.transport.connect(other.peer);
      await until(() => one.connected.length === 1, "the connection");
      const waitingAfter = async (delayMicros: number): Promise<boolean> => {
        conditions.verdict = () => ({ delayMicros, lostReason: "" });
        one.transport.send(other.peer, Note.create({ n: delayMicros }));
        // The end of this turn: what need not wait has left.
        await new Promise((resolve) => setImmediate(resolve));
        return one.transport.bufferedBytes(other.peer) > 0;
      };
      expect(await waitingAfter(400)).toBe(false);
      expect(await waitingAfter(60_000)).toBe(true);
      await until(() => other.messages.length === 2, "the messages");
    }));

  it("lose a frame of a stream only for a time: it is sent again, and what follows waits", () =>
    live(async (stage) => {
      const conditions = new Weather();
      const one = await stage.node({ conditions });
      const other = await stage.node();
      one.transport.connect(other.peer);
      await until(() => one.connected.length === 1, "the connection");
      let losses = 1;
      conditions.verdict = (kind) =>
        kind === "stream" && losses-- > 0 ? { delayMicros: 0, lostReason: "loss" } : PASSES;
      const begun = performance.now();
      for (let n = 0; n < 3; n++) one.transport.send(other.peer, Note.create({ n }));
      await until(() => other.messages.length === 3, "the messages");
      expect(millisOf(begun)).toBeGreaterThanOrEqual(199);
      expect(other.numbers()).toEqual([0, 1, 2]);
      expect(one.reasons).toEqual([]);
    }));

  it("end a connection over which nothing gets through: timeout", () =>
    live(async (stage) => {
      const conditions = new Weather();
      const one = await stage.node({ conditions, limits: { userTimeoutMillis: 300 } });
      const other = await stage.node();
      one.transport.connect(other.peer);
      await until(() => one.connected.length === 1, "the connection");
      conditions.verdict = () => ({ delayMicros: 0, lostReason: "partition" });
      one.transport.send(other.peer, Note.create({ n: 1 }));
      await until(() => one.reasons.length === 1, "the time-out");
      expect(one.reasons).toEqual(["timeout"]);
      expect(other.messages).toEqual([]);
    }));

  it("lose dials until they time out, and datagrams with their reason", () =>
    live(async (stage) => {
      const conditions = new Weather();
      conditions.verdict = () => ({ delayMicros: 0, lostReason: "partition" });
      const one = await stage.node({ conditions, limits: { handshakeMillis: 150 } });
      const other = await stage.node();
      one.transport.connect(other.peer);
      one.transport.sendDatagram(other.peer, Note.create({ n: 1 }));
      await until(() => one.reasons.length === 1, "the time-out");
      expect(one.reasons).toEqual(["timeout"]);
      expect(one.records).toContainEqual(expect.stringMatching(/^sent datagram .* partition$/));
      expect([other.connected, other.datagrams]).toEqual([[], []]);
    }));

  it("duplicate and damage datagrams", () =>
    live(async (stage) => {
      const conditions = new Weather();
      conditions.verdict = (_kind, number) =>
        number === 0 ? { ...PASSES, copies: 2 } : { ...PASSES, isCorrupt: true };
      const one = await stage.node({ conditions, security: "plaintext" });
      const other = await stage.node({ security: "plaintext" });
      one.transport.sendDatagram(other.peer, Note.create({ n: 1 }));
      await until(() => other.datagrams.length === 3, "three copies");
      one.transport.sendDatagram(other.peer, Note.create({ n: 2 }));
      await until(() => other.records.length === 4, "the damaged one");
      expect(other.records.at(-1)).toMatch(/^dropped datagram contract\/note \d+ #1 corrupt$/);
    }));
});
