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

/** What a wire is made of. */
export interface SimWireOptions {
  readonly peers: SimPeers;
  readonly codec: Codec;
  readonly mode: WireMode;
  readonly names: Names;
  /** What people call a peer's node, for errors; the beginning of its id unless said otherwise. */
  readonly nameOf?: (peer: Peer) => string;
  /** The fields of a message as text for whoever reads a trace; "" as long as nobody does. */
  readonly textOf?: (message: Message) => string;
}

/** The wire of one simulation, shared by all its nodes. */
export class SimWire {
  readonly peers: SimPeers;
  readonly codec: Codec;
  readonly mode: WireMode;
  readonly nameOf: (peer: Peer) => string;
  readonly #names: Names;
  readonly #textOf: ((message: Message) => string) | null;
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
    text: "",
  };

  constructor({ peers, codec, mode, names, nameOf, textOf }: SimWireOptions) {
    this.peers = peers;
    this.codec = codec;
    this.mode = mode;
    this.#names = names;
    this.#textOf = textOf ?? null;
    this.nameOf = nameOf ?? shortId;
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
    parcel.text = this.#textOf === null ? "" : this.#textOf(message);
    parcel.payload = this.mode === "objects" ? message : this.#seal(message);
    return parcel;
  }

  /** The message that its receiver is handed. */
  unpack(payload: unknown, from: Peer, to: Peer): Message {
    if (this.mode === "objects") return payload as Message;
    if (this.mode === "bytes") return this.codec.decode(payload as Uint8Array, this.peers);
    const watched = payload as WatchedMessage;
    const field = this.#changedField(watched);
    if (field !== null) {
      const { type } = watched.message;
      throw this.#changed(`${type} field ${field}`, {
        node: this.nameOf(from),
        handler: `a handler after it had sent ${type} to ${this.nameOf(to)}`,
      });
    }
    return watched.message;
  }

  /** After a handler, where messages are watched: finds out whether it changed what it was handed. */
  checkHandled(payload: unknown, to: Peer, handler: string): void {
    const watched = payload as WatchedMessage;
    const field = this.#changedField(watched);
    if (field === null) return;
    const place = { node: this.nameOf(to), handler };
    throw this.#changed(`${watched.message.type} field ${field}`, place);
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
  #changedField({ message, encoded }: WatchedMessage): string | null {
    const now = this.codec.encode(message);
    if (now.length === encoded.length && now.every((byte, i) => byte === encoded[i])) return null;
    const sent = this.codec.decode(encoded, this.peers);
    return firstDifference(sent, message, "") ?? "unknown";
  }

  #changed(
    what: string,
    place: { readonly node: string; readonly handler: string },
  ): DeterminismError {
    const problem = `${what} was changed after it was sent; others hold the same message: make a new one`;
    return new DeterminismError({ ...place, what, problem });
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
