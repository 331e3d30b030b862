// What a live transport tells whoever keeps its records: the facts that the simulator's kernel records of messages
// and connections, in the same words, so that records of both worlds have the same kinds.

import type { Channel } from "../trace/record.js";
import type { Peer } from "./peer.js";

/** One message as records know it. */
export interface MessageFact {
  /** Its declared type, `protocol/kind`. */
  readonly type: string;
  /** Bytes as encoded, without headers. */
  readonly bytes: number;
  /** On a stream its place among the messages of its connection and direction; of a datagram a signed 32-bit number. */
  readonly number: number;
  /** The application message id, or 0. */
  readonly application: number;
  /** 64-bit hash of the canonical fields; zeros where a message arrives. */
  readonly contentHigh: number;
  readonly contentLow: number;
}

/** States of an end of a connection, as the simulator's records call them. */
export type ConnectionChange = "dialing" | "connected" | "accepted" | "closed" | "failed";

/** Why a stranger, a connection or a datagram was turned away. */
export type Refusal =
  /** Bytes that are no TLS came to a port that speaks it, or the other way round. */
  | "not-tls"
  /** Older than TLS 1.3. */
  | "tls-version"
  /** The TLS handshake failed otherwise. */
  | "tls-failed"
  /** No certificate was shown. */
  | "no-certificate"
  /** The certificate is not a self-signed one of an Ed25519 key. */
  | "bad-certificate"
  /** A session was resumed, which proves nothing anew. */
  | "resumed"
  /** The key, or the id that was claimed, is not that of the peer that was meant. */
  | "wrong-identity"
  /** It takes part in another network. */
  | "other-network"
  /** The connection ended within the handshake. */
  | "truncated"
  /** Handshake or frame took too long. */
  | "too-slow"
  /** The first frame was no greeting of this protocol's version. */
  | "bad-hello"
  /** A length beyond what is allowed. */
  | "oversized-frame"
  /** Frames in parts took too much memory, all together, and that of this connection the most. */
  | "frame-memory"
  /** A frame that this state of a connection does not allow. */
  | "bad-frame"
  /** The bytes of a message break its declaration. */
  | "bad-message"
  /** As many connections as the limit allows are there already. */
  | "too-many"
  /** Plain text with a peer beyond this machine. */
  | "not-loopback"
  /** A datagram that its key does not authenticate. */
  | "datagram-forged"
  /** A datagram whose number was seen, or is too old to tell. */
  | "datagram-replayed"
  /** A datagram of a session that is not known here. */
  | "datagram-stranger";

/** Told of everything that a transport's records hold. Called synchronously, and only looks. */
export interface TransportObserver {
  /** A message was handed over for sending, or `reason` says why it will not leave. */
  sent(to: Peer, channel: Channel, fact: MessageFact, reason: string): void;
  /** A message arrived; directly after this it is handed to the node. */
  delivered(from: Peer, channel: Channel, fact: MessageFact): void;
  /** A message was given up. */
  dropped(peer: Peer, channel: Channel, fact: MessageFact, reason: string): void;
  /** A connection changed; `epoch` is the number that both its ends know it by. */
  connection(peer: Peer, change: ConnectionChange, epoch: number, reason: string): void;
  /** Someone was turned away. `address` is where the bytes came from, or where they were to go. */
  refused(address: string, refusal: Refusal, detail: string): void;
}
