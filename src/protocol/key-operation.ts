// What an application asks of a structured overlay, and what comes of it.

import type { Peer } from "../transport/peer.js";

/** What a node can ask of the overlay. */
export type KeyOperation = "lookup" | "put" | "get";

/** An operation on a key that begins. */
export interface KeyQuestion {
  readonly operation: KeyOperation;
  /** A fresh application id. */
  readonly id: number;
  /** 64 hexadecimal digits. */
  readonly key: string;
  /** What is put; null for the other operations. */
  readonly value: Uint8Array | null;
}

/** What came of an operation. */
export interface KeyOutcome {
  readonly operation: KeyOperation;
  /** What `lookup`, `put` or `get` answered. */
  readonly id: number;
  /** 64 hexadecimal digits. */
  readonly key: string;
  /**
   * A lookup has succeeded when somebody answered, a put when somebody keeps the value, a get when there is a value. Whether
   * those found are the right ones is not known to any node.
   */
  readonly isSuccess: boolean;
  /** Who is responsible as far as this node found out, nearest first; itself on a ring only. */
  readonly closest: readonly Peer[];
  /** For a get that found one, and for a put. */
  readonly value: Uint8Array | null;
  /** How many nodes one after the other led to the nearest: 1 for one that this node knew, 0 for none. */
  readonly depth: number;
  /** Requests that were sent, those of storing among them. */
  readonly requests: number;
  /** Requests that were not answered in time. */
  readonly timeouts: number;
}
