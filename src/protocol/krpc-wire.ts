// Kademlia's messages as KRPC says them (BEP 5), and what KRPC says as Kademlia's messages:
//
//   ping, pong           ping and its response
//   find-node, nodes     find_node and its response
//   find-value           get_peers; answered by value (values) or nodes (nodes), each with a token
//   store, pong          announce_peer with the token that the same node gave, and its response

import type { Message } from "../transport/codec.js";
import type { ForeignArrival, ForeignPacket, ForeignWire } from "../transport/foreign-wire.js";
import type { Peer, PeerTable } from "../transport/peer.js";
import { compactPeer, joinPeers, splitPeers } from "./compact-address.js";
import type { CompactNode } from "./compact-address.js";
import { FindNode, FindValue, Nodes, Ping, Pong, Store, Value } from "./kademlia-messages.js";
import { CONTACTS_MAX } from "./kademlia-messages.js";
import type { KademliaMessage } from "./kademlia-messages.js";
import {
  KRPC_ID_BYTES,
  KrpcCode,
  KrpcError,
  PEERS_PER_ANSWER_MAX,
  decodeKrpc,
  encodeKrpc,
} from "./krpc-codec.js";
import type { KrpcAnswer, KrpcMessage, KrpcQuestion } from "./krpc-codec.js";
import { KrpcMemory } from "./krpc-memory.js";
import { KrpcTokens, TOKEN_SECRET_MICROS } from "./krpc-tokens.js";
import type { TokenSources } from "./krpc-tokens.js";
import { keyOfMainlineId, mainlineIdOfKey } from "./mainline-id.js";
import { keyBytes } from "./xor-distance.js";
import { toHex } from "../trace/hashing.js";

/** Questions of this node that wait for an answer: all searches a node may have, several times over. */
const ASKED_MAX = 4096;
/** How long an answer is taken for one: longer than any search waits. */
const ASKED_MICROS = 15_000_000;
/** Tokens of others that are kept; the searches of a node need some hundred. */
const GIVEN_MAX = 4096;
/** Questions of others that wait for this node's answer: it answers at once, so that there are few. */
const QUESTIONS_MAX = 1024;
/** How long an announcement holds, where the node itself keeps it no shorter: BEP 5 leaves it open. */
const ANNOUNCED_MICROS = 86_400_000_000;
/** Random bytes of a transaction, beside a number: others cannot answer what they have not been asked. */
const TRANSACTION_RANDOM_BYTES = 2;

const ERROR_TEXTS: Readonly<Record<number, string>> = {
  [KrpcCode.generic]: "Generic Error",
  [KrpcCode.server]: "Server Error",
  [KrpcCode.protocol]: "Protocol Error",
  [KrpcCode.unknownMethod]: "Method Unknown",
};
const NO_ANSWER: KrpcAnswer = { nodes: null, values: null, token: null };
const NOBODY: ForeignArrival = { from: null, messages: [], reply: null, problem: "", question: 0 };

/** A question of this node. */
interface Asked {
  readonly method: KrpcQuestion["method"];
  readonly to: Peer;
  readonly address: string;
  readonly operation: number;
  readonly key: string;
}

/** A question of another's. */
interface Question {
  readonly method: KrpcQuestion["method"];
  readonly transaction: Uint8Array;
  readonly address: string;
  /** As far as the node has given it; null for not at all. */
  answer: KrpcAnswer | null;
}

/** What a wire is made of. */
export interface KrpcWireOptions extends TokenSources {
  /** The node itself; its id is `keyOfMainlineId` of its id in the DHT. */
  readonly self: Peer;
  /** `located` takes an address from a peer that has answered from there. */
  readonly peers: PeerTable & { located?(id: string, address: string): Peer };
}

/** One node's part of its talks. */
export class KrpcWire implements ForeignWire {
  readonly #options: KrpcWireOptions;
  readonly #selfId: Uint8Array;
  readonly #tokens: KrpcTokens;
  readonly #asked = new KrpcMemory<Asked>({ countMax: ASKED_MAX, keepMicros: ASKED_MICROS });
  readonly #given = new KrpcMemory<Uint8Array>({
    countMax: GIVEN_MAX,
    keepMicros: 2 * TOKEN_SECRET_MICROS,
  });
  readonly #questions = new KrpcMemory<Question>({
    countMax: QUESTIONS_MAX,
    keepMicros: ASKED_MICROS,
  });
  #askedCount = 0;
  #questionCount = 0;

  constructor(options: KrpcWireOptions) {
    this.#options = options;
    this.#selfId = mainlineIdOfKey(options.self.id);
    this.#tokens = new KrpcTokens(options);
  }

  encode(to: Peer, message: Message): readonly ForeignPacket[] | null {
    const said = message as KademliaMessage;
    switch (said.type) {
      case "kademlia/ping":
        return [this.#ask(to, said.id, "", { method: "ping" })];
      case "kademlia/find-node":
        return [this.#askForNodes(to, said.id, said.key)];
      case "kademlia/find-value": {
        const infoHash = said.key.subarray(0, KRPC_ID_BYTES);
        return [this.#ask(to, said.id, toHex(said.key), { method: "get_peers", infoHash })];
      }
      case "kademlia/store":
        return this.#announce(to, said);
      case "kademlia/pong":
        return this.#answer(said.id, {});
      case "kademlia/nodes":
        // The nearest come first, and others read no second part.
        return said.part === 0 ? this.#answer(said.id, { nodes: nodesOf(said) }) : null;
      case "kademlia/value": {
        const values = splitPeers(said.value).slice(0, PEERS_PER_ANSWER_MAX);
        return this.#answer(said.id, { values });
      }
    }
  }

  decode(address: string, bytes: Uint8Array): ForeignArrival {
    let message: KrpcMessage;
    try {
      message = decodeKrpc(bytes);
    } catch (error) {
      if (!(error instanceof KrpcError)) throw error;
      const { answer, message: problem } = error;
      const reply = answer === null ? null : refusal(address, answer.transaction, answer.code);
      return { ...NOBODY, reply, problem };
    }
    if (message.kind === "query") return this.#onQuery(address, message);
    const name = toHex(message.transaction);
    const asked = this.#asked.get(name, this.#options.nowMicros());
    if (asked?.address !== address) return nothing("an answer that nobody has asked for");
    this.#asked.delete(name);
    if (message.kind === "error")
      return nothing(`error ${message.code}: ${message.text.slice(0, 100)}`);
    return this.#onResponse(asked, message);
  }

  conclude(question: number): ForeignPacket | null {
    const waiting = this.#questions.get(String(question), this.#options.nowMicros());
    if (waiting === undefined) return null;
    this.#questions.delete(String(question));
    const { method, transaction, address, answer } = waiting;
    if (answer === null) return refusal(address, transaction, KrpcCode.server);
    const token = method === "get_peers" ? this.#tokens.give(hostOf(address)) : null;
    const bytes = encodeKrpc({
      ...{ kind: "response", transaction, id: this.#selfId },
      ...answer,
      token,
    });
    return { address, bytes };
  }

  // What this node says.

  #ask(to: Peer, operation: number, key: string, question: KrpcQuestion): ForeignPacket {
    const { randomBytes, nowMicros } = this.#options;
    const number = this.#askedCount++ & 0xffff;
    const transaction = Uint8Array.of(
      number >> 8,
      number & 255,
      ...randomBytes(TRANSACTION_RANDOM_BYTES),
    );
    const { address } = to;
    const asked = { method: question.method, to, address, operation, key };
    this.#asked.set(toHex(transaction), asked, nowMicros());
    const bytes = encodeKrpc({ kind: "query", transaction, id: this.#selfId, ...question });
    return { address, bytes };
  }

  #askForNodes(to: Peer, operation: number, key: Uint8Array): ForeignPacket {
    const target = key.subarray(0, KRPC_ID_BYTES);
    return this.#ask(to, operation, "", { method: "find_node", target });
  }

  #announce(to: Peer, { id, key: keyAsBytes, value }: Store): readonly ForeignPacket[] | null {
    const key = toHex(keyAsBytes);
    const token = this.#given.get(`${to.address} ${key}`, this.#options.nowMicros());
    const [peer] = splitPeers(value);
    if (token === undefined || peer === undefined) return null;
    const infoHash = keyAsBytes.subarray(0, KRPC_ID_BYTES);
    const port = (peer[4]! << 8) | peer[5]!;
    return [this.#ask(to, id, key, { method: "announce_peer", infoHash, port, token })];
  }

  /** A part of an answer: peers and nodes go into one datagram. */
  #answer(question: number, part: Partial<KrpcAnswer>): readonly ForeignPacket[] | null {
    const waiting = this.#questions.get(String(question), this.#options.nowMicros());
    if (waiting === undefined) return null;
    waiting.answer = { ...(waiting.answer ?? NO_ANSWER), ...part };
    return [];
  }

  // What others say.

  #onQuery(address: string, query: KrpcMessage & { readonly kind: "query" }): ForeignArrival {
    const { peers, self, nowMicros } = this.#options;
    const key = keyOfMainlineId(query.id);
    if (key === self.id || isZero(query.id))
      return nothing("a question under an id of nobody else");
    const refused = (problem: string): ForeignArrival => ({
      ...nothing(problem),
      reply: refusal(address, query.transaction, KrpcCode.protocol),
    });
    if (query.method === "announce_peer" && !this.#tokens.isGood(hostOf(address), query.token)) {
      return refused("an announcement without a token that was given to this address");
    }
    const question = ++this.#questionCount;
    const message = this.#questionMessage(address, question, query);
    if (message === null) return refused("an announcement from an address that is not IPv4");
    const { method, transaction } = query;
    this.#questions.set(
      String(question),
      { method, transaction, address, answer: null },
      nowMicros(),
    );
    return { ...NOBODY, from: peers.intern(key, address), messages: [message], question };
  }

  #questionMessage(address: string, id: number, query: KrpcQuestion): Message | null {
    const keyOf = (hash: Uint8Array): Uint8Array => keyBytes(keyOfMainlineId(hash));
    if (query.method === "ping") return Ping.create({ id });
    if (query.method === "find_node") return FindNode.create({ id, key: keyOf(query.target) });
    const key = keyOf(query.infoHash);
    if (query.method === "get_peers") return FindValue.create({ id, key });
    const place = query.port === null ? address : `${hostOf(address)}:${query.port}`;
    const value = compactPeer(place);
    if (value === null) return null;
    const version = this.#options.nowMicros();
    return Store.create({ id, key, version, leftMicros: ANNOUNCED_MICROS, value });
  }

  #onResponse(
    { method, to, address, operation, key }: Asked,
    response: KrpcMessage & { readonly kind: "response" },
  ): ForeignArrival {
    const { peers, self, nowMicros } = this.#options;
    const id = keyOfMainlineId(response.id);
    if (id === self.id || isZero(response.id) || (to.id !== "" && to.id !== id)) {
      return nothing("an answer under another id than was asked");
    }
    const from = peers.located?.(id, address) ?? peers.intern(id, address);
    if (method === "ping" || method === "announce_peer") {
      return { ...NOBODY, from, messages: [Pong.create({ id: operation })] };
    }
    const messages: Message[] = [];
    const answered = { ...NOBODY, from, messages };
    if (method === "get_peers") {
      if (response.token !== null)
        this.#given.set(`${address} ${key}`, response.token, nowMicros());
      const values = response.values?.slice(0, PEERS_PER_ANSWER_MAX) ?? [];
      if (values.length > 0) {
        messages.push(Value.create({ id: operation, value: joinPeers(values) }));
      }
    }
    // Some answer peers and no nodes, which BEP 5 allows; the way to others that keep some is asked for then.
    if (response.nodes === null && messages.length > 0) {
      return { ...answered, reply: this.#askForNodes(from, operation, keyBytes(key)) };
    }
    // Behind the peers, since nodes end what was asked of this one.
    const told = this.#peersOf(response.nodes ?? []);
    messages.push(Nodes.create({ id: operation, part: 0, parts: 1, peers: told }));
    return answered;
  }

  #peersOf(nodes: readonly CompactNode[]): Peer[] {
    return nodes
      .filter(({ id }) => !isZero(id))
      .slice(0, CONTACTS_MAX)
      .map(({ id, address }) => this.#options.peers.intern(keyOfMainlineId(id), address));
  }
}

function nodesOf({ peers }: Nodes): CompactNode[] {
  return peers
    .filter(({ id, address }) => id !== "" && compactPeer(address) !== null)
    .map(({ id, address }) => ({ id: mainlineIdOfKey(id), address }));
}

function refusal(address: string, transaction: Uint8Array, code: number): ForeignPacket {
  const text = ERROR_TEXTS[code] ?? "";
  return { address, bytes: encodeKrpc({ kind: "error", transaction, code, text }) };
}

function nothing(problem: string): ForeignArrival {
  return { ...NOBODY, problem };
}

function hostOf(address: string): string {
  return address.slice(0, address.lastIndexOf(":"));
}

function isZero(id: Uint8Array): boolean {
  return id.every((byte) => byte === 0);
}
