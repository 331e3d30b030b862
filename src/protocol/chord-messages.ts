// What Chord nodes say to each other. All of it is datagrams: connections to ever new nodes would cost more than the
// questions. `id` is the operation that a message belongs to, so that a trace follows it.

import {
  applicationId,
  bytes,
  defineMessage,
  integer,
  list,
  optional,
  peer,
} from "../transport/message-type.js";
import type { MessageOf, MessageType } from "../transport/message-type.js";
import { VALUE_BYTES_MAX, keyField as key, storedFields } from "./keyed-overlay.js";

/** Most peers of one datagram beside another: so many fit on every path. */
export const RING_PEERS_MAX = 11;

/** Of these, most before a key and most after it. */
export const BEFORE_MAX = 5;
export const AFTER_MAX = 8;

/** Most successors that a node tells of, in several datagrams. */
export const SUCCESSORS_MAX = 64;

/** Longest way of a recursive lookup. */
export const HOPS_MAX = 128;

/** Numbers of time-outs go no further. */
export const TIMEOUTS_MAX = 0xffff;

const peers = list(peer(), { maxItems: RING_PEERS_MAX });

/** Whether somebody is there. */
export const Ping = defineMessage("chord/ping", { id: applicationId() });
export type Ping = MessageOf<typeof Ping>;

/** The answer to a ping, and to a value that is kept or a lookup that is passed on from now on. */
export const Pong = defineMessage("chord/pong", { id: applicationId() });
export type Pong = MessageOf<typeof Pong>;

/** Asks who comes next on the way to a key. */
export const Find = defineMessage("chord/find", { id: applicationId(), key });
export type Find = MessageOf<typeof Find>;

/**
 * Nodes before the key, the nearest to it first, and successors of the sender at or after it. Without any before it the
 * first of those after it is responsible; with some it is where all of those turn out to be dead.
 */
export const Found = defineMessage("chord/found", {
  id: applicationId(),
  before: list(peer(), { maxItems: BEFORE_MAX }),
  after: list(peer(), { maxItems: AFTER_MAX }),
});
export type Found = MessageOf<typeof Found>;

/** A lookup that goes on by itself, and tells the node that began it where it has come. */
export const Route = defineMessage("chord/route", {
  id: applicationId(),
  key,
  origin: peer(),
  hops: integer({ max: HOPS_MAX }),
  timeouts: integer({ max: TIMEOUTS_MAX }),
});
export type Route = MessageOf<typeof Route>;

/** Where it has come: the first of these is responsible for the key. */
export const Arrived = defineMessage("chord/arrived", {
  id: applicationId(),
  hops: integer({ max: HOPS_MAX }),
  timeouts: integer({ max: TIMEOUTS_MAX }),
  peers,
});
export type Arrived = MessageOf<typeof Arrived>;

/** Asks a successor whom it knows beside itself. */
export const AskNeighbours = defineMessage("chord/ask-neighbours", { id: applicationId() });
export type AskNeighbours = MessageOf<typeof AskNeighbours>;

/** A node's predecessor, and its successors from the `from`th on. */
export const Neighbours = defineMessage("chord/neighbours", {
  id: applicationId(),
  predecessor: optional(peer()),
  from: integer({ max: SUCCESSORS_MAX }),
  peers,
});
export type Neighbours = MessageOf<typeof Neighbours>;

/** The sender takes itself for the receiver's predecessor. */
export const Notify = defineMessage("chord/notify", {});
export type Notify = MessageOf<typeof Notify>;

/** Asks to keep a value. */
export const Store = defineMessage("chord/store", { id: applicationId(), ...storedFields });
export type Store = MessageOf<typeof Store>;

/** Asks for the value under a key. */
export const Fetch = defineMessage("chord/fetch", { id: applicationId(), key });
export type Fetch = MessageOf<typeof Fetch>;

/** The value, or null where there is none. */
export const Value = defineMessage("chord/value", {
  id: applicationId(),
  value: optional(bytes({ maxBytes: VALUE_BYTES_MAX })),
});
export type Value = MessageOf<typeof Value>;

/** All of them. */
export const CHORD_MESSAGES: readonly MessageType[] = [
  Ping,
  Pong,
  Find,
  Found,
  Route,
  Arrived,
  AskNeighbours,
  Neighbours,
  Notify,
  Store,
  Fetch,
  Value,
];

/** Any of them. */
export type ChordMessage =
  | Ping
  | Pong
  | Find
  | Found
  | Route
  | Arrived
  | AskNeighbours
  | Neighbours
  | Notify
  | Store
  | Fetch
  | Value;
