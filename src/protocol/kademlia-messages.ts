// What Kademlia nodes say to each other. All of it is datagrams, as in the paper: connections to ever new nodes would cost
// more than the questions. `id` is the operation that a request belongs to, so that a trace follows it.

import {
  applicationId,
  bytes,
  defineMessage,
  integer,
  list,
  peer,
} from "../transport/message-type.js";
import type { MessageOf, MessageType } from "../transport/message-type.js";
import { VALUE_BYTES_MAX, keyField as key, storedFields } from "./keyed-overlay.js";

/** Most contacts of one datagram: so many fit on every path. A longer answer takes several. */
export const CONTACTS_MAX = 13;

/** Most datagrams of an answer, so that k is at most `CONTACTS_MAX` times this. */
export const PARTS_MAX = 10;

/** Whether somebody is there. */
export const Ping = defineMessage("kademlia/ping", { id: applicationId() });
export type Ping = MessageOf<typeof Ping>;

/** The answer to a ping, and to a value that is kept from now on. */
export const Pong = defineMessage("kademlia/pong", { id: applicationId() });
export type Pong = MessageOf<typeof Pong>;

/** Asks for the contacts nearest to a key. */
export const FindNode = defineMessage("kademlia/find-node", { id: applicationId(), key });
export type FindNode = MessageOf<typeof FindNode>;

/** Asks for the value under a key, or else for the contacts nearest to it. */
export const FindValue = defineMessage("kademlia/find-value", { id: applicationId(), key });
export type FindValue = MessageOf<typeof FindValue>;

/** A part of the contacts nearest to a key: `part` of 0 to `parts` − 1. */
export const Nodes = defineMessage("kademlia/nodes", {
  id: applicationId(),
  part: integer({ max: PARTS_MAX - 1 }),
  parts: integer({ min: 1, max: PARTS_MAX }),
  peers: list(peer(), { maxItems: CONTACTS_MAX }),
});
export type Nodes = MessageOf<typeof Nodes>;

/** The value under a key. */
export const Value = defineMessage("kademlia/value", {
  id: applicationId(),
  value: bytes({ maxBytes: VALUE_BYTES_MAX }),
});
export type Value = MessageOf<typeof Value>;

/** Asks to keep a value. */
export const Store = defineMessage("kademlia/store", { id: applicationId(), ...storedFields });
export type Store = MessageOf<typeof Store>;

/** All of them. */
export const KADEMLIA_MESSAGES: readonly MessageType[] = [
  Ping,
  Pong,
  FindNode,
  FindValue,
  Nodes,
  Value,
  Store,
];

/** Any of them. */
export type KademliaMessage = Ping | Pong | FindNode | FindValue | Nodes | Value | Store;
