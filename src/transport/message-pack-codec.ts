// The default codec: a message travels as a MessagePack array of its type and its fields in declared order.
// Remembers the size and hash of the message last asked for, since one message often goes to many peers in a row.

import { MessageError } from "./codec.js";
import type { Codec, ContentHash, Message } from "./codec.js";
import { ContentHasher } from "./content-hasher.js";
import { FieldProblem, describeValue } from "./field.js";
import { MessagePackReader } from "./message-pack-reader.js";
import { MessagePackWriter } from "./message-pack-writer.js";
import { MESSAGE_TYPE_BYTES_MAX } from "./message-type.js";
import type { MessageType } from "./message-type.js";
import type { PeerTable } from "./peer.js";
import { STREAM_MESSAGE_BYTES_MAX } from "./transport.js";

/** Encodes the messages of the types it was made with, and no other. */
export class MessagePackCodec implements Codec {
  readonly #types = new Map<string, MessageType>();
  readonly #hasher = new ContentHasher();
  readonly #lastHash: ContentHash = { high: 0, low: 0 };
  #lastSized: Message | null = null;
  #lastBytes = 0;
  #lastHashed: Message | null = null;
  #lastType: MessageType | null = null;

  /** Throws `RangeError` when two different declarations share a type. */
  constructor(types: Iterable<MessageType>) {
    for (const declared of types) {
      const other = this.#types.get(declared.type);
      if (other !== undefined && other !== declared) {
        throw new RangeError(
          `Message type ${declared.type} is declared twice; expected one declaration for all protocols`,
        );
      }
      this.#types.set(declared.type, declared);
    }
  }

  encode(message: Message): Uint8Array {
    const declared = this.#typeOf(message);
    declared.validate(message);
    const writer = new MessagePackWriter(declared.sizeOf(message));
    declared.write(message, writer);
    return writer.bytes;
  }

  decode(bytes: Uint8Array, peers: PeerTable): Message {
    if (bytes.length > STREAM_MESSAGE_BYTES_MAX) {
      throw new MessageError(
        "",
        "",
        `${String(bytes.length)} bytes, at most ${String(STREAM_MESSAGE_BYTES_MAX)} are allowed`,
      );
    }
    const reader = new MessagePackReader(bytes, peers);
    const { declared, fieldCount } = this.#readHead(reader);
    const message = declared.readFields(reader, fieldCount);
    if (reader.remainingBytes > 0) {
      throw new MessageError(
        declared.type,
        "",
        `${String(reader.remainingBytes)} bytes follow its last field`,
      );
    }
    return message;
  }

  sizeOf(message: Message): number {
    if (message === this.#lastSized) return this.#lastBytes;
    const byteCount = this.#typeOf(message).sizeOf(message);
    this.#lastSized = message;
    this.#lastBytes = byteCount;
    return byteCount;
  }

  hashContent(message: Message, into: ContentHash): void {
    const last = this.#lastHash;
    if (message !== this.#lastHashed) {
      this.#typeOf(message).hashContent(message, last, this.#hasher);
      this.#lastHashed = message;
    }
    into.high = last.high;
    into.low = last.low;
  }

  applicationId(message: Message): number {
    return this.#typeOf(message).applicationId(message);
  }

  #typeOf(message: Message): MessageType {
    const last = this.#lastType;
    if (last !== null && last.type === message.type) return last;
    const declared = this.#types.get(message.type);
    if (declared === undefined) {
      throw new MessageError(
        typeof message.type === "string" ? message.type : "",
        "type",
        `${describeValue(message.type)} is not declared by any protocol of this node`,
      );
    }
    this.#lastType = declared;
    return declared;
  }

  #readHead(reader: MessagePackReader): { declared: MessageType; fieldCount: number } {
    try {
      const itemCount = reader.listHeader(STREAM_MESSAGE_BYTES_MAX);
      if (itemCount === 0) throw new FieldProblem("an empty list is no message");
      const type = reader.text(MESSAGE_TYPE_BYTES_MAX);
      const declared = this.#types.get(type);
      if (declared === undefined)
        throw new FieldProblem(
          `${describeValue(type)} is not declared by any protocol of this node`,
        );
      return { declared, fieldCount: itemCount - 1 };
    } catch (problem) {
      throw problem instanceof FieldProblem
        ? new MessageError("", "type", problem.message)
        : problem;
    }
  }
}
