// The default codec: a message travels as a MessagePack array of its type and its fields in declared order. Sizes
// and hashes need no encoding, and those of the message last asked for are remembered: one message often goes to
// many peers in a row, and its size, hash and application id are asked one after the other.

import { MessageError } from "./codec.js";
import type { Codec, ContentHash, Message } from "./codec.js";
import { ContentHasher } from "./content-hasher.js";
import { FieldProblem, describeValue } from "./field-problem.js";
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
  /** The message whose size is `#bytes`. */
  #sized: Message | null = null;
  #bytes = 0;
  /** The message whose hash and application id `#hasher` holds. */
  #hashed: Message | null = null;
  /** Whether anyone wants hashes: from the first time on they are taken together with the size. */
  #isHashing = false;
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
        `${bytes.length} bytes; at most ${STREAM_MESSAGE_BYTES_MAX} are allowed`,
      );
    }
    const reader = new MessagePackReader(bytes, peers);
    const { declared, fieldCount } = this.#readHead(reader);
    const message = declared.readFields(reader, fieldCount);
    if (reader.remainingBytes > 0) {
      throw new MessageError(
        declared.type,
        "",
        `${reader.remainingBytes} bytes follow its last field`,
      );
    }
    return message;
  }

  sizeOf(message: Message): number {
    if (message === this.#sized) return this.#bytes;
    if (this.#isHashing) return this.#measure(message);
    const byteCount = this.#typeOf(message).sizeOf(message);
    this.#sized = message;
    this.#bytes = byteCount;
    return byteCount;
  }

  hashContent(message: Message, into: ContentHash): void {
    if (message !== this.#hashed) this.#measure(message);
    into.high = this.#hasher.high;
    into.low = this.#hasher.low;
  }

  applicationId(message: Message): number {
    if (message !== this.#hashed) this.#measure(message);
    return this.#hasher.applicationId;
  }

  #measure(message: Message): number {
    this.#isHashing = true;
    this.#sized = this.#hashed = null;
    this.#bytes = this.#typeOf(message).measure(message, this.#hasher);
    this.#sized = this.#hashed = message;
    return this.#bytes;
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
      if (declared === undefined) {
        throw new FieldProblem(`${describeValue(type)} is declared by no protocol of this node`);
      }
      return { declared, fieldCount: itemCount - 1 };
    } catch (problem) {
      throw problem instanceof FieldProblem
        ? new MessageError("", "type", problem.message)
        : problem;
    }
  }
}
