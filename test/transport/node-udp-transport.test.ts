// A node of the Mainline DHT behind its UDP transport, attacked with bytes; and what the transport refuses.

import { createSocket } from "node:dgram";
import type { Socket } from "node:dgram";
import { once } from "node:events";

import { afterEach, describe, expect, it } from "vitest";

import { decodeKrpc } from "../../src/protocol/krpc-codec.js";
import { MainlineNode } from "../../src/scenarios/node-mainline-node.js";
import { NodePeers } from "../../src/transport/node-peers.js";
import { UdpTransport } from "../../src/transport/node-udp-transport.js";
import type { UdpTransportOptions } from "../../src/transport/node-udp-transport.js";

const closers: (() => Promise<unknown>)[] = [];
const PING = "d1:ad2:id20:abcdefghij0123456789e1:q4:ping1:t2:aa1:y1:qe";

afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function socketTo(address: string): Promise<Socket> {
  const socket = createSocket("udp4");
  const [host = "", port = ""] = address.split(":");
  socket.connect(Number(port), host);
  await once(socket, "connect");
  closers.push(() => {
    const closed = once(socket, "close");
    socket.close();
    return closed;
  });
  return socket;
}

async function answerTo(socket: Socket, text: string): Promise<Uint8Array> {
  const answered = once(socket, "message");
  socket.send(Buffer.from(text, "latin1"));
  const [bytes] = (await answered) as [Uint8Array];
  return Uint8Array.from(bytes);
}

const attacks: readonly (readonly [string, string])[] = [
  ["lists without end", "l".repeat(8000)],
  ["dictionaries in dictionaries", "d1:a".repeat(2000)],
  ["a length past all memory", "99999999999999999999:a"],
  ["an integer of many digits", `d1:ti${"9".repeat(4000)}ee`],
  ["nothing at all", ""],
  ["a key that is the language's", "d9:__proto__d1:y1:qee"],
  ["a datagram that is too long", `d1:t20000:${"t".repeat(20_000)}e`],
  ["an answer to nothing", "d1:rd2:id20:abcdefghij0123456789e1:t2:aa1:y1:re"],
  ["a list for a query", "d1:ale1:qle1:tle1:yle"],
];

describe("A node behind plain datagrams", () => {
  it.each(attacks)("goes on answering after %s", async (_what, text) => {
    const node = await MainlineNode.open();
    closers.push(() => node.leave());
    node.start();
    const socket = await socketTo(node.address);
    socket.send(Buffer.from(text, "latin1"));
    const message = decodeKrpc(await answerTo(socket, PING));
    expect(message.kind).toBe("response");
  });

  it("names what it does not take", async () => {
    const refusals: string[] = [];
    const observer = { refused: (_address: string, problem: string) => refusals.push(problem) };
    const node = await MainlineNode.open({ observer });
    closers.push(() => node.leave());
    node.start();
    const socket = await socketTo(node.address);
    socket.send("hello");
    await answerTo(socket, PING);
    expect(refusals).toEqual(["Bencoding, byte 0: a digit was expected"]);
  });

  it("is silent once it has left, and its port is free", async () => {
    const node = await MainlineNode.open();
    node.start();
    const { address } = node;
    await node.leave();
    const again = await MainlineNode.open({ port: Number(address.split(":")[1]) });
    closers.push(() => again.leave());
    again.start();
    expect(again.address).toBe(address);
  });
});

describe("A transport of datagrams", () => {
  const peers = new NodePeers();
  const options: UdpTransportOptions = {
    ...{ host: "127.0.0.1", port: 0 },
    self: (address) => peers.intern("", address),
    wire: () => ({
      encode: ({ address }, { type }) => [{ address, bytes: new TextEncoder().encode(type) }],
      decode: () => ({ from: null, messages: [], reply: null, problem: "deaf", question: 0 }),
      conclude: () => null,
    }),
  };

  it("stays on the machine unless told otherwise, with its port and with what it sends", async () => {
    await expect(UdpTransport.open({ ...options, host: "0.0.0.0" })).rejects.toThrow(RangeError);
    const refusals: string[] = [];
    const observer = {
      refused: (address: string, problem: string) => refusals.push(`${address} ${problem}`),
    };
    const transport = await UdpTransport.open({ ...options, observer });
    transport.sendDatagram(peers.intern("", "192.0.2.1:53"), { type: "a/b" });
    transport.sendDatagram(peers.intern("", "example.org:53"), { type: "a/b" });
    transport.close();
    expect(refusals).toEqual([
      "192.0.2.1:53 beyond this machine",
      "example.org:53 beyond this machine",
    ]);
  });

  it("has no connections: a dial and a message are answered as refused, and closing ends all calls", async () => {
    const transport = await UdpTransport.open(options);
    const told: string[] = [];
    const closed = new Promise<void>((resolve) => {
      transport.listen({
        onMessage: () => told.push("message"),
        onDatagram: () => told.push("datagram"),
        onConnected: () => told.push("connected"),
        onDisconnected: (peer, reason) => told.push(`${peer.address} ${reason}`),
        onDrain: () => told.push("drain"),
        onClosed: resolve,
      });
    });
    const peer = peers.intern("", "127.0.0.1:9");
    transport.connect(peer);
    expect(transport.send(peer, { type: "a/b" })).toBe(true);
    expect(told).toEqual([]);
    expect(transport.isConnected(peer)).toBe(false);
    expect(transport.bufferedBytes(peer)).toBe(0);
    transport.close();
    transport.close();
    await closed;
    expect(told).toEqual(["127.0.0.1:9 refused", "127.0.0.1:9 refused"]);
    expect(transport.send(peer, { type: "a/b" })).toBe(false);
  });

  it("refuses a datagram that is too long", async () => {
    const transport = await UdpTransport.open(options);
    const message = { type: "a".repeat(1201) };
    expect(() => {
      transport.sendDatagram(peers.intern("", "127.0.0.1:9"), message);
    }).toThrow(RangeError);
    transport.close();
  });
});
