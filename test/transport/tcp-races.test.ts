// Many nodes that dial, end and write to each other all at once: whatever the order in which sockets tell it, both ends
// of a pair agree in the end, and no node hears a story that does not hang together.

import { describe, expect, it } from "vitest";

import { mixKey, mixUnit } from "../../src/sim/mix.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { ControlKind, byeFrame } from "../../src/transport/node-control-frames.js";
import { SilentRelay } from "./silent-relay.js";
import { Load, Note } from "./contract-world.js";
import { live, passMillis, until } from "./tcp-kit.js";
import type { Live, LiveNode } from "./tcp-kit.js";

const key = mixKey(nodeSha256, 11, "races");
const NODES = 6;
const ACTS = 600;

/** Does something that a handler might do, chosen by a number. */
function act(nodes: readonly LiveNode[], round: number, n: number): void {
  const pick = (draw: number, below: number): number =>
    Math.floor(mixUnit(key, round, n, 0, draw) * below);
  const node = nodes[pick(0, nodes.length)]!;
  const other = nodes[pick(1, nodes.length)]!;
  if (node === other) return;
  const kind = pick(2, 10);
  if (kind < 2) node.transport.connect(other.peer);
  else if (kind < 5) node.transport.disconnect(other.peer);
  else if (kind === 5) node.transport.connect({ id: "", address: other.peer.address });
  else node.transport.send(other.peer, Note.create({ n: n * NODES + nodes.indexOf(node) }));
}

/** What a node heard of each peer, in order: beginnings and ends of connections. */
function stories(node: LiveNode): Map<string, string[]> {
  const byPeer = new Map<string, string[]>();
  for (const { what, peer } of node.story) {
    const story = byPeer.get(peer.id) ?? [];
    byPeer.set(peer.id, [...story, what]);
  }
  return byPeer;
}

function isSettled(nodes: readonly LiveNode[]): boolean {
  return nodes.every((one) =>
    nodes.every(
      (other) =>
        one === other ||
        one.transport.isConnected(other.peer) === other.transport.isConnected(one.peer),
    ),
  );
}

async function race(stage: Live, security: "plaintext" | "tls", round: number): Promise<void> {
  const limits = { backOffMillisMin: 1, backOffMillisMax: 5, succeedMillis: 100 };
  const nodes: LiveNode[] = [];
  for (let i = 0; i < NODES; i++) nodes.push(await stage.node({ security, limits }));
  for (let n = 0; n < ACTS; n++) {
    act(nodes, round, n);
    // Sometimes at the same moment, sometimes after sockets had their turn.
    if (mixUnit(key, round, n, 0, 9) < 0.2) await passMillis(mixUnit(key, round, n, 0, 8) * 4);
  }
  await passMillis(200);
  await until(() => isSettled(nodes), "agreement");
  for (const node of nodes) {
    expect(node.reasons.filter((reason) => reason === "protocol-error")).toEqual([]);
    for (const [id, story] of stories(node)) {
      // A failed dial ends what never began; but nothing begins twice without an end.
      story.forEach((what, i) => {
        if (what === "connected") expect([id, i, story[i - 1]]).not.toEqual([id, i, "connected"]);
      });
      const isOpen = node.transport.isConnected({ id, address: "" });
      expect(story.at(-1) === "connected").toBe(isOpen);
    }
    // No message twice, and those of one sender in the order in which it sent them.
    const seen = node.numbers();
    expect(new Set(seen).size).toBe(seen.length);
    for (let sender = 0; sender < NODES; sender++) {
      const ofSender = seen.filter((n) => n % NODES === sender);
      expect(ofSender).toEqual(ofSender.toSorted((a, b) => a - b));
    }
  }
}

describe("nodes that do everything at once", () => {
  for (const security of ["plaintext", "tls"] as const) {
    it(`agree in the end, with ${security}`, () =>
      live(async (stage) => {
        for (let round = 0; round < 3; round++) await race(stage, security, round);
      }));
  }

  it("all dial each other and each pair ends up with one connection that lasts", () =>
    live(async (stage) => {
      const nodes: LiveNode[] = [];
      for (let i = 0; i < 12; i++) nodes.push(await stage.node());
      for (const one of nodes) for (const other of nodes) one.transport.connect(other.peer);
      await until(
        () => nodes.every(({ connected }) => connected.length >= nodes.length - 1),
        "all connections",
      );
      await passMillis(100);
      for (const { connected, reasons } of nodes) {
        expect([connected.length, reasons]).toEqual([nodes.length - 1, []]);
      }
    }));
});

describe("another dial of a peer that is connected", () => {
  const replaced = [0x80, 0, 0, 2, ControlKind.bye, 4];

  it("is turned down when it was made before the connection, which stands", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext" });
      const { id } = await stage.greet(node, { dial: 7 });
      await until(() => node.connected.length === 1, "the connection");
      const late = await stage.greet(node, { id, dial: 6 });
      await until(() => late.heard().length > 0, "the answer");
      expect([...late.heard()]).toEqual(replaced);
      expect([node.connected.length, node.reasons]).toEqual([1, []]);
    }));

  it("waits for the end of the connection when its process made it later", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext" });
      const { id, socket } = await stage.greet(node, { dial: 7 });
      await until(() => node.connected.length === 1, "the connection");
      const next = await stage.greet(node, { id, dial: 8 });
      await passMillis(50);
      expect([node.reasons, next.heard().length]).toEqual([[], 0]);
      socket.write(byeFrame("disconnected"));
      await until(() => node.connected.length === 2, "the next connection");
      expect(node.reasons).toEqual(["disconnected"]);
    }));

  it("replaces it when that end does not come in time", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext", limits: { succeedMillis: 50 } });
      const { id } = await stage.greet(node, { dial: 7 });
      await until(() => node.connected.length === 1, "the connection");
      await stage.greet(node, { id, dial: 8 });
      await until(() => node.connected.length === 2, "the next connection");
      expect(node.story.map(({ what }) => what)).toEqual([
        "connected",
        "disconnected",
        "connected",
      ]);
      expect(node.reasons).toEqual(["replaced"]);
    }));

  it("replaces it at once when another process of the peer made it, whatever its number", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext" });
      const { id, heard } = await stage.greet(node, { dial: 7 });
      await until(() => node.connected.length === 1, "the connection");
      await stage.greet(node, { id, dial: 1, boot: "ffeeddccbbaa9988" });
      await until(() => node.connected.length === 2, "the next connection");
      expect(node.reasons).toEqual(["replaced"]);
      await until(() => heard().subarray(-6).equals(Buffer.from(replaced)), "word of it");
    }));

  it("waits at the lower id for its own dial, and is used when that fails", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext", limits: { handshakeMillis: 300 } });
      // The peer's address accepts and says nothing, so that the node's dial comes to nothing.
      const silent = await SilentRelay.open();
      try {
        silent.silence();
        const peer = stage.peers.intern("f".repeat(64), silent.address);
        node.transport.send(peer, Note.create({ n: 5 }));
        await passMillis(100);
        const { heard } = await stage.greet(node, { id: peer.id, address: silent.address });
        await passMillis(50);
        expect([heard().length, node.connected.length]).toEqual([0, 0]);
        await until(() => node.connected.length === 1, "the connection");
        expect(node.reasons).toEqual([]);
        // What was to go over its own dial goes over the other's.
        await until(() => heard().includes("contract/note"), "the message");
      } finally {
        silent.close();
      }
    }));
});

describe("the last bytes", () => {
  for (const security of ["plaintext", "tls"] as const) {
    it(`of a connection that is ended or closed all arrive, with ${security}`, () =>
      live(async (stage) => {
        const load = new Uint8Array(1_500_000);
        for (const end of ["disconnect", "close"] as const) {
          const one = await stage.node({ security });
          const other = await stage.node({ security });
          one.transport.connect(other.peer);
          await until(() => one.connected.length + other.connected.length === 2, "the connection");
          one.transport.send(other.peer, Load.create({ n: 1, load }));
          one.transport.send(other.peer, Note.create({ n: 2 }));
          if (end === "close") one.transport.close({ flushMicros: 5_000_000 });
          else one.transport.disconnect(other.peer);
          await until(() => other.reasons.length === 1, "the end");
          expect(other.numbers()).toEqual([1, 2]);
          expect(other.reasons).toEqual([end === "close" ? "closed" : "disconnected"]);
          if (end === "close") await until(() => one.isClosed, "the end of the transport");
        }
      }));
  }
});
