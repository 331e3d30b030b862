// What a live transport allows and how long it waits. All input is hostile, so that everything has a bound here.

import {
  CONNECT_TIMEOUT_MICROS,
  KEEP_ALIVE_MICROS,
  USER_TIMEOUT_MICROS,
} from "../sim/stream-timing.js";

/** The limits of one transport. */
export interface TcpLimits {
  /** From a dial, or from an incoming connection, until both ends have greeted. */
  readonly handshakeMillis: number;
  /** A frame that has begun ends within this and the time its bytes take at `frameBytesPerSecondMin`. */
  readonly frameMillis: number;
  /** The slowest peer that is waited for within a frame. */
  readonly frameBytesPerSecondMin: number;
  /** What frames that have begun and not ended may take on all connections together. Raising it costs that memory. */
  readonly frameMemoryBytes: number;
  /** After this much silence the other end is asked whether it is there. */
  readonly keepAliveMillis: number;
  /** Silence after that question, or bytes that nobody takes, end the connection after this. */
  readonly userTimeoutMillis: number;
  /** How long the last bytes of a connection that was ended may take to leave. */
  readonly lingerMillis: number;
  /** How long a new connection of a peer waits for the end of its former one to arrive. */
  readonly succeedMillis: number;
  /** Connections that have not greeted yet; one more ends the oldest. Each takes about 50 kB with TLS. */
  readonly pendingMax: number;
  /** Connections of all kinds. */
  readonly connectionsMax: number;
  /** A dial by `send` after a failed one waits about this, then twice as long, up to the greatest. */
  readonly backOffMillisMin: number;
  readonly backOffMillisMax: number;
  /** How long the key of a pair's datagrams is kept after it was last used. */
  readonly datagramKeyMillis: number;
  /** Keys of datagrams held. */
  readonly datagramKeysMax: number;
  /** Datagrams to one peer that wait for a key. */
  readonly datagramsWaitingMax: number;
}

/** Limits that suit a node among hundreds; the times are those of the simulated network. */
export const DEFAULT_TCP_LIMITS: TcpLimits = {
  handshakeMillis: CONNECT_TIMEOUT_MICROS / 1000,
  frameMillis: 10_000,
  frameBytesPerSecondMin: 128 * 1024,
  frameMemoryBytes: 256 * 1024 * 1024,
  keepAliveMillis: (KEEP_ALIVE_MICROS - USER_TIMEOUT_MICROS) / 1000,
  userTimeoutMillis: USER_TIMEOUT_MICROS / 1000,
  lingerMillis: 5000,
  succeedMillis: 1000,
  pendingMax: 256,
  connectionsMax: 4096,
  backOffMillisMin: 100,
  backOffMillisMax: 5000,
  datagramKeyMillis: 600_000,
  datagramKeysMax: 4096,
  datagramsWaitingMax: 16,
};
