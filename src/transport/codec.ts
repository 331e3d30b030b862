// How a message becomes bytes. A codec belongs to the protocols of a node, not to a transport: the
// simulator mostly asks for sizes and hashes, and encodes only when a run is told to travel as bytes.

import type { Peer, PeerTable } from "./peer.js";

/** A message: plain data with the type it was declared under, `protocol/kind`. Immutable once sent. */
export interface Message {
  readonly type: string;
}

/** What a field of a message may hold. */
export type FieldValue =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | Peer
  | readonly FieldValue[]
  | { readonly [field: string]: FieldValue };

/** The two halves of a 64-bit content hash as signed numbers, filled in by `Codec.hashContent`. */
export interface ContentHash {
  high: number;
  low: number;
}

/** Turns messages into bytes and back. */
export interface Codec {
  /** The bytes of a message. Throws `MessageError` when a field breaks its declaration. */
  encode(message: Message): Uint8Array;
  /** The message of some bytes, validated field by field. Throws `MessageError`; never anything else. */
  decode(bytes: Uint8Array, peers: PeerTable): Message;
  /** Number of bytes that `encode` would give, without encoding. */
  sizeOf(message: Message): number;
  /** Writes a 64-bit hash of the message's type and fields into `into`; equal for an equal message. */
  hashContent(message: Message, into: ContentHash): void;
  /** The application message id that the message carries from hop to hop, or 0. */
  applicationId(message: Message): number;
}

/** A message, or bytes that claim to be one, did not follow its declaration. */
export class MessageError extends Error {
  override readonly name = "MessageError";
  /** Type of the message, as far as known. */
  readonly messageType: string;
  /** Path of the field that is wrong, as `fields.member[3].id`; empty for the whole message. */
  readonly field: string;

  constructor(messageType: string, field: string, problem: string) {
    super(`Message ${messageType || "of unknown type"}${field && `, field ${field}`}: ${problem}`);
    this.messageType = messageType;
    this.field = field;
  }
}
