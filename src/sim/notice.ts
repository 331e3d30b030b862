// What a node's process is told outside the delivery of a message: always from an event of its own, never from
// inside one of the node's calls.

/** Something that a node is told of its connections or its transport. */
export interface Notice {
  readonly what: "connected" | "disconnected" | "drain" | "closed";
  /** Index of the peer; -1 for `closed`. */
  readonly peer: number;
  /** Number of the connection, for `connected` and `drain`; 0 otherwise. */
  readonly epoch: number;
  /** Why, for `disconnected`; the empty string otherwise. */
  readonly reason: string;
}
