// What SWIM nodes say to each other (Das, Gupta, Motivala, DSN 2002, sections 3.1 and 4.1). Probes, their answers and
// news are datagrams, so that loss is loss; whole lists go over a connection.

import { boolean, defineMessage, integer, list, peer, record } from "../transport/message-type.js";
import type { MessageOf, MessageType } from "../transport/message-type.js";
import type { Peer } from "../transport/peer.js";
import { INCARNATION_MAX, MemberStatus } from "./member-stamp.js";

/** Most news in a datagram: with them the longest message stays below 1,200 bytes. */
export const NEWS_A_MESSAGE_MAX = 10;

/** Members in one message of a list: 51 kB. Longer lists take several. */
export const MEMBERS_A_SYNC_MAX = 512;

/** The first digits of an id that tell accusers apart: 48 bits of what is a hash. */
const ACCUSER_DIGITS = 12;
const ACCUSER_MAX = 0xffff_ffff_ffff;

/** Who says it, short: confirmations of a suspicion are counted by it and nothing else. */
export function accuserOf({ id }: Peer): number {
  return Number.parseInt(id.slice(0, ACCUSER_DIGITS).padEnd(1, "0"), 16);
}

/** A statement about a member. `accuser` is who first made it, of a suspicion; else 0. */
export interface NewsItem {
  readonly peer: Peer;
  readonly incarnation: number;
  readonly status: number;
  readonly accuser: number;
}

const number = () => integer({ min: 0, max: 0xffff_ffff });
const incarnation = () => integer({ min: 0, max: INCARNATION_MAX });
const item = () =>
  record({
    peer: peer(),
    incarnation: incarnation(),
    status: integer({ min: MemberStatus.alive, max: MemberStatus.left }),
    accuser: integer({ min: 0, max: ACCUSER_MAX }),
  });
const news = () => list(item(), { maxItems: NEWS_A_MESSAGE_MAX });

/** Are you there? `number` is the sender's, and comes back. */
export const Ping = defineMessage("swim/ping", {
  number: number(),
  incarnation: incarnation(),
  news: news(),
});
export type Ping = MessageOf<typeof Ping>;

/** I am. */
export const Ack = defineMessage("swim/ack", {
  number: number(),
  incarnation: incarnation(),
  news: news(),
});
export type Ack = MessageOf<typeof Ack>;

/** Asks a helper to probe somebody (`ping-req`), and with `wantsNack` to say so when there is no answer. */
export const PingRequest = defineMessage("swim/ping-request", {
  number: number(),
  target: peer(),
  wantsNack: boolean(),
  news: news(),
});
export type PingRequest = MessageOf<typeof PingRequest>;

/** A helper has got the target's answer. */
export const RelayedAck = defineMessage("swim/relayed-ack", {
  number: number(),
  incarnation: incarnation(),
  news: news(),
});
export type RelayedAck = MessageOf<typeof RelayedAck>;

/** A helper has got none, and is itself well: Lifeguard's `nack`. */
export const Nack = defineMessage("swim/nack", { number: number() });
export type Nack = MessageOf<typeof Nack>;

/** News that could not wait for a probe. */
export const Gossip = defineMessage("swim/gossip", { news: news() });
export type Gossip = MessageOf<typeof Gossip>;

/** A part of the sender's list, and whether the receiver's is wanted. */
export const Sync = defineMessage("swim/sync", {
  wantsAnswer: boolean(),
  members: list(item(), { maxItems: MEMBERS_A_SYNC_MAX }),
});
export type Sync = MessageOf<typeof Sync>;

/** All of them. */
export const SWIM_MESSAGES: readonly MessageType[] = [
  Ping,
  Ack,
  PingRequest,
  RelayedAck,
  Nack,
  Gossip,
  Sync,
];

/** Any of them. */
export type SwimMessage = Ping | Ack | PingRequest | RelayedAck | Nack | Gossip | Sync;
