import { createHash } from "node:crypto";

import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";

import { bytesOfText } from "../../src/protocol/bencode.js";
import {
  FindNode,
  FindValue,
  Nodes,
  Ping,
  Pong,
  Store,
  Value,
} from "../../src/protocol/kademlia-messages.js";
import { CONTACTS_MAX } from "../../src/protocol/kademlia-messages.js";
import {
  OPAQUE_BYTES_MAX,
  PEERS_PER_ANSWER_MAX,
  decodeKrpc,
  encodeKrpc,
} from "../../src/protocol/krpc-codec.js";
import type { KrpcMessage } from "../../src/protocol/krpc-codec.js";
import { KrpcMemory } from "../../src/protocol/krpc-memory.js";
import { TOKEN_SECRET_MICROS } from "../../src/protocol/krpc-tokens.js";
import { KrpcWire } from "../../src/protocol/krpc-wire.js";
import { keyOfMainlineId } from "../../src/protocol/mainline-id.js";
import { keyBytes } from "../../src/protocol/xor-distance.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import type { Message } from "../../src/transport/codec.js";
import { NodePeers } from "../../src/transport/node-peers.js";
import type { Peer } from "../../src/transport/peer.js";
import { DATAGRAM_BYTES_MAX } from "../../src/transport/transport.js";

const idOf = (name: string): Uint8Array =>
  Uint8Array.from(createHash("sha1").update(name).digest());
const infoHash = idOf("hash");
const key = keyBytes(keyOfMainlineId(infoHash));

let peers: NodePeers;
let alice: Peer;
let bob: Peer;
let ofAlice: KrpcWire;
let ofBob: KrpcWire;
let nowMicros = 0;

beforeEach(() => {
  nowMicros = 1_000_000;
  peers = new NodePeers();
  alice = peers.located(keyOfMainlineId(idOf("alice")), "127.0.0.1:1001");
  bob = peers.located(keyOfMainlineId(idOf("bob")), "127.0.0.2:1002");
  ofAlice = wireOf(alice);
  ofBob = wireOf(bob);
});

/** Bytes from a counter: the tests do not depend on which. */
function wireOf(self: Peer): KrpcWire {
  let count = 0;
  return new KrpcWire({
    ...{ self, peers, sha256: nodeSha256, nowMicros: () => nowMicros },
    randomBytes: (length) => Uint8Array.from({ length }, () => count++ & 255),
  });
}

function packetOf(wire: KrpcWire, to: Peer, message: Message): Uint8Array {
  const [packet] = wire.encode(to, message) ?? [];
  if (packet === undefined) throw new Error(`${message.type} was not said`);
  expect(packet.address).toBe(to.address);
  return packet.bytes;
}

/** Alice asks, Bob's node answers with these messages; what both wires make of it. */
function exchange(question: Message, answers: (id: number) => readonly Message[]) {
  const asked = ofBob.decode(alice.address, packetOf(ofAlice, bob, question));
  expect(asked.from).toBe(alice);
  for (const answer of answers(asked.question)) expect(ofBob.encode(alice, answer)).toEqual([]);
  const packet = ofBob.conclude(asked.question);
  expect(packet?.address).toBe(alice.address);
  const bytes = packet?.bytes ?? new Uint8Array();
  return { asked, bytes, answered: ofAlice.decode(bob.address, bytes) };
}

const getPeers = () =>
  exchange(FindValue.create({ id: 8, key }), (id) => [
    Nodes.create({ id, part: 0, parts: 1, peers: [] }),
  ]);
const announcement = () =>
  Store.create({
    id: 9,
    key,
    version: 5,
    leftMicros: 7,
    value: Uint8Array.of(10, 0, 0, 1, 0x1a, 0xe1),
  });

describe("What Kademlia says, as KRPC", () => {
  it("a ping and its answer come back under the id of the operation", () => {
    const { asked, answered } = exchange(Ping.create({ id: 77 }), (id) => [Pong.create({ id })]);
    expect(asked.messages).toEqual([Ping.create({ id: asked.question })]);
    expect(answered).toMatchObject({ from: bob, messages: [Pong.create({ id: 77 })], problem: "" });
  });

  it("a search for nodes carries 160 bits of its key, and ids come back in full width", () => {
    const peer = peers.located(keyOfMainlineId(idOf("carol")), "127.0.0.3:1003");
    const { asked, answered } = exchange(FindNode.create({ id: 5, key }), (id) => [
      Nodes.create({ id, part: 0, parts: 1, peers: [peer] }),
    ]);
    expect(asked.messages).toEqual([FindNode.create({ id: asked.question, key })]);
    expect(answered.messages).toEqual([Nodes.create({ id: 5, part: 0, parts: 1, peers: [peer] })]);
  });

  it("peers and nodes go into one answer, with a token that lets the asker announce itself", () => {
    const value = Uint8Array.of(127, 0, 0, 9, 0, 80);
    const { answered } = exchange(FindValue.create({ id: 8, key }), (id) => [
      Value.create({ id, value }),
      Nodes.create({ id, part: 0, parts: 1, peers: [] }),
    ]);
    expect(answered.messages.map(({ type }) => type)).toEqual(["kademlia/value", "kademlia/nodes"]);
    expect(answered.messages[0]).toMatchObject({ id: 8, value });
    const { asked } = exchange(announcement(), (id) => [Pong.create({ id })]);
    // The address is the one that the question came from, whatever the value says; only the port is the asker's.
    expect(asked.messages[0]).toMatchObject({ value: Uint8Array.of(127, 0, 0, 1, 0x1a, 0xe1) });
  });

  it("who answers peers alone is asked for nodes as well", () => {
    const question = packetOf(ofAlice, bob, FindValue.create({ id: 8, key }));
    const { transaction } = decodeKrpc(question);
    const values = [Uint8Array.of(127, 0, 0, 9, 0, 80)];
    const answer = {
      kind: "response",
      transaction,
      id: idOf("bob"),
      nodes: null,
      values,
      token: null,
    } as const;
    const { messages, reply } = ofAlice.decode(bob.address, encodeKrpc(answer));
    expect(messages.map(({ type }) => type)).toEqual(["kademlia/value"]);
    expect(decodeKrpc(reply?.bytes ?? new Uint8Array())).toMatchObject({
      method: "find_node",
      target: infoHash,
    });
  });

  it("cannot announce without a token, nor answer what nobody has asked", () => {
    expect(ofAlice.encode(bob, announcement())).toBeNull();
    expect(ofAlice.encode(bob, Pong.create({ id: 3 }))).toBeNull();
    expect(ofAlice.conclude(3)).toBeNull();
  });

  it("the longest answer to the longest transaction fits into a datagram", () => {
    const transaction = new Uint8Array(OPAQUE_BYTES_MAX);
    const query = {
      kind: "query",
      method: "get_peers",
      transaction,
      id: idOf("alice"),
      infoHash,
    } as const;
    const { question: id } = ofBob.decode(alice.address, encodeKrpc(query));
    const told = Array.from({ length: CONTACTS_MAX }, (_, i) =>
      peers.intern(keyOfMainlineId(idOf(`node ${i}`)), `127.0.0.${i}:65535`),
    );
    ofBob.encode(alice, Value.create({ id, value: new Uint8Array(6 * 166).fill(200) }));
    ofBob.encode(alice, Nodes.create({ id, part: 0, parts: 1, peers: told }));
    const bytes = ofBob.conclude(id)?.bytes ?? new Uint8Array();
    const said = decodeKrpc(bytes) as KrpcMessage & { kind: "response" };
    expect(said.values).toHaveLength(PEERS_PER_ANSWER_MAX);
    expect(said.nodes).toHaveLength(CONTACTS_MAX);
    expect(bytes.length).toBeLessThanOrEqual(DATAGRAM_BYTES_MAX);
  });
});

describe("Whom it believes", () => {
  const codeOf = (bytes: Uint8Array | undefined): unknown => {
    const message = decodeKrpc(bytes ?? new Uint8Array());
    return message.kind === "error" ? message.code : message.kind;
  };

  it("a question that the node does not answer gets error 202, once", () => {
    const { question } = ofBob.decode(
      alice.address,
      packetOf(ofAlice, bob, Ping.create({ id: 1 })),
    );
    expect(codeOf(ofBob.conclude(question)?.bytes)).toBe(202);
    expect(ofBob.conclude(question)).toBeNull();
  });

  it("a token is good for five minutes and gone after ten", () => {
    getPeers();
    const packet = packetOf(ofAlice, bob, announcement());
    nowMicros += TOKEN_SECRET_MICROS + 1;
    expect(ofBob.decode(alice.address, packet).problem).toBe("");
    nowMicros += TOKEN_SECRET_MICROS;
    const { problem, reply, messages } = ofBob.decode(alice.address, packet);
    expect(problem).toContain("token");
    expect(messages).toEqual([]);
    expect(codeOf(reply?.bytes)).toBe(203);
    expect(ofAlice.encode(bob, announcement())).toBeNull();
  });

  it("a token is good for the address that it was given to, and for no other", () => {
    getPeers();
    const packet = packetOf(ofAlice, bob, announcement());
    expect(codeOf(ofBob.decode("127.0.0.7:1001", packet).reply?.bytes)).toBe(203);
    // Another port of the same host is the same host: BEP 5 ties tokens to addresses of hosts.
    expect(ofBob.decode("127.0.0.1:4444", packet).problem).toBe("");
  });

  it("an answer counts once, from where it was asked, and under the id that was asked", () => {
    const answerTo = (question: Uint8Array, name: string): Uint8Array =>
      encodeKrpc({
        ...{ kind: "response", transaction: decodeKrpc(question).transaction, id: idOf(name) },
        ...{ nodes: null, values: null, token: null },
      });
    const question = packetOf(ofAlice, bob, Ping.create({ id: 1 }));
    const answer = answerTo(question, "bob");
    expect(ofAlice.decode("127.0.0.2:9999", answer).from).toBeNull();
    expect(ofAlice.decode(bob.address, answer).from).toBe(bob);
    expect(ofAlice.decode(bob.address, answer).from).toBeNull();
    const again = packetOf(ofAlice, bob, Ping.create({ id: 1 }));
    expect(ofAlice.decode(bob.address, answerTo(again, "mallory")).from).toBeNull();
    const late = packetOf(ofAlice, bob, Ping.create({ id: 1 }));
    nowMicros += 15_000_001;
    expect(ofAlice.decode(bob.address, answerTo(late, "bob")).from).toBeNull();
  });

  it("who is known by address alone becomes known by the id that it answers", () => {
    const somebody = peers.intern("", "127.0.0.5:1005");
    const question = packetOf(ofAlice, somebody, Ping.create({ id: 0 }));
    const { transaction } = decodeKrpc(question);
    const nothing = { nodes: null, values: null, token: null };
    const answer = encodeKrpc({ kind: "response", transaction, id: idOf("dora"), ...nothing });
    const { from } = ofAlice.decode("127.0.0.5:1005", answer);
    expect(from).toMatchObject({ id: keyOfMainlineId(idOf("dora")), address: "127.0.0.5:1005" });
  });

  it("nobody moves a node that has answered, by asking under its id from elsewhere", () => {
    exchange(Ping.create({ id: 1 }), (id) => [Pong.create({ id })]);
    const forged = encodeKrpc({
      kind: "query",
      method: "ping",
      transaction: bytesOfText("x"),
      id: idOf("bob"),
    });
    const { from, question } = ofAlice.decode("127.0.0.66:666", forged);
    expect(from).toBe(bob);
    expect(bob.address).toBe("127.0.0.2:1002");
    ofAlice.encode(bob, Pong.create({ id: question }));
    expect(ofAlice.conclude(question)?.address).toBe("127.0.0.66:666");
  });

  it("a question under the node's own id says nothing", () => {
    const own = encodeKrpc({
      kind: "query",
      method: "ping",
      transaction: bytesOfText("x"),
      id: idOf("alice"),
    });
    expect(ofAlice.decode("127.0.0.66:666", own)).toMatchObject({ from: null, reply: null });
  });

  it("takes whatever comes without throwing, and answers it with one short error at most", () => {
    const real = [
      encodeKrpc({ kind: "query", method: "ping", transaction: bytesOfText("aa"), id: idOf("x") }),
      encodeKrpc({
        kind: "query",
        method: "get_peers",
        transaction: bytesOfText("aa"),
        id: idOf("x"),
        infoHash,
      }),
      encodeKrpc({ kind: "error", transaction: bytesOfText("aa"), code: 203, text: "no" }),
    ];
    const change = fc.tuple(fc.nat(), fc.nat(255), fc.boolean());
    const damaged = fc
      .tuple(fc.constantFrom(...real), fc.array(change, { maxLength: 5 }))
      .map(([packet, changes]) => {
        const bytes = [...packet];
        for (const [at, byte, isInserted] of changes)
          bytes.splice(at % bytes.length, isInserted ? 0 : 1, byte);
        return Uint8Array.from(bytes);
      });
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 300 })), (bytes) => {
        const { question, reply } = ofBob.decode("127.0.0.8:8", bytes);
        const answer = ofBob.conclude(question) ?? reply;
        if (answer !== null) expect(answer.bytes.length).toBeLessThan(150);
      }),
      { numRuns: 5000, seed: 8 },
    );
  });
});

describe("What a wire remembers", () => {
  it("is bounded in number, the oldest going first, and in time", () => {
    const memory = new KrpcMemory<number>({ countMax: 3, keepMicros: 100 });
    for (let i = 0; i < 5; i++) memory.set(`n${i}`, i, i);
    expect(memory.size).toBe(3);
    expect(memory.get("n1", 5)).toBeUndefined();
    expect(memory.get("n2", 5)).toBe(2);
    expect(memory.get("n2", 102)).toBeUndefined();
    memory.set("n9", 9, 1_000);
    expect(memory.size).toBe(1);
  });
});
