// Who is let in: each way of not being the peer that was meant is refused with its name, and nothing else suffers.

import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { connect as tlsConnect, createServer as createTlsServer } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { describe, expect, it } from "vitest";

import { selfSignedCertificate } from "../../src/transport/node-certificate.js";
import {
  ControlKind,
  greetingFrame,
  networkMark,
} from "../../src/transport/node-control-frames.js";
import type { Greeting } from "../../src/transport/node-control-frames.js";
import { NodeIdentity } from "../../src/transport/node-identity.js";
import { TcpTransport, TransportSetupError } from "../../src/transport/node-tcp-transport.js";
import type { Refusal } from "../../src/transport/transport-observer.js";
import { Note } from "./contract-world.js";
import { live, until } from "./tcp-kit.js";
import type { Live, LiveNode } from "./tcp-kit.js";

const PROTOCOLS = ["peerscape/1"];

function keyOf(identity: NodeIdentity): { key: string; cert: string } {
  return { key: identity.privateKeyPem, cert: identity.certificatePem };
}

function greetingOf(id: string, fields: Partial<Greeting> = {}): Greeting {
  return {
    ...{
      id,
      address: "127.0.0.1:9",
      network: networkMark(""),
      boot: "00112233aabbccdd",
      dial: 1,
      session: 0,
    },
    ...{ isByAddress: false, isForDatagrams: false, isDuplicate: false },
    ...fields,
  };
}

/** A TLS client that is no node; whether its handshake succeeds is its own matter. */
function tlsClient(stage: Live, node: LiveNode, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve) => {
    void stage.socket(node.port).then((raw) => {
      const socket = tlsConnect({
        ...{ socket: raw, rejectUnauthorized: false, ALPNProtocols: PROTOCOLS, ...options },
      });
      socket.on("error", () => undefined);
      socket.once("close", () => {
        resolve(socket);
      });
      socket.once("secureConnect", () => {
        resolve(socket);
      });
    });
  });
}

/** That the node has turned someone away for this reason alone, is still there, and talks to others. */
async function expectRefused(stage: Live, node: LiveNode, refusal: Refusal): Promise<void> {
  await until(() => node.refusals.length > 0, "a refusal");
  expect(node.refusals).toEqual([refusal]);
  const friend = await stage.node();
  friend.transport.send(node.peer, Note.create({ n: 1 }));
  await until(() => node.messages.length === 1, "a friend's message");
  expect(node.connected).toEqual([friend.peer]);
}

describe("a node with TLS refuses a dialler", () => {
  it("that shows no certificate: no-certificate", () =>
    live(async (stage) => {
      const node = await stage.node();
      await tlsClient(stage, node, {});
      await expectRefused(stage, node, "no-certificate");
    }));

  it("that speaks no more than TLS 1.2: tls-version", () =>
    live(async (stage) => {
      const node = await stage.node();
      await tlsClient(stage, node, { ...keyOf(NodeIdentity.generate()), maxVersion: "TLSv1.2" });
      await expectRefused(stage, node, "tls-version");
    }));

  it("whose key is of another kind, so that it has none to show that is asked for: no-certificate", () =>
    live(async (stage) => {
      const node = await stage.node();
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      await tlsClient(stage, node, { key, cert: selfSignedCertificate(privateKey) });
      await expectRefused(stage, node, "no-certificate");
    }));

  it("whose certificate is damaged: bad-certificate", () =>
    live(async (stage) => {
      const node = await stage.node();
      const { key, cert } = keyOf(NodeIdentity.generate());
      await tlsClient(stage, node, { key, cert: withDamagedSignature(cert) });
      await expectRefused(stage, node, "bad-certificate");
    }));

  it("that claims another id than that of its key: wrong-identity", () =>
    live(async (stage) => {
      const node = await stage.node();
      const socket = await tlsClient(stage, node, keyOf(NodeIdentity.generate()));
      socket.write(greetingFrame(ControlKind.hello, greetingOf(NodeIdentity.generate().peerId)));
      await expectRefused(stage, node, "wrong-identity");
    }));

  it("that speaks another protocol over TLS: tls-failed", () =>
    live(async (stage) => {
      const node = await stage.node();
      const keys = keyOf(NodeIdentity.generate());
      await tlsClient(stage, node, { ...keys, ALPNProtocols: ["http/1.1"] });
      await expectRefused(stage, node, "tls-failed");
    }));

  it("that speaks plain text, be it ours or not: not-tls", () =>
    live(async (stage) => {
      for (const text of [
        greetingFrame(ControlKind.hello, greetingOf(NodeIdentity.generate().peerId)),
        Buffer.from("GET / HTTP/1.1\r\n\r\n"),
        Buffer.from("hello, is anyone there?"),
      ]) {
        const node = await stage.node();
        (await stage.socket(node.port)).write(text);
        await expectRefused(stage, node, "not-tls");
      }
    }));

  it("that leaves within the handshake: truncated", () =>
    live(async (stage) => {
      const node = await stage.node();
      const recorded = await recordedHandshake(stage);
      const socket = await stage.socket(node.port);
      socket.end(recorded.subarray(0, 100));
      await expectRefused(stage, node, "truncated");
    }));

  it("that repeats the bytes of another's handshake: it proves nothing", () =>
    live(async (stage) => {
      const node = await stage.node();
      const recorded = await recordedHandshake(stage);
      const socket = await stage.socket(node.port);
      socket.write(recorded);
      await until(() => node.refusals.length > 0, "a refusal");
      // Its second flight is sealed under keys that a new handshake does not give.
      expect(["tls-failed", "not-tls"]).toContain(node.refusals[0]);
      expect(node.connected).toEqual([]);
    }));

  it("that greets with nonsense: bad-hello; with a message: oversized-frame, since none is allowed yet", () =>
    live(async (stage) => {
      for (const [bytes, refusal] of [
        [Buffer.from([0x80, 0, 0, 3, 1, 2, 3]), "bad-hello"],
        [Buffer.from([0, 0, 0, 3, 1, 2, 3]), "oversized-frame"],
      ] as const) {
        const node = await stage.node();
        const socket = await tlsClient(stage, node, keyOf(NodeIdentity.generate()));
        socket.write(bytes);
        await expectRefused(stage, node, refusal);
      }
    }));

  it("that says nothing: too-slow", () =>
    live(async (stage) => {
      const node = await stage.node({ limits: { handshakeMillis: 80 } });
      const socket = await stage.socket(node.port);
      await until(() => socket.closed, "the end of the socket");
      await expectRefused(stage, node, "too-slow");
    }));
});

describe("a dialler with TLS refuses a node", () => {
  it("that is another peer than the one that was meant: protocol-error, wrong-identity", () =>
    live(async (stage) => {
      const node = await stage.node();
      const other = await stage.node();
      const meant = stage.peers.intern(NodeIdentity.generate().peerId, other.peer.address);
      node.transport.send(meant, Note.create({ n: 1 }));
      await until(() => node.reasons.length > 0, "the end of the dial");
      expect(node.disconnected).toEqual([{ peer: meant, reason: "protocol-error" }]);
      expect(node.refusals).toEqual(["wrong-identity"]);
      expect(other.messages).toEqual([]);
    }));

  it("that takes part in another network, and both name the reason: other-network", () =>
    live(async (stage) => {
      for (const security of ["tls", "plaintext"] as const) {
        const node = await stage.node({ security, network: "ours" });
        const other = await stage.node({ security, network: "theirs" });
        const friend = await stage.node({ security, network: "ours" });
        node.transport.send(other.peer, Note.create({ n: 1 }));
        await until(() => node.reasons.length > 0, "the end of the dial");
        expect(node.disconnected).toEqual([{ peer: other.peer, reason: "protocol-error" }]);
        await until(() => other.refusals.length > 0, "the other end's refusal");
        expect([node.refusals, other.refusals]).toEqual([["other-network"], ["other-network"]]);
        node.transport.send(friend.peer, Note.create({ n: 2 }));
        await until(() => friend.messages.length === 1, "a friend's message");
        expect(other.messages).toEqual([]);
      }
    }));

  it("that shows no key of its own kind, old TLS, or none: protocol-error with the name", () =>
    live(async (stage) => {
      const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
      const ours = keyOf(NodeIdentity.generate());
      for (const [options, refusals] of [
        [{ key, cert: selfSignedCertificate(privateKey) }, ["tls-failed", "bad-certificate"]],
        [{ ...ours, maxVersion: "TLSv1.2" }, ["tls-version"]],
      ] as const) {
        const node = await stage.node();
        const server = createTlsServer({ ...options, ALPNProtocols: PROTOCOLS });
        server.on("tlsClientError", () => undefined);
        await dialServer(stage, node, server);
        expect(node.reasons).toEqual(["protocol-error"]);
        expect(refusals).toContain(node.refusals[0]);
      }
    }));

  it("that answers in plain text: not-tls", () =>
    live(async (stage) => {
      const node = await stage.node();
      const server = createServer((socket) => socket.write("220 mail.example.org\r\n"));
      await dialServer(stage, node, server);
      expect([node.reasons, node.refusals]).toEqual([["protocol-error"], ["not-tls"]]);
    }));

  it("that accepts and says nothing: timeout; that hangs up: reset", () =>
    live(async (stage) => {
      for (const [listener, reason] of [
        [() => undefined, "timeout"],
        [(socket: Socket) => socket.destroy(), "reset"],
      ] as const) {
        const node = await stage.node({ limits: { handshakeMillis: 80 } });
        await dialServer(stage, node, createServer(listener));
        expect(node.reasons).toEqual([reason]);
      }
    }));
});

describe("plain text", () => {
  it("is refused beyond loopback before a socket is opened", async () => {
    for (const host of ["0.0.0.0", "::", "192.0.2.1", "example.org", "localhost"]) {
      const opening = live(async (stage) => {
        await stage.node({ host, security: "plaintext" });
      });
      await expect(opening).rejects.toBeInstanceOf(TransportSetupError);
      await expect(opening).rejects.toMatchObject({ problem: "plaintext-beyond-loopback" });
    }
  });

  it("is spoken on all of 127.0.0.0/8", () =>
    live(async (stage) => {
      const node = await stage.node({ host: "127.3.2.1", security: "plaintext" });
      expect(node.peer.address).toMatch(/^127\.3\.2\.1:\d+$/);
    }));

  it("is not sent elsewhere: such a dial is refused, such a datagram lost", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext" });
      const far = stage.peers.intern(NodeIdentity.generate().peerId, "192.0.2.1:7000");
      node.transport.connect(far);
      node.transport.sendDatagram(far, Note.create({ n: 1 }));
      await until(() => node.reasons.length === 1, "the end of the dial");
      expect(node.disconnected).toEqual([{ peer: far, reason: "refused" }]);
      expect(node.refusals).toEqual(["not-loopback", "not-loopback"]);
    }));

  it("refuses a dialler with TLS by name: not-tls", () =>
    live(async (stage) => {
      const node = await stage.node({ security: "plaintext" });
      const dialler = await stage.node();
      dialler.transport.connect(node.peer);
      await until(() => node.refusals.length > 0, "a refusal");
      expect(node.refusals).toEqual(["not-tls"]);
    }));
});

describe("what others are told to dial", () => {
  it("must be an address, and must be given for a wildcard host", async () => {
    for (const options of [
      { host: "0.0.0.0" },
      { host: "::" },
      { announce: "nowhere" },
      { announce: "host:0" },
      { port: 70_000 },
    ]) {
      const opening = live(async (stage) => {
        await stage.node(options);
      });
      await expect(opening).rejects.toMatchObject({ problem: "bad-address" });
    }
  });

  it("is what a node announces", () =>
    live(async (stage) => {
      const node = await stage.node({ host: "0.0.0.0", announce: "127.0.0.1:4242" });
      expect(node.peer.address).toBe("127.0.0.1:4242");
      expect(node.transport).toBeInstanceOf(TcpTransport);
    }));
});

/** Lets a node dial a server that is none of ours, until that has failed. */
async function dialServer(
  stage: Live,
  node: LiveNode,
  server: ReturnType<typeof createServer>,
): Promise<void> {
  const sockets: Socket[] = [];
  server.on("connection", (socket: Socket) => {
    socket.on("error", () => undefined);
    sockets.push(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    node.transport.connect(stage.peers.intern(NodeIdentity.generate().peerId, `127.0.0.1:${port}`));
    await until(() => node.reasons.length > 0, "the end of the dial");
  } finally {
    server.close();
    for (const socket of sockets) socket.destroy();
  }
}

/** The bytes that a node sends in a whole handshake with another. */
async function recordedHandshake(stage: Live): Promise<Buffer> {
  const dialler = await stage.node();
  const target = await stage.node();
  const parts: Buffer[] = [];
  const relay = createServer((socket) => {
    void stage.socket(target.port).then((onward) => {
      socket.on("data", (part: Buffer) => {
        parts.push(part);
        onward.write(part);
      });
      onward.on("data", (part: Buffer) => socket.write(part));
      socket.on("error", () => undefined);
    });
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  const { port } = relay.address() as AddressInfo;
  // Under another address, yet the same peer.
  dialler.transport.connect({ id: target.peer.id, address: `127.0.0.1:${port}` });
  await until(() => target.connected.length === 1, "the handshake");
  relay.close();
  return Buffer.concat(parts);
}

/** The certificate with another last byte, which is one of its signature. */
function withDamagedSignature(pem: string): string {
  const lines = pem.trim().split("\n");
  const der = Buffer.from(lines.slice(1, -1).join(""), "base64");
  der[der.length - 1] = der[der.length - 1]! ^ 1;
  const base64 = der.toString("base64").replace(/.{64}/g, "$&\n");
  return `${lines[0]}\n${base64}\n${lines.at(-1)}\n`;
}
