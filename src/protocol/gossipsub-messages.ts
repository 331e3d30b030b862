// What GossipSub nodes say to each other (libp2p specifications, pubsub/gossipsub v1.0 and v1.1). There one envelope
// carries several of these; here each is a message of its own, so that a trace names what was said.

import {
  applicationId,
  boolean,
  bytes,
  defineMessage,
  integer,
  list,
  peer,
} from "../transport/message-type.js";
import type { MessageOf, MessageType } from "../transport/message-type.js";
import { PAYLOAD_BYTES_MAX } from "./node-message.js";

/** Most hops a message can count; a longer way counts as this long. */
export const GOSSIP_HOPS_MAX = 255;

/** Most peers that a prune tells of (GossipSubPrunePeers). */
export const EXCHANGED_PEERS_MAX = 16;

/** Most ids of an announcement, and most that one peer is asked for between two heartbeats (GossipSubMaxIHaveLength). */
export const IDS_MAX = 5_000;

/** Longest back-off that one peer can put on another. */
export const BACKOFF_SECONDS_MAX = 3_600;

/** Asks to be counted among the topic's peers, and says whether the sender takes part in the topic. */
export const Hello = defineMessage("gossipsub/hello", {
  isSubscribed: boolean(),
  isAnswer: boolean(),
});
export type Hello = MessageOf<typeof Hello>;

/** The sender does not count the receiver among its peers: it has no room, or does not know it any more. */
export const Goodbye = defineMessage("gossipsub/goodbye", {});
export type Goodbye = MessageOf<typeof Goodbye>;

/** A message itself. `hops` are those made when it arrives: 1 from its origin. */
export const Published = defineMessage("gossipsub/message", {
  id: applicationId(),
  origin: peer(),
  hops: integer({ min: 1, max: GOSSIP_HOPS_MAX }),
  payload: bytes({ maxBytes: PAYLOAD_BYTES_MAX }),
});
export type Published = MessageOf<typeof Published>;

/** The sender has put the receiver into its mesh. */
export const Graft = defineMessage("gossipsub/graft", {});
export type Graft = MessageOf<typeof Graft>;

/** The sender has the receiver in its mesh no more; for how long not to graft it, and whom to try instead. */
export const Prune = defineMessage("gossipsub/prune", {
  backoffSeconds: integer({ min: 0, max: BACKOFF_SECONDS_MAX }),
  peers: list(peer(), { maxItems: EXCHANGED_PEERS_MAX }),
});
export type Prune = MessageOf<typeof Prune>;

const ids = list(integer({ min: 1 }), { maxItems: IDS_MAX });

/** IHAVE: messages that the sender can give. */
export const Have = defineMessage("gossipsub/have", { ids });
export type Have = MessageOf<typeof Have>;

/** IWANT: messages that the sender lacks, of those that were announced to it. */
export const Want = defineMessage("gossipsub/want", { ids });
export type Want = MessageOf<typeof Want>;

/** All of them. */
export const GOSSIPSUB_MESSAGES: readonly MessageType[] = [
  Hello,
  Goodbye,
  Published,
  Graft,
  Prune,
  Have,
  Want,
];

/** Any of them. */
export type GossipSubMessage = Hello | Goodbye | Published | Graft | Prune | Have | Want;
