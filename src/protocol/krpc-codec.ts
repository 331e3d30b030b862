// KRPC, what nodes of the Mainline DHT say to each other (BEP 5): queries, responses and errors, each one bencoded
// dictionary in one datagram. Here are their fields and limits; what they mean to Kademlia is in krpc-wire.ts.

import { BencodeError, bytesOfText, decodeBencode, encodeBencode, textOfBytes } from "./bencode.js";
import type { BencodeDictionary, BencodeValue } from "./bencode.js";
import { PEER_BYTES, compactNodes, nodesOf } from "./compact-address.js";
import type { CompactNode } from "./compact-address.js";

/** Bytes of node ids and info hashes. */
export const KRPC_ID_BYTES = 20;

/** Longest transaction id that is echoed, and longest token that is kept: others use 2 to 20 bytes. */
export const OPAQUE_BYTES_MAX = 64;

/** Peers of one answer: with a token and the most nodes they fit into a datagram. */
export const PEERS_PER_ANSWER_MAX = 80;

/** What a query asks; ids, targets and hashes are `KRPC_ID_BYTES` long. */
export type KrpcQuestion =
  | { readonly method: "ping" }
  | { readonly method: "find_node"; readonly target: Uint8Array }
  | { readonly method: "get_peers"; readonly infoHash: Uint8Array }
  | {
      readonly method: "announce_peer";
      readonly infoHash: Uint8Array;
      /** Where the peer listens; null for the port that the query comes from. */
      readonly port: number | null;
      readonly token: Uint8Array;
    };

/** What a response says. One does not say which query it answers: its transaction does. */
export interface KrpcAnswer {
  /** Null for none. */
  readonly nodes: readonly CompactNode[] | null;
  /** Peers of 6 bytes each; null for none. */
  readonly values: readonly Uint8Array[] | null;
  readonly token: Uint8Array | null;
}

/** A KRPC message. */
export type KrpcMessage =
  | (KrpcQuestion & {
      readonly kind: "query";
      readonly transaction: Uint8Array;
      readonly id: Uint8Array;
    })
  | (KrpcAnswer & {
      readonly kind: "response";
      readonly transaction: Uint8Array;
      readonly id: Uint8Array;
    })
  | {
      readonly kind: "error";
      readonly transaction: Uint8Array;
      readonly code: number;
      readonly text: string;
    };

/** The codes of BEP 5. */
export const KrpcCode = { generic: 201, server: 202, protocol: 203, unknownMethod: 204 } as const;

/** Bytes that are no KRPC message. */
export class KrpcError extends Error {
  override readonly name = "KrpcError";

  constructor(
    problem: string,
    /** What whoever asked is told, and under which transaction; null where nobody has asked. */
    readonly answer: { readonly transaction: Uint8Array; readonly code: number } | null = null,
  ) {
    super(problem);
  }
}

/** The message of a datagram. Throws `KrpcError`; never anything else. */
export function decodeKrpc(bytes: Uint8Array): KrpcMessage {
  const fields = dictionaryOf(bytes);
  const transaction = fields.get("t");
  if (!(transaction instanceof Uint8Array) || transaction.length > OPAQUE_BYTES_MAX) {
    throw new KrpcError(`no transaction t of at most ${OPAQUE_BYTES_MAX} bytes`);
  }
  const kind = textField(fields, "y");
  if (kind === "q") return decodeQuery(fields, transaction);
  if (kind === "r") return decodeResponse(fields, transaction);
  if (kind === "e") return decodeError(fields, transaction);
  throw new KrpcError(`kind y is ${JSON.stringify(kind?.slice(0, 8) ?? null)}, not q, r or e`);
}

/** The datagram of a message. */
export function encodeKrpc(message: KrpcMessage): Uint8Array {
  const { transaction } = message;
  const fields: [string, BencodeValue][] = [["t", transaction]];
  if (message.kind === "query") {
    fields.push(["y", bytesOfText("q")], ["q", bytesOfText(message.method)]);
    fields.push(["a", new Map([["id", message.id], ...questionFields(message)])]);
  } else if (message.kind === "response") {
    const { id, nodes, values, token } = message;
    const said = new Map<string, BencodeValue>([["id", id]]);
    if (nodes !== null) said.set("nodes", compactNodes(nodes));
    if (token !== null) said.set("token", token);
    if (values !== null) said.set("values", values);
    fields.push(["y", bytesOfText("r")], ["r", said]);
  } else {
    fields.push(["y", bytesOfText("e")], ["e", [message.code, bytesOfText(message.text)]]);
  }
  return encodeBencode(new Map(fields));
}

function questionFields(question: KrpcQuestion): [string, BencodeValue][] {
  if (question.method === "ping") return [];
  if (question.method === "find_node") return [["target", question.target]];
  const { infoHash } = question;
  if (question.method === "get_peers") return [["info_hash", infoHash]];
  const { port, token } = question;
  return [
    ["info_hash", infoHash],
    ["implied_port", port === null ? 1 : 0],
    // Those that do not know implied_port read this one.
    ["port", port ?? 1],
    ["token", token],
  ];
}

function decodeQuery(fields: BencodeDictionary, transaction: Uint8Array): KrpcMessage {
  const refuse = (problem: string, code: number = KrpcCode.protocol): never => {
    throw new KrpcError(problem, { transaction, code });
  };
  const method = textField(fields, "q");
  const said = fields.get("a");
  if (!(said instanceof Map)) return refuse("a query without arguments a");
  const given = said as BencodeDictionary;
  const id = (name: string): Uint8Array => idField(given, name) ?? refuse(`no ${name} of 20 bytes`);
  const asked = { kind: "query" as const, transaction, id: id("id") };
  if (method === "ping") return { ...asked, method };
  if (method === "find_node") return { ...asked, method, target: id("target") };
  if (method === "get_peers") return { ...asked, method, infoHash: id("info_hash") };
  if (method !== "announce_peer") {
    return refuse(`method ${JSON.stringify(method?.slice(0, 40) ?? null)}`, KrpcCode.unknownMethod);
  }
  const token = given.get("token");
  if (!(token instanceof Uint8Array) || token.length > OPAQUE_BYTES_MAX) return refuse("no token");
  const implied = given.get("implied_port");
  const isImplied = typeof implied === "number" && implied !== 0;
  const port = isImplied ? null : given.get("port");
  if (port !== null && !isPort(port)) return refuse("no port from 1 to 65535");
  return { ...asked, method, infoHash: id("info_hash"), port, token };
}

function decodeResponse(fields: BencodeDictionary, transaction: Uint8Array): KrpcMessage {
  const said = fields.get("r");
  if (!(said instanceof Map)) throw new KrpcError("a response without r");
  const given = said as BencodeDictionary;
  const id = idField(given, "id");
  if (id === null) throw new KrpcError("a response without an id of 20 bytes");
  const nodes = given.get("nodes");
  const values = given.get("values");
  const token = given.get("token");
  return {
    ...{ kind: "response", transaction, id },
    nodes: nodes instanceof Uint8Array ? nodesOf(nodes) : null,
    values: Array.isArray(values)
      ? (values as readonly BencodeValue[]).filter(isCompactPeer)
      : null,
    token: token instanceof Uint8Array && token.length <= OPAQUE_BYTES_MAX ? token : null,
  };
}

function decodeError(fields: BencodeDictionary, transaction: Uint8Array): KrpcMessage {
  const said = fields.get("e");
  const [code, text] = Array.isArray(said) ? (said as readonly BencodeValue[]) : [];
  return {
    ...{ kind: "error", transaction },
    code: typeof code === "number" ? code : KrpcCode.generic,
    text: text instanceof Uint8Array ? textOfBytes(text) : "",
  };
}

function dictionaryOf(bytes: Uint8Array): BencodeDictionary {
  let value: BencodeValue;
  try {
    value = decodeBencode(bytes);
  } catch (error) {
    if (error instanceof BencodeError) throw new KrpcError(error.message);
    throw error;
  }
  if (value instanceof Map) return value as BencodeDictionary;
  throw new KrpcError("no dictionary");
}

function textField(fields: BencodeDictionary, name: string): string | null {
  const value = fields.get(name);
  return value instanceof Uint8Array ? textOfBytes(value) : null;
}

function idField(fields: BencodeDictionary, name: string): Uint8Array | null {
  const value = fields.get(name);
  return value instanceof Uint8Array && value.length === KRPC_ID_BYTES ? value : null;
}

function isPort(value: BencodeValue | undefined): value is number {
  return typeof value === "number" && value >= 1 && value <= 65535;
}

/** Peers of IPv6 have 18 bytes and are left out. */
function isCompactPeer(value: BencodeValue): value is Uint8Array {
  return value instanceof Uint8Array && value.length === PEER_BYTES;
}
