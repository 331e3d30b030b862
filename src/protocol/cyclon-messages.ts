// What Cyclon nodes say to each other. All of it is datagrams: an exchange that is lost costs one entry, which the
// protocol replaces anyway, and connections to ever new peers would cost more than the exchanges.

import { defineMessage, integer, list, peer, record } from "../transport/message-type.js";
import type { MessageOf, MessageType } from "../transport/message-type.js";

/** Most entries of a shuffle: so many fit into a datagram on every path. */
export const SHUFFLE_ENTRIES_MAX = 12;

/** Longest walk of a newcomer. */
export const JOIN_HOPS_MAX = 64;

/** Numbers of exchanges and ages go no further. */
const COUNT_MAX = 0xffff_ffff;

const entries = list(record({ peer: peer(), age: integer({ min: 0, max: COUNT_MAX }) }), {
  maxItems: SHUFFLE_ENTRIES_MAX,
});

/** Begins an exchange: the sender's own fresh entry, and others that it gives away. */
export const Shuffle = defineMessage("cyclon/shuffle", {
  number: integer({ min: 0, max: COUNT_MAX }),
  entries,
});
export type Shuffle = MessageOf<typeof Shuffle>;

/** What is given in return. */
export const ShuffleAnswer = defineMessage("cyclon/shuffle-answer", {
  number: integer({ min: 0, max: COUNT_MAX }),
  entries,
});
export type ShuffleAnswer = MessageOf<typeof ShuffleAnswer>;

/** A newcomer asks its contact for a place. */
export const Join = defineMessage("cyclon/join", {});
export type Join = MessageOf<typeof Join>;

/** A newcomer is walked through the overlay; where the walk ends it takes the place of an entry. */
export const Walk = defineMessage("cyclon/walk", {
  joiner: peer(),
  hopsLeft: integer({ min: 0, max: JOIN_HOPS_MAX }),
});
export type Walk = MessageOf<typeof Walk>;

/** The entry whose place the newcomer took: its first ones. */
export const Welcome = defineMessage("cyclon/welcome", {
  peer: peer(),
  age: integer({ min: 0, max: COUNT_MAX }),
});
export type Welcome = MessageOf<typeof Welcome>;

/** All of them. */
export const CYCLON_MESSAGES: readonly MessageType[] = [
  Shuffle,
  ShuffleAnswer,
  Join,
  Walk,
  Welcome,
];

/** Any of them. */
export type CyclonMessage = Shuffle | ShuffleAnswer | Join | Walk | Welcome;
