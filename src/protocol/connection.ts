// A connection as the node sees it: how far it is, what crossed it, and why it ended.

import type { PlainData } from "../sim/plain-data.js";
import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";

/** How far a connection is. It never comes back from `closed`: a new dial makes a new connection. */
export type ConnectionState = "dialing" | "connected" | "closed";

/** A connection to one peer, from the dial to the end; afterwards it keeps its last counts. */
export class Connection {
  readonly peer: Peer;
  #state: ConnectionState = "dialing";
  #messagesSent = 0;
  #messagesReceived = 0;
  #bytesSent = 0;
  #bytesReceived = 0;
  #openedAtMicros = 0;
  #closeReason: DisconnectReason | null = null;

  constructor(peer: Peer) {
    this.peer = peer;
  }

  get state(): ConnectionState {
    return this.#state;
  }

  /** Messages handed to the transport, also while dialling. Some may not have arrived when it closed. */
  get messagesSent(): number {
    return this.#messagesSent;
  }

  get messagesReceived(): number {
    return this.#messagesReceived;
  }

  /** Encoded bytes of the messages sent, without headers. */
  get bytesSent(): number {
    return this.#bytesSent;
  }

  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  /** When it became ready, on the node's clock; 0 while it is being dialled. */
  get openedAtMicros(): number {
    return this.#openedAtMicros;
  }

  /** Why it ended; null until then. */
  get closeReason(): DisconnectReason | null {
    return this.#closeReason;
  }

  /** Called by the node: the transport says it is ready. */
  opened(atMicros: number): void {
    this.#state = "connected";
    this.#openedAtMicros = atMicros;
  }

  /** Called by the node: it ended, or the dial failed. */
  closed(reason: DisconnectReason): void {
    this.#state = "closed";
    this.#closeReason = reason;
  }

  /** Called by the node for each message it hands to the transport. */
  sent(sizeBytes: number): void {
    this.#messagesSent++;
    this.#bytesSent += sizeBytes;
  }

  /** Called by the node for each message that arrives. */
  received(sizeBytes: number): void {
    this.#messagesReceived++;
    this.#bytesReceived += sizeBytes;
  }

  snapshot(): PlainData {
    return [
      [this.peer.id, this.peer.address],
      this.#state,
      this.#openedAtMicros,
      this.#messagesSent,
      this.#messagesReceived,
      this.#bytesSent,
      this.#bytesReceived,
    ];
  }

  /** Continues from what `snapshot` gave; the peer is the one it was made with. */
  restore(state: PlainData): void {
    const [, phase, ...numbers] = state as [unknown, ConnectionState, ...number[]];
    this.#state = phase;
    [
      this.#openedAtMicros,
      this.#messagesSent,
      this.#messagesReceived,
      this.#bytesSent,
      this.#bytesReceived,
    ] = numbers as [number, number, number, number, number];
  }
}
