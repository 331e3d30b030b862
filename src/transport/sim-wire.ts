// How messages cross between simulated nodes: as the objects they are, as encoded bytes, or checked. All three
// give the same digest; that they do is what `--check-determinism` verifies.

import { DeterminismError } from "../sim/guard.js";
import type { Parcel } from "../sim/kernel.js";
import type { Names } from "../trace/names.js";
import type { Codec, ContentHash, Message } from "./codec.js";
import { shortId } from "./peer.js";
import type { Peer } from "./peer.js";
import type { SimPeers } from "./sim-peers.js";

/**
 * `objects` hands the sender's object over, which is fast and trusts everyone to leave sent messages alone.
 * `frozen` freezes it deeply and compares it on arrival with what was sent. `bytes` encodes and decodes.
 */
export type WireMode = "objects" | "frozen" | "bytes";

/** A message that is watched: itself, and its encoding at the time of sending. */
interface WatchedMessage {
  readonly message: Message;
  readonly encoded: Uint8Array;
}

/** The wire of one simulation, shared by all its nodes. */
export class SimWire {
  readonly peers: SimPeers;
  readonly codec: Codec;
  readonly mode: WireMode;
  readonly #names: Names;
  #lastType = "";
  #lastName = 0;
  readonly #hash: ContentHash = { high: 0, low: 0 };
  /** The one parcel: whoever keeps it copies it. */
  readonly #parcel: Parcel = {
    payload: undefined,
    bytes: 0,
    name: 0,
    application: 0,
    contentHigh: 0,
    contentLow: 0,
  };

  constructor(parts: { peers: SimPeers; codec: Codec; mode: WireMode; names: Names }) {
    this.peers = parts.peers;
    this.codec = parts.codec;
    this.mode = parts.mode;
    this.#names = parts.names;
  }

  /** Makes a message ready to be sent. The parcel is reused by the next call. */
  pack(message: Message, bytesMax: number): Parcel {
    const { codec } = this;
    const parcel = this.#parcel;
    parcel.bytes = codec.sizeOf(message);
    if (parcel.bytes > bytesMax) {
      throw new RangeError(
        `Message ${message.type} takes ${parcel.bytes} bytes; at most ${bytesMax} are allowed here`,
      );
    }
    codec.hashContent(message, this.#hash);
    parcel.contentHigh = this.#hash.high;
    parcel.contentLow = this.#hash.low;
    parcel.name = this.#nameOf(message.type);
    parcel.application = codec.applicationId(message);
    parcel.payload = this.mode === "objects" ? message : this.#seal(message);
    return parcel;
  }

  /** The message that its receiver is handed. */
  unpack(payload: unknown, from: Peer, to: Peer): Message {
    if (this.mode === "objects") return payload as Message;
    if (this.mode === "bytes") return this.codec.decode(payload as Uint8Array, this.peers);
    const { message, encoded } = payload as WatchedMessage;
    this.#compare(message, encoded, from, to);
    return message;
  }

  /** The number of a message type; the same type often comes several times in a row. */
  #nameOf(type: string): number {
    if (type !== this.#lastType) {
      this.#lastType = type;
      this.#lastName = this.#names.id(type);
    }
    return this.#lastName;
  }

  #seal(message: Message): Uint8Array | WatchedMessage {
    const encoded = this.codec.encode(message);
    if (this.mode === "bytes") return encoded;
    deepFreeze(message);
    return { message, encoded };
  }

  /** Bytes cannot be frozen, so what was changed after sending is found by comparing. */
  #compare(message: Message, encoded: Uint8Array, from: Peer, to: Peer): void {
    const now = this.codec.encode(message);
    if (now.length === encoded.length && now.every((byte, i) => byte === encoded[i])) return;
    const sent = this.codec.decode(encoded, this.peers);
    const field = firstDifference(sent, message, "") ?? "a field";
    throw new DeterminismError(
      shortId(from),
      "a handler",
      `changing ${message.type} field ${field} after it was sent to ${shortId(to)}`,
      "a sent message belongs to its receivers; make a new one",
    );
  }
}

function deepFreeze(value: unknown): void {
  if (
    typeof value !== "object" ||
    value === null ||
    ArrayBuffer.isView(value) ||
    Object.isFrozen(value)
  ) {
    return;
  }
  Object.freeze(value);
  for (const inner of Object.values(value)) deepFreeze(inner);
}

/** Path of the first field in which two messages differ. */
function firstDifference(a: unknown, b: unknown, path: string): string | null {
  if (Object.is(a, b)) return null;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return path;
  const left = Object.entries(a);
  for (const [name, value] of left) {
    const found = firstDifference(
      value,
      (b as Readonly<Record<string, unknown>>)[name],
      `${path}.${name}`,
    );
    if (found !== null) return found.replace(/^\./, "");
  }
  return Object.keys(b).length === left.length ? null : path;
}
