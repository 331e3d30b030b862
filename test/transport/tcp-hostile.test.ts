// Whatever comes in: bytes of strangers and of peers that break the rules close their own connection and nothing else.

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { ControlKind, PING_FRAME } from "../../src/transport/node-control-frames.js";
import { writeMessageHeader } from "../../src/transport/node-frames.js";
import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import type { Socket } from "node:net";
import { CONTRACT_TYPES, Note } from "./contract-world.js";
import { live, passMillis, until } from "./tcp-kit.js";
import type { Greeter, Live, LiveNode } from "./tcp-kit.js";

const codec = new MessagePackCodec(CONTRACT_TYPES);

/** A peer that has been accepted. */
async function greeted(stage: Live, node: LiveNode): Promise<Greeter> {
  const greeter = await stage.greet(node);
  await until(() => greeter.heard().length > 0, "the answer");
  return greeter;
}

function noteFrame(n: number): Buffer {
  const payload = codec.encode(Note.create({ n }));
  const frame = Buffer.alloc(4 + payload.length);
  writeMessageHeader(frame, 0, payload.length);
  frame.set(payload, 4);
  return frame;
}

async function expectAlive(stage: Live, node: LiveNode): Promise<void> {
  const friend = await stage.node({ security: "plaintext" });
  const before = node.messages.length;
  friend.transport.send(node.peer, Note.create({ n: 99 }));
  await until(() => node.messages.length > before, "a friend's message");
  expect(node.numbers().at(-1)).toBe(99);
}

describe("strangers' bytes", () => {
  it("of any kind make a node neither fail nor forget its friends, with TLS and without", () =>
    live(async (stage) => {
      for (const security of ["plaintext", "tls"] as const) {
        const node = await stage.node({ security, limits: { handshakeMillis: 500 } });
        await fc.assert(
          fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 600 }), async (bytes) => {
            const socket = await stage.socket(node.port);
            socket.end(bytes);
            await until(() => socket.closed, "the end of the socket");
          }),
          { numRuns: 60, seed: 5 },
        );
        expect(node.messages).toEqual([]);
        expect(node.refusals.length).toBeGreaterThanOrEqual(60);
        const friend = await stage.node({ security });
        friend.transport.send(node.peer, Note.create({ n: 1 }));
        await until(() => node.messages.length === 1, "a friend's message");
      }
    }));

  it("behind a true greeting close that connection alone: protocol-error", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext" });
      const friend = await stage.node({ security: "plaintext" });
      friend.transport.connect(node.peer);
      await until(() => node.connected.length === 1, "a friend's connection");
      await fc.assert(
        fc.asyncProperty(fc.uint8Array({ minLength: 1, maxLength: 100 }), async (bytes) => {
          const before = node.reasons.length;
          const { socket } = await greeted(stage, node);
          // A message of these bytes, whatever they are.
          const frame = Buffer.alloc(4 + bytes.length);
          writeMessageHeader(frame, 0, bytes.length);
          frame.set(bytes, 4);
          socket.write(frame);
          await until(() => node.reasons.length > before, "the end of the connection");
        }),
        { numRuns: 40, seed: 6 },
      );
      expect(new Set(node.reasons)).toEqual(new Set(["protocol-error"]));
      expect(node.messages).toEqual([]);
      expect(friend.reasons).toEqual([]);
      expect(node.transport.isConnected(friend.peer)).toBe(true);
    }));

  it("that are good before they are bad are handed over before the end is told", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext" });
      const { socket, heard } = await greeted(stage, node);
      socket.write(Buffer.concat([noteFrame(1), noteFrame(2), Buffer.from([0, 0, 0, 1, 0xc1])]));
      await until(() => node.reasons.length === 1, "the end of the connection");
      expect(node.numbers()).toEqual([1, 2]);
      expect([node.reasons, node.refusals]).toEqual([["protocol-error"], ["bad-message"]]);
      // The end says why: a control frame of two bytes, `bye` and the place of the reason.
      await until(() => socket.closed || socket.readableEnded, "the end at the other side");
      expect([...heard().subarray(-6)]).toEqual([0x80, 0, 0, 2, ControlKind.bye, 5]);
    }));

  it("that announce too long a frame are refused before any of it is kept", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext" });
      const { socket } = await greeted(stage, node);
      socket.write(Buffer.from([0x7f, 0xff, 0xff, 0xff]));
      await until(() => node.reasons.length === 1, "the end of the connection");
      expect([node.reasons, node.refusals]).toEqual([["protocol-error"], ["oversized-frame"]]);
      await expectAlive(stage, node);
    }));

  it("that say what only a handshake or nobody says: bad-frame", () =>
    live(async (stage) => {
      for (const content of [
        [ControlKind.hello],
        [9],
        [],
        [ControlKind.bye, 77],
        [ControlKind.ping, 0],
      ]) {
        const node = await stage.node({ security: "plaintext" });
        const { socket } = await greeted(stage, node);
        socket.write(Buffer.from([0x80, 0, 0, content.length, ...content]));
        await until(() => node.reasons.length === 1, "the end of the connection");
        expect([node.reasons, node.refusals]).toEqual([["protocol-error"], ["bad-frame"]]);
      }
    }));
});

describe("slowness", () => {
  it("within a frame ends the connection, however steadily its bytes drip", () =>
    live(async (stage) => {
      const limits = { frameMillis: 100, frameBytesPerSecondMin: 1e6 };
      const node = await stage.node({ security: "plaintext", limits });
      const { socket } = await greeted(stage, node);
      socket.write(Buffer.from([0, 0, 1, 0]));
      const drip = setInterval(() => socket.write(Buffer.from([0])), 5);
      await until(() => node.reasons.length === 1, "the end of the connection");
      clearInterval(drip);
      expect([node.reasons, node.refusals]).toEqual([["protocol-error"], ["too-slow"]]);
    }));

  it("between frames does not, while the other end answers", () =>
    live(async (stage) => {
      const limits = { keepAliveMillis: 40, userTimeoutMillis: 60, frameMillis: 100 };
      const node = await stage.node({ security: "plaintext", limits });
      const friend = await stage.node({ security: "plaintext" });
      friend.transport.connect(node.peer);
      await until(() => node.connected.length === 1, "the connection");
      await passMillis(400);
      expect(node.reasons).toEqual([]);
      expect(node.transport.isConnected(friend.peer)).toBe(true);
    }));

  it("of a peer that does not answer at all ends the connection: timeout", () =>
    live(async (stage) => {
      const limits = { keepAliveMillis: 40, userTimeoutMillis: 60 };
      const node = await stage.node({ security: "plaintext", limits });
      const { heard } = await greeted(stage, node);
      await until(() => node.reasons.length === 1, "the end of the connection");
      expect(node.reasons).toEqual(["timeout"]);
      // It was asked before it was given up.
      expect(heard().includes(Buffer.from(PING_FRAME))).toBe(true);
    }));

  it("of a peer that talks and never reads ends the connection: timeout", () =>
    live(async (stage) => {
      const limits = { userTimeoutMillis: 200 };
      const node = await stage.node({ security: "plaintext", limits });
      const { socket, id } = await greeted(stage, node);
      socket.pause();
      const chat = setInterval(() => socket.write(PING_FRAME), 10);
      const peer = stage.peers.intern(id, "127.0.0.1:9");
      const load = { type: "contract/load", n: 0, load: new Uint8Array(900_000) };
      const fill = setInterval(() => {
        if (node.transport.bufferedBytes(peer) < 1e6 && node.reasons.length === 0) {
          node.transport.send(peer, load);
        }
      }, 5);
      await until(() => node.reasons.length === 1, "the end of the connection");
      clearInterval(chat);
      clearInterval(fill);
      expect(node.reasons).toEqual(["timeout"]);
    }));
});

describe("limits", () => {
  it("on handshakes under way turn the oldest away: too-many", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext", limits: { pendingMax: 3 } });
      const sockets: Socket[] = [];
      for (let i = 0; i < 5; i++) sockets.push(await stage.socket(node.port));
      await until(() => sockets.filter(({ closed }) => closed).length === 2, "two refusals");
      expect(sockets.map(({ closed }) => closed)).toEqual([true, true, false, false, false]);
      expect(node.refusals).toEqual(["too-many", "too-many"]);
      // A peer of good will gets in although all places are taken by sockets that say nothing.
      await expectAlive(stage, node);
      expect(node.refusals).toEqual(["too-many", "too-many", "too-many"]);
    }));

  it("on the memory of frames that have begun end the connection that keeps the most: frame-memory", () =>
    live(async (stage) => {
      const limits = { frameMemoryBytes: 1_000_000 };
      const node = await stage.node({ security: "plaintext", limits });
      const [small, large, last] = [
        await greeted(stage, node),
        await greeted(stage, node),
        await greeted(stage, node),
      ];
      const begin = ({ socket }: Greeter, byteCount: number): void => {
        const frame = Buffer.alloc(4 + byteCount);
        writeMessageHeader(frame, 0, 5_000_000);
        socket.write(frame);
      };
      begin(small, 100_000);
      begin(large, 500_000);
      await passMillis(100);
      expect(node.refusals).toEqual([]);
      begin(last, 300_000);
      await until(() => node.reasons.length === 1, "the end of the connection");
      expect([node.reasons, node.refusals]).toEqual([["protocol-error"], ["frame-memory"]]);
      expect(node.disconnected.map(({ peer }) => peer.id)).toEqual([large.id]);
      await expectAlive(stage, node);
    }));

  it("on connections turn further peers away, and ended ones make room", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext", limits: { connectionsMax: 2 } });
      const first = await greeted(stage, node);
      await greeted(stage, node);
      const third = await stage.socket(node.port);
      await until(() => third.closed, "the refusal");
      expect(node.refusals).toEqual(["too-many"]);
      first.socket.destroy();
      await until(() => node.reasons.length === 1, "the end of the first");
      await expectAlive(stage, node);
    }));

  it("on pings end the connection of a peer that asks and asks whether anyone is there", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext" });
      const { socket, heard } = await greeted(stage, node);
      const pings = (count: number): Buffer =>
        Buffer.concat(Array.from({ length: count }, () => PING_FRAME));
      const before = heard().length;
      socket.write(pings(1000));
      await until(() => heard().length === before + 1000 * PING_FRAME.length, "the answers");
      expect(node.reasons).toEqual([]);
      // Twice what is answered: a look at the connection may come in between.
      socket.write(pings(2001));
      await until(() => node.reasons.length === 1, "the end of the connection");
      expect([node.reasons, node.refusals]).toEqual([["protocol-error"], ["bad-frame"]]);
      await expectAlive(stage, node);
    }));
});

describe("the end of a transport", () => {
  it("leaves no socket behind, polite or not", () =>
    live(async (stage) => {
      await until(() => resources() === "", "the end of what other tests had");
      const ends: ((node: LiveNode) => void)[] = [
        (node) => {
          node.transport.close();
        },
        (node) => {
          node.transport.destroy();
        },
      ];
      for (const end of ends) {
        for (const security of ["plaintext", "tls"] as const) {
          const nodes = [await stage.node({ security }), await stage.node({ security })] as const;
          const [one, other] = nodes;
          one.transport.send(other.peer, Note.create({ n: 1 }));
          one.transport.sendDatagram(other.peer, Note.create({ n: 2 }));
          // A dial that comes to nothing, and one that stands still in its handshake.
          one.transport.send(
            stage.peers.intern("ab".repeat(32), "127.0.0.1:1"),
            Note.create({ n: 3 }),
          );
          (await stage.socket(other.port)).on("end", () => undefined);
          await until(() => other.messages.length === 1, "the message");
          nodes.forEach(end);
        }
      }
      await until(() => resources() === "", "the end of all sockets");
    }));

  it("by a crash tells the node nothing more, from inside its own handler too", () =>
    live(async (stage) => {
      const node = await stage.node();
      const friend = await stage.node();
      node.onMessageHook = () => {
        node.transport.destroy();
      };
      for (let n = 0; n < 5; n++) friend.transport.send(node.peer, Note.create({ n }));
      await until(() => friend.reasons.length === 1, "the reset");
      expect([node.numbers(), node.isClosed, node.reasons]).toEqual([[0], false, []]);
      expect(friend.reasons).toEqual(["reset"]);
      node.transport.destroy();
      node.transport.close();
      expect(node.transport.send(friend.peer, Note.create({ n: 1 }))).toBe(false);
    }));
});

/** Sockets and servers that keep this process alive. */
function resources(): string {
  return process
    .getActiveResourcesInfo()
    .filter((name) => /TCP|UDP|TLS/.test(name))
    .sort()
    .join();
}
