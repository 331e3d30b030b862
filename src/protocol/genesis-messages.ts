// What nodes say to each other in genesis discovery. Statements about a member travel as (incarnation,
// status); incarnation 0 and alive says nothing, since every real incarnation is stronger.

import {
  boolean,
  defineMessage,
  integer,
  list,
  optional,
  peer,
  record,
} from "../transport/message-type.js";
import type { MessageOf } from "../transport/message-type.js";
import { INCARNATION_MAX, MemberStatus } from "./member-stamp.js";
import { BUCKET_COUNT } from "./membership-table.js";

/** Members in one message: 50 kB, which a home uplink sends in a fraction of a heartbeat period. */
export const MEMBERS_A_MESSAGE_MAX = 512;

/** Peers told to a joiner or to someone refused. */
export const PEERS_TOLD_MAX = 32;

/** Most hops that news may travel, whatever a node's options say. */
export const NEWS_HOPS_MAX = 64;

const incarnation = () => integer({ min: 0, max: INCARNATION_MAX });
const status = () => integer({ min: MemberStatus.alive, max: MemberStatus.left });
const hash = () => integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
const members = () =>
  list(record({ peer: peer(), incarnation: incarnation(), status: status() }), {
    maxItems: MEMBERS_A_MESSAGE_MAX,
  });

/** Joiner to contact: whom may I ask? Answered by `Member`. */
export const AskMember = defineMessage("genesis/ask-member", {});
/** A member at random, perhaps the sender itself. Null when the sender is no member yet. */
export const Member = defineMessage("genesis/member", { member: optional(peer()) });
export type Member = MessageOf<typeof Member>;

/** Joiner to member: who is next to you? Answered by `Neighbours`. */
export const AskNeighbours = defineMessage("genesis/ask-neighbours", {});
export const Neighbours = defineMessage("genesis/neighbours", {
  peers: list(peer(), { maxItems: PEERS_TOLD_MAX }),
});
export type Neighbours = MessageOf<typeof Neighbours>;

/** Asks for a link. `held…` is what the sender holds the receiver to be. Answered by `Linked`. */
export const Link = defineMessage("genesis/link", {
  isUrgent: boolean(),
  incarnation: incarnation(),
  heldIncarnation: incarnation(),
  heldStatus: status(),
});
export type Link = MessageOf<typeof Link>;
/** Whether the link stands; if not, others to try. */
export const Linked = defineMessage("genesis/linked", {
  accepted: boolean(),
  alternatives: list(peer(), { maxItems: PEERS_TOLD_MAX }),
  incarnation: incarnation(),
  heldIncarnation: incarnation(),
  heldStatus: status(),
});
export type Linked = MessageOf<typeof Linked>;
/** The link no longer stands, or never did. */
export const Unlink = defineMessage("genesis/unlink", {});

/** Joiner to neighbour: whom do you know? Answered by one or more `MemberList`, once the neighbour is active. */
export const AskMembers = defineMessage("genesis/ask-members", {});
export const MemberList = defineMessage("genesis/member-list", {
  members: members(),
  isLast: boolean(),
});
export type MemberList = MessageOf<typeof MemberList>;

/** News that spread from neighbour to neighbour, several at a time. */
export const News = defineMessage("genesis/news", {
  items: list(
    record({
      peer: peer(),
      incarnation: incarnation(),
      status: status(),
      hopsLeft: integer({ min: 0, max: NEWS_HOPS_MAX }),
      isJoin: boolean(),
    }),
    { maxItems: MEMBERS_A_MESSAGE_MAX },
  ),
});
export type News = MessageOf<typeof News>;
export type NewsItem = News["items"][number];

/** A neighbour's whole list in two numbers. Answered by `Buckets` where they differ. */
export const Digest = defineMessage("genesis/digest", {
  memberCount: integer({ min: 0 }),
  hash: hash(),
});
export type Digest = MessageOf<typeof Digest>;
/** One hash for each part of the list. Answered by `Entries` of the parts that differ. */
export const Buckets = defineMessage("genesis/buckets", {
  hashes: list(hash(), { maxItems: BUCKET_COUNT }),
});
export type Buckets = MessageOf<typeof Buckets>;
/** All that the sender knows in some parts of the list. `asks` names the parts it wants back in turn. */
export const Entries = defineMessage("genesis/entries", {
  members: members(),
  asks: list(integer({ min: 0, max: BUCKET_COUNT - 1 }), { maxItems: BUCKET_COUNT }),
});
export type Entries = MessageOf<typeof Entries>;

/** Part of a sample, for part of the receiver's. `isAnswer` ends the exchange. */
export const Shuffle = defineMessage("genesis/shuffle", {
  members: members(),
  wanted: integer({ min: 0, max: MEMBERS_A_MESSAGE_MAX }),
  isAnswer: boolean(),
});
export type Shuffle = MessageOf<typeof Shuffle>;

/** Datagram to a newcomer: the member whose place in the sender's sample it was given. */
export const Handover = defineMessage("genesis/handover", {
  peer: peer(),
  incarnation: incarnation(),
  status: status(),
});
export type Handover = MessageOf<typeof Handover>;

/** Datagram: are you there? Tells what the sender holds the receiver to be, so that it can refute. */
export const Probe = defineMessage("genesis/probe", {
  incarnation: incarnation(),
  heldIncarnation: incarnation(),
  heldStatus: status(),
});
export type Probe = MessageOf<typeof Probe>;
/** Datagram: I am. */
export const ProbeAnswer = defineMessage("genesis/probe-answer", {
  incarnation: incarnation(),
  heldIncarnation: incarnation(),
  heldStatus: status(),
});
export type ProbeAnswer = MessageOf<typeof ProbeAnswer>;

/** What the sender holds the receiver to be, in messages that let it refute. */
export interface Held {
  readonly incarnation: number;
  readonly heldIncarnation: number;
  readonly heldStatus: number;
}

/** Every message of genesis discovery. */
export const GENESIS_MESSAGES = [
  AskMember,
  Member,
  AskNeighbours,
  Neighbours,
  Link,
  Linked,
  Unlink,
  AskMembers,
  MemberList,
  News,
  Digest,
  Buckets,
  Entries,
  Shuffle,
  Handover,
  Probe,
  ProbeAnswer,
] as const;

export type GenesisMessage = MessageOf<(typeof GENESIS_MESSAGES)[number]>;
