// What the parts of one live transport share: who the node is, what it allows, whom it tells, and how messages become
// bytes.

import type { SecureContext } from "node:tls";

import type { Codec, ContentHash, Message } from "./codec.js";
import type { FrameMemory } from "./node-frame-memory.js";
import type { NodeIdentity } from "./node-identity.js";
import type { Mailbox } from "./node-mailbox.js";
import { OutgoingFrame } from "./node-outbox.js";
import type { LivePeerTable } from "./node-peers.js";
import type { TcpLimits } from "./node-tcp-limits.js";
import type { Peer } from "./peer.js";
import type { SendConditions } from "./send-conditions.js";
import type { TransportObserver } from "./transport-observer.js";
import type { TransportHandler } from "./transport.js";

/** The parts that a transport hands to everything in it. */
export interface LiveContext {
  readonly self: Peer;
  readonly identity: NodeIdentity;
  readonly peers: LivePeerTable;
  readonly packer: MessagePacker;
  readonly observer: TransportObserver | null;
  readonly conditions: SendConditions | null;
  readonly limits: TcpLimits;
  readonly frameMemory: FrameMemory;
  /** TLS settings, or null for plain text. */
  readonly secureContext: SecureContext | null;
  readonly mailbox: Mailbox;
  /** `networkMark` of the network that it takes part in: connections of other ones are refused. */
  readonly network: string;
  /** Names this process to others: random for each transport. */
  readonly boot: string;
  /** Who is told; null until the node listens. */
  readonly handler: () => TransportHandler | null;
}

/** Encodes messages; what goes to many peers in a row is encoded once. */
export class MessagePacker {
  readonly codec: Codec;
  readonly #wantsFacts: boolean;
  readonly #hash: ContentHash = { high: 0, low: 0 };
  #lastMessage: Message | null = null;
  #lastPayload: Uint8Array = new Uint8Array();
  #lastApplication = 0;

  /** `wantsFacts` says whether anyone looks at content hashes and application ids. */
  constructor(codec: Codec, wantsFacts: boolean) {
    this.codec = codec;
    this.#wantsFacts = wantsFacts;
  }

  /** The frame of a message. Throws `MessageError` for a broken one, `RangeError` above `bytesMax`. */
  pack(message: Message, bytesMax: number): OutgoingFrame {
    if (message !== this.#lastMessage) this.#encode(message, bytesMax);
    const payload = this.#lastPayload;
    if (payload.length > bytesMax) throw tooLarge(message, payload.length, bytesMax);
    const { high, low } = this.#hash;
    const { length } = payload;
    return new OutgoingFrame(payload, message.type, length, this.#lastApplication, high, low);
  }

  #encode(message: Message, bytesMax: number): void {
    this.#lastMessage = null;
    const { codec } = this;
    const byteCount = codec.sizeOf(message);
    if (byteCount > bytesMax) throw tooLarge(message, byteCount, bytesMax);
    this.#lastPayload = codec.encode(message);
    if (this.#wantsFacts) {
      codec.hashContent(message, this.#hash);
      this.#lastApplication = codec.applicationId(message);
    }
    this.#lastMessage = message;
  }
}

function tooLarge({ type }: Message, byteCount: number, bytesMax: number): RangeError {
  return new RangeError(
    `Message ${type} takes ${byteCount} bytes; at most ${bytesMax} are allowed here`,
  );
}
