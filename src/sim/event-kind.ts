// The kinds of events. Small numbers in the event's row; below 16, since two flags stand above them.

export const EventKind = {
  /** Something that looks at the whole network: a scenario action, an injected fault. Payload: what. */
  world: 1,
  /** A node's timer. First: boot of the process that set it. Payload: kind, or kind and argument. */
  timer: 2,
  /** A datagram arrives. First: its number; second: bytes; third: type; wide: application id. */
  datagram: 3,
  /** A message arrives over a connection. First: epoch; second: bytes; third: type; wide: application id. */
  streamMessage: 4,
  /** A dial reaches the node. First: epoch; second: round trip in µs. */
  streamOpen: 5,
  /** A dial was accepted. First: epoch; second: round trip in µs; wide: when the acceptor is ready. */
  streamAccepted: 6,
  /** The acceptor's side of a connection is ready. First: epoch. */
  streamReady: 7,
  /** The other end of a connection is gone. First: epoch; payload: reason. */
  streamClosed: 8,
  /** An unacknowledged message or dial is tried again. First: epoch. */
  streamRetry: 9,
  /** A silent connection is examined. First: epoch. */
  streamKeepAlive: 10,
  /** A keep-alive probe reaches the node. First: epoch. */
  streamProbe: 11,
  /** A queue of the node may have fallen below the limit. First: epoch. */
  streamDrain: 12,
  /** The node is told what it brought about itself. First: boot; payload: what. */
  notice: 13,
  /** A message of a node to itself. First: boot; second: bytes; third: type; wide: application id. */
  selfMessage: 14,
} as const;

/** Set on the kind of an arrival that has passed the target's downlink. */
export const PAST_DOWNLINK = 16;
/** Set on the kind of an arrival that has waited for the target's processor. */
export const PAST_PROCESSOR = 32;
/** The kind without its flags. */
export const KIND_MASK = 15;
