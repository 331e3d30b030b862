// Datagrams of live nodes: who is believed, what happens without a key, and after one end forgot it.

import { createSocket } from "node:dgram";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";

import { NodePeers } from "../../src/transport/node-peers.js";
import { Note, fullDatagram } from "./contract-world.js";
import { live, passMillis, until } from "./tcp-kit.js";
import type { LiveNode } from "./tcp-kit.js";

/** Sends bytes to a node's UDP port from elsewhere. */
function sendBytes(node: LiveNode, packets: readonly Uint8Array[]): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = createSocket("udp4");
    let left = packets.length;
    for (const packet of packets) {
      socket.send(packet, node.port, "127.0.0.1", (error) => {
        if (error !== null) reject(error);
        if (--left > 0) return;
        socket.close();
        resolve();
      });
    }
  });
}

/** A node's announced place is a relay, which shows what goes through. */
async function tapped(
  node: LiveNode,
): Promise<{ port: number; packets: Buffer[]; close: () => void }> {
  const packets: Buffer[] = [];
  const socket = createSocket("udp4");
  socket.on("message", (packet) => {
    packets.push(packet);
    socket.send(packet, node.port, "127.0.0.1");
  });
  await new Promise<void>((resolve) => {
    socket.bind(0, "127.0.0.1", resolve);
  });
  return { port: socket.address().port, packets, close: () => socket.close() };
}

/** Lets weakly held objects go. */
async function collectGarbage(): Promise<void> {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  for (let i = 0; i < 3; i++) {
    // What a WeakRef has shown lives on until its turn ends.
    await passMillis(1);
    collect();
  }
}

function numbersOf(node: LiveNode): number[] {
  return node.datagrams.map(({ message }) => (message as unknown as { n: number }).n);
}

describe("datagrams with TLS", () => {
  it("wait for a key that a dial of its own brings, the last sixteen of them", () =>
    live(async (stage) => {
      const one = await stage.node();
      const other = await stage.node();
      for (let n = 0; n < 20; n++) one.transport.sendDatagram(other.peer, Note.create({ n }));
      await until(() => other.datagrams.length === 16, "the datagrams");
      expect(numbersOf(other).sort((a, b) => a - b)).toEqual(
        Array.from({ length: 16 }, (_, i) => i + 4),
      );
      expect(one.records.filter((line) => line.endsWith("no-key"))).toHaveLength(4);
      expect([one.connected, other.connected]).toEqual([[], []]);
      expect(other.datagrams[0]?.from).toBe(one.peer);
    }));

  it("are dropped with the reason of the dial when nobody is there", () =>
    live(async (stage) => {
      const one = await stage.node();
      const nobody = stage.peers.intern("cd".repeat(32), "127.0.0.1:1");
      one.transport.sendDatagram(nobody, Note.create({ n: 1 }));
      await until(() => one.records.length === 2, "the drop");
      expect(one.records[1]).toMatch(/^dropped datagram contract\/note \d+ #0 refused$/);
      expect(one.reasons).toEqual([]);
    }));

  it("find a peer of whom only the address is known, each burst by a dial", () =>
    live(async (stage) => {
      const one = await stage.node();
      const other = await stage.node();
      const somebody = stage.peers.intern("", other.peer.address);
      for (const count of [3, 5]) {
        for (let n = other.datagrams.length; n < count; n++)
          one.transport.sendDatagram(somebody, Note.create({ n }));
        await until(() => other.datagrams.length === count, "the datagrams");
      }
      expect(numbersOf(other).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4]);
      other.transport.sendDatagram(other.datagrams[0]!.from, Note.create({ n: 9 }));
      await until(() => one.datagrams.length === 1, "an answer");
      expect(one.datagrams[0]?.from).toBe(other.peer);
    }));

  it("are dropped when the address alone is known, and nobody or the sender itself is there", () =>
    live(async (stage) => {
      const one = await stage.node();
      for (const [address, reason] of [
        ["127.0.0.1:1", "refused"],
        [one.peer.address, "protocol-error"],
      ] as const) {
        one.records.splice(0);
        one.transport.sendDatagram(stage.peers.intern("", address), Note.create({ n: 1 }));
        await until(() => one.records.length === 2, "the drop");
        expect(one.records[1]).toMatch(/^dropped datagram contract\/note \d+ #\d [a-z-]+$/);
        expect(one.records[1]!.split(" ").at(-1)).toBe(reason);
      }
    }));

  it("go under the key of a connection where there is one, in both directions, and outlive it", () =>
    live(async (stage) => {
      const one = await stage.node();
      const other = await stage.node();
      one.transport.connect(other.peer);
      await until(() => one.connected.length + other.connected.length === 2, "the connection");
      one.transport.disconnect(other.peer);
      await until(() => other.reasons.length === 1, "its end");
      one.transport.sendDatagram(other.peer, fullDatagram);
      other.transport.sendDatagram(one.peer, fullDatagram);
      await until(() => one.datagrams.length + other.datagrams.length === 2, "the datagrams");
    }));

  it("leave when the node closes right after, and not when it crashes", () =>
    live(async (stage) => {
      const other = await stage.node();
      for (const [end, count] of [
        ["close", 2],
        ["destroy", 1],
      ] as const) {
        const one = await stage.node();
        one.transport.sendDatagram(other.peer, Note.create({ n: 1 }));
        await until(() => other.datagrams.length === 1, "the key");
        one.transport.sendDatagram(other.peer, Note.create({ n: 2 }));
        one.transport[end]();
        // Whatever comes of it is there before another node's key is agreed on.
        const last = await stage.node();
        last.transport.sendDatagram(other.peer, Note.create({ n: 3 }));
        await until(() => numbersOf(other).includes(3), "another node's datagram");
        expect(numbersOf(other).filter((n) => n < 3)).toHaveLength(count);
        other.datagrams.splice(0);
      }
    }));

  it("come from where their key came from, when nobody else here holds their sender", () =>
    live(async (stage) => {
      const one = await stage.node();
      const other = await stage.node({ peers: new NodePeers() });
      one.transport.sendDatagram(other.peer, Note.create({ n: 1 }));
      await until(() => other.datagrams.splice(0).length === 1, "the key");
      await collectGarbage();
      one.transport.sendDatagram(other.peer, Note.create({ n: 2 }));
      await until(() => other.datagrams.length === 1, "the datagram");
      expect(other.datagrams[0]?.from.address).toBe(one.peer.address);
    }));

  it("are refused when they are forged, come again, or come from a stranger", () =>
    live(async (stage) => {
      const one = await stage.node();
      const other = await stage.node();
      one.transport.connect(other.peer);
      await until(() => other.connected.length === 1, "the connection");
      const tap = await tapped(other);
      try {
        one.transport.sendDatagram(
          { id: other.peer.id, address: `127.0.0.1:${tap.port}` },
          Note.create({ n: 1 }),
        );
        await until(() => other.datagrams.length === 1, "the datagram");
      } finally {
        tap.close();
      }
      const [packet] = tap.packets;
      const forged = Buffer.from(packet!);
      forged[forged.length - 1] = forged[forged.length - 1]! ^ 1;
      const strange = Buffer.from(packet!);
      strange[1] = strange[1]! ^ 1;
      for (const [bytes, refusal] of [
        [packet!, "datagram-replayed"],
        [forged, "datagram-forged"],
        [strange, "datagram-stranger"],
        [Buffer.from([1, ...Buffer.alloc(60)]), "datagram-forged"],
        [Buffer.alloc(0), "datagram-forged"],
        [Buffer.alloc(2000, 2), "oversized-frame"],
      ] as const) {
        const before = other.refusals.length;
        await sendBytes(other, [bytes]);
        await until(() => other.refusals.length > before, refusal);
        expect(other.refusals.at(-1)).toBe(refusal);
      }
      expect(other.datagrams).toHaveLength(1);
    }));

  it("come through again after the other end started anew and forgot the key", () =>
    live(async (stage) => {
      const one = await stage.node();
      const other = await stage.node();
      one.transport.sendDatagram(other.peer, Note.create({ n: 1 }));
      await until(() => other.datagrams.length === 1, "the first datagram");
      const { port } = other;
      const { identity } = other;
      other.transport.destroy();
      const again = await stage.node({ identity, port });
      expect(again.peer).toBe(other.peer);
      for (let n = 2; again.datagrams.length === 0 && n < 500; n++) {
        one.transport.sendDatagram(again.peer, Note.create({ n }));
        await passMillis(5);
      }
      expect(again.refusals).toContain("datagram-stranger");
      expect(again.datagrams.length).toBeGreaterThan(0);
    }));

  it("of any bytes make a node neither fail nor answer more than it got", () =>
    live(async (stage) => {
      const node = await stage.node();
      const packets = Array.from({ length: 200 }, (_, i) =>
        Uint8Array.from({ length: 5 + i * 3 }, (_byte, place) =>
          place === 0 ? i % 5 : (i * 7 + place) & 255,
        ),
      );
      await sendBytes(node, packets);
      const friend = await stage.node();
      friend.transport.sendDatagram(node.peer, Note.create({ n: 1 }));
      await until(() => node.datagrams.length === 1, "a friend's datagram");
      expect(numbersOf(node)).toEqual([1]);
    }));
});

describe("datagrams in plain text", () => {
  it("carry their number, the same at both ends", () =>
    live(async (stage) => {
      const one = await stage.node({ security: "plaintext" });
      const other = await stage.node({ security: "plaintext" });
      for (let n = 0; n < 3; n++) {
        one.transport.sendDatagram(other.peer, Note.create({ n }));
        await until(() => other.datagrams.length === n + 1, "the datagram");
      }
      expect(one.records.map((line) => line.replace("sent", ""))).toEqual(
        other.records.map((line) => line.replace("delivered", "")),
      );
      expect(other.records[2]).toMatch(/^delivered datagram contract\/note \d+ #2$/);
    }));

  it("find a peer of whom only the address is known", () =>
    live(async (stage) => {
      const one = await stage.node({ security: "plaintext" });
      const other = await stage.node({ security: "plaintext" });
      const somebody = stage.peers.intern("", other.peer.address);
      one.transport.sendDatagram(somebody, Note.create({ n: 1 }));
      await until(() => other.datagrams.length === 1, "the datagram");
      expect(other.datagrams[0]?.from).toBe(one.peer);
    }));

  it("that are no messages are refused: bad-message", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext" });
      const packet = Buffer.alloc(60, 0xc1);
      packet[0] = 1;
      await sendBytes(node, [packet]);
      await until(() => node.refusals.length === 1, "the refusal");
      expect(node.refusals).toEqual(["bad-message"]);
    }));
});
