// What the two ends of a connection say to each other beside messages: greetings, the end with its reason, and
// whether anyone is there.

import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";

import { controlFrame } from "./node-frames.js";
import { PEER_ADDRESS_BYTES, PEER_ID_BYTES } from "./peer.js";
import type { DisconnectReason } from "./transport.js";

/** First byte of a control frame. */
export const ControlKind = { hello: 1, accept: 2, bye: 3, ping: 4, pong: 5 } as const;

/** Version of the wire format: another one is refused by the greeting. */
const VERSION = 1;
const MAGIC = Buffer.from("PSCP");
export const BOOT_BYTES = 8;
/** Enough that no two networks that ever meet have the same mark. */
const NETWORK_MARK_BYTES = 8;

/** Reasons as they travel, by place. What is not here is never said, only seen. */
const REASONS: readonly DisconnectReason[] = [
  "disconnected",
  "closed",
  "reset",
  "overflow",
  "replaced",
  "protocol-error",
  "refused",
];

/** What an end says of itself before anything else: the dialler in `hello`, the other in `accept`. */
export interface Greeting {
  /** The peer's id, 64 hexadecimal digits. */
  readonly id: string;
  /** Where it listens. */
  readonly address: string;
  /** `networkMark` of the network that it takes part in. */
  readonly network: string;
  /** Names the process: another one for each start. */
  readonly boot: string;
  /** Number of this dial, or of the acceptor's latest, among all that its process made. */
  readonly dial: number;
  /** The session under which datagrams to this end go; 0 for none. */
  readonly session: number;
  /** Whether the dialler went by address and did not know whom it would find. */
  readonly isByAddress: boolean;
  /** Whether only a key for datagrams is wanted, and no connection. */
  readonly isForDatagrams: boolean;
  /** In `accept`: there is a connection with this process already, use that one. */
  readonly isDuplicate: boolean;
}

const HEAD_BYTES =
  1 + MAGIC.length + 2 + PEER_ID_BYTES + NETWORK_MARK_BYTES + BOOT_BYTES + 4 + 4 + 1;

/** How a network is called in greetings: the first digits of the SHA-256 of its name, so that all take as many bytes. */
export function networkMark(name: string): string {
  return createHash("sha256")
    .update(name)
    .digest("hex")
    .slice(0, 2 * NETWORK_MARK_BYTES);
}

/** The frame of a greeting. */
export function greetingFrame(kind: number, greeting: Greeting): Uint8Array {
  const address = Buffer.from(greeting.address, "latin1");
  const content = Buffer.alloc(HEAD_BYTES + address.length);
  let offset = content.writeUInt8(kind);
  content.set(MAGIC, offset);
  offset = content.writeUInt8(VERSION, offset + MAGIC.length);
  const { isByAddress, isForDatagrams, isDuplicate } = greeting;
  const flags = Number(isByAddress) | (Number(isForDatagrams) << 1) | (Number(isDuplicate) << 2);
  offset = content.writeUInt8(flags, offset);
  offset += content.write(greeting.id, offset, "hex");
  offset += content.write(greeting.network, offset, "hex");
  offset += content.write(greeting.boot, offset, "hex");
  offset = content.writeUInt32BE(greeting.dial, offset);
  offset = content.writeUInt32BE(greeting.session, offset);
  offset = content.writeUInt8(address.length, offset);
  content.set(address, offset);
  return controlFrame(content);
}

/** The greeting of a control frame of that kind; null for anything else. */
export function readGreeting(kind: number, bytes: Uint8Array): Greeting | null {
  const content = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (content.length < HEAD_BYTES || content[0] !== kind) return null;
  let offset = 1 + MAGIC.length;
  if (!content.subarray(1, offset).equals(MAGIC) || content[offset] !== VERSION) return null;
  const flags = content.readUInt8(offset + 1);
  offset += 2;
  const id = content.toString("hex", offset, (offset += PEER_ID_BYTES));
  const network = content.toString("hex", offset, (offset += NETWORK_MARK_BYTES));
  const boot = content.toString("hex", offset, (offset += BOOT_BYTES));
  const dial = content.readUInt32BE(offset);
  const session = content.readUInt32BE(offset + 4);
  const addressBytes = content.readUInt8(offset + 8);
  if (addressBytes > PEER_ADDRESS_BYTES || content.length !== HEAD_BYTES + addressBytes)
    return null;
  const address = content.toString("latin1", HEAD_BYTES);
  if (!/^[!-~]+$/.test(address) || flags > 7 || /^0*$/.test(id)) return null;
  return {
    ...{ id, address, network, boot, dial, session },
    isByAddress: (flags & 1) !== 0,
    isForDatagrams: (flags & 2) !== 0,
    isDuplicate: (flags & 4) !== 0,
  };
}

/** The frame that ends a connection. */
export function byeFrame(reason: DisconnectReason): Uint8Array {
  const place = Math.max(0, REASONS.indexOf(reason));
  return controlFrame(Uint8Array.of(ControlKind.bye, place));
}

/** The reason in the frame that ends a connection; null when it is no such frame. */
export function readBye(bytes: Uint8Array): DisconnectReason | null {
  return bytes.length === 2 && bytes[0] === ControlKind.bye ? (REASONS[bytes[1]!] ?? null) : null;
}

export const PING_FRAME = controlFrame(Uint8Array.of(ControlKind.ping));
export const PONG_FRAME = controlFrame(Uint8Array.of(ControlKind.pong));
