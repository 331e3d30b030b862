// The border between a node and its world: what every transport promises, simulated or real. Each sentence
// of these docstrings is tested by the shared suite in test/transport/transport-contract.ts.

import type { Message } from "./codec.js";
import type { Peer } from "./peer.js";

/** Bytes that may wait on one connection before `send` answers false. The same in both worlds. */
export const QUEUE_LIMIT_BYTES = 1024 * 1024;

/** The largest message a datagram carries: what crosses every path of the internet unfragmented. */
export const DATAGRAM_BYTES_MAX = 1200;

/** The largest message a stream carries; longer ones are refused by `send` with an error. */
export const STREAM_MESSAGE_BYTES_MAX = 16 * 1024 * 1024;

/** Why a connection ended, a dial failed, or a message was not sent. Reports, traces and logs use these words. */
export type DisconnectReason =
  /** One of the two ends called `disconnect`. */
  | "disconnected"
  /** One of the two ends closed its transport politely. */
  | "closed"
  /** The other process ended without a word, or has forgotten the connection. */
  | "reset"
  /** Nobody listens there. */
  | "refused"
  /** Nothing was heard for the keep-alive, user or connect time-out. */
  | "timeout"
  /** More than twice the queue limit was waiting. */
  | "overflow"
  /** A newer connection of the same pair took its place. */
  | "replaced"
  /** The other end broke the protocol's rules: bad frame, bad identity. */
  | "protocol-error";

/** What a node is told by its transport. Calls come one at a time and never from inside a call of the node's. */
export interface TransportHandler {
  /**
   * A message arrived over a connection; in order, each at most once. A transport that knows its encoded size
   * passes it on, which saves measuring it again.
   */
  onMessage(from: Peer, message: Message, sizeBytes?: number): void;
  /** A datagram arrived; in any order, perhaps more than once. */
  onDatagram(from: Peer, message: Message): void;
  /** A connection is ready, whoever dialled it. Precedes the first message over it. */
  onConnected(peer: Peer): void;
  /** A connection ended or a dial failed; once for each connection and failed dial, also for one's own `disconnect`. */
  onDisconnected(peer: Peer, reason: DisconnectReason): void;
  /** After `send` answered false: the queue has fallen below half the limit. */
  onDrain(peer: Peer): void;
  /** The transport has closed; nothing is called after this. */
  onClosed(): void;
}

/** A node's access to the network. */
export interface Transport {
  /** The node's own name and address. */
  readonly self: Peer;

  /** Says who is told. Called once, before anything else. */
  listen(handler: TransportHandler): void;

  /**
   * Opens a connection unless there is one or one is being dialled. Answers through `onConnected` or `onDisconnected`.
   * Does nothing for oneself.
   */
  connect(to: Peer): void;

  /**
   * Sends a message, ordered and reliable while the connection lasts; dials when there is no connection.
   * Never blocks, and never throws for an unreachable peer. Answers false once more than
   * `QUEUE_LIMIT_BYTES` wait on the connection: the message is still taken, and `onDrain` follows. Past twice the
   * limit the connection closes with reason `overflow`, unless one large message alone brought it there. A message
   * to oneself arrives as any other.
   * Throws `MessageError` when the message breaks its declaration, `RangeError` when it is too large.
   */
  send(to: Peer, message: Message): boolean;

  /**
   * Sends a datagram: best effort, no connection, no order. Throws `RangeError` above `DATAGRAM_BYTES_MAX`.
   */
  sendDatagram(to: Peer, message: Message): void;

  /** Bytes that wait on the connection to a peer; 0 when there is none. */
  bufferedBytes(to: Peer): number;

  /** Whether a connection to the peer is ready. */
  isConnected(to: Peer): boolean;

  /**
   * Who was found at an address that was dialled without an id; null until the connection is ready, and again when it
   * has ended. Absent where every peer is known by its id.
   */
  peerAt?(address: string): Peer | null;

  /** Ends the connection to a peer behind the bytes already sent; unsent messages of a dial are dropped. Idempotent. */
  disconnect(peer: Peer): void;

  /**
   * Ends everything politely: bytes on their way get up to `flushMicros` (default 0) to leave. Idempotent. No message
   * arrives and no timer fires afterwards; `onClosed` is the last call.
   */
  close(options?: { readonly flushMicros?: number }): void;
}
