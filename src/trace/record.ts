// What happened, one row at a time. A row belongs to the node where it happens and carries the key of
// the event during which it was written and the key of the event that caused that event.

/** The kinds of record. Those from `log` on are looked at only: they are never part of the digest. */
export const RecordKind = {
  /** A message left: to whom, how large, and whether the network let it pass. */
  sent: 1,
  /** A message arrived and was handed to its receiver. */
  delivered: 2,
  /** A message was given up, with the reason, at the node where that became known. */
  dropped: 3,
  /** A connection changed its state. */
  connection: 4,
  /** A node changed its own status (`joining`, `active`, `leaving`, `left`, `crashed`). */
  status: 5,
  /** A node changed its belief about a peer (`alive`, `suspect`, `dead`). */
  belief: 6,
  /** A peer entered or left a node's view of a named overlay. */
  view: 7,
  /** An application message was started by this node, or reached it for the first time. */
  broadcast: 8,
  /** The scenario did something. Belongs to the world unless one node did it. */
  action: 9,
  /** Something was done to a node or to the network: a crash, a pause, a partition, their opposites. */
  fault: 10,
  /** A protocol measured something. */
  observation: 11,
  /** A line of a protocol's log. */
  log: 12,
  /** A protocol decided not to do something, and why. */
  decided: 13,
  /** The fields of a message, beside its `sent` record. */
  content: 14,
  /** An application asked for something under a key at this node, or learned what came of it. */
  lookup: 15,
} as const;

export type RecordKind = (typeof RecordKind)[keyof typeof RecordKind];

/** Number of the largest record kind, for tables indexed by kind. */
export const RECORD_KIND_MAX = 15;

/** The last kind that the digest covers. */
export const DIGESTED_KIND_MAX = RecordKind.observation;

/** Node index of records that belong to no node: scenario actions, faults of the network. */
export const WORLD = -1;

/** No peer, where a record's `peer` says nothing. */
export const NO_PEER = -1;

/** How a message travels. */
export const Channel = { none: 0, stream: 1, datagram: 2 } as const;
export type Channel = (typeof Channel)[keyof typeof Channel];

/**
 * One row, reused for every record of a run: a sink copies what it keeps. Which fields a kind has is in
 * `RECORD_FIELDS`; the others hold whatever an earlier row left there.
 */
export class RunRecord {
  kind: RecordKind = RecordKind.sent;
  /** Index of the node it happened at, or `WORLD`. */
  node: number = WORLD;

  /** Key of the event during which it happened: virtual microseconds, origin, the origin's counter. */
  timeMicros = 0;
  origin = 0;
  counter = 0;
  /** Key of the event that scheduled that event. */
  causeTimeMicros = 0;
  causeOrigin = 0;
  causeCounter = 0;

  /** Index of the other node, or `NO_PEER`. */
  peer: number = NO_PEER;
  channel: Channel = Channel.none;
  /** Name: message type, connection state, status, overlay, action, fault, observation, log level. */
  name = 0;
  /** Name of why it was lost, closed, decided; `NO_NAME` for a message that passed. */
  reason = 0;
  /** Bytes of a message as encoded, without headers. */
  bytes = 0;
  /** Number of the message on its link and direction (signed for datagrams); incarnation; epoch; hops; nodes concerned; 1 for add. */
  number = 0;
  /** The application message id that travels across hops, or 0. */
  application = 0;
  /** What was observed. */
  value = 0;
  /** 64-bit hash of a message's canonical fields, in two signed halves: small numbers, which are never boxed. */
  contentHigh = 0;
  contentLow = 0;
  /** Text of a log line or JSON of a message's fields. Trace only. */
  text = "";
}

/** The fields of a row beyond its key, by kind, in the order in which they are digested and written. */
export type RecordField =
  | "peer"
  | "channel"
  | "name"
  | "reason"
  | "bytes"
  | "number"
  | "application"
  | "value"
  | "content"
  | "text";

/** The one table that says what each kind of record holds; writers, readers and the digest follow it. */
export const RECORD_FIELDS: Readonly<Record<RecordKind, readonly RecordField[]>> = {
  [RecordKind.sent]: [
    "name",
    "channel",
    "peer",
    "bytes",
    "number",
    "reason",
    "application",
    "content",
  ],
  [RecordKind.delivered]: ["name", "channel", "peer", "bytes", "number", "application"],
  [RecordKind.dropped]: ["name", "channel", "peer", "bytes", "number", "reason", "application"],
  [RecordKind.connection]: ["name", "peer", "number", "reason"],
  [RecordKind.status]: ["name", "number"],
  [RecordKind.belief]: ["name", "peer", "number"],
  [RecordKind.view]: ["name", "peer", "number"],
  [RecordKind.broadcast]: ["name", "peer", "bytes", "number", "application"],
  [RecordKind.action]: ["name", "peer", "number", "application"],
  [RecordKind.fault]: ["name", "peer", "number"],
  [RecordKind.observation]: ["name", "value"],
  [RecordKind.log]: ["name", "reason", "text"],
  [RecordKind.decided]: ["name", "reason", "application"],
  [RecordKind.content]: ["name", "peer", "number", "text"],
  [RecordKind.lookup]: [
    "name",
    "reason",
    "peer",
    "bytes",
    "number",
    "application",
    "value",
    "text",
  ],
};

/** The word for a kind of record, as traces print it. */
export const RECORD_KIND_NAMES: readonly string[] = Object.entries(RecordKind).reduce<string[]>(
  (names, [name, kind]) => {
    names[kind] = name;
    return names;
  },
  ["none"],
);

/** A consumer of records: the digest, a trace writer, a checker. */
export interface RecordSink {
  /** The kinds it wants. A kind that nobody wants is not even filled in, unless it is digested. */
  readonly kinds: readonly RecordKind[];
  /** Called in execution order, synchronously. `record` is reused by the next call. */
  accept(record: RunRecord): void;
}
