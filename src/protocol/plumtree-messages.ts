// What Plumtree nodes say to each other (Leitão, Pereira, Rodrigues, SRDS 2007, algorithms 1 and 2).

import { applicationId, bytes, defineMessage, integer } from "../transport/message-type.js";
import type { MessageOf, MessageType } from "../transport/message-type.js";
import { PAYLOAD_BYTES_MAX } from "./node-message.js";

/** Most hops a message can count; a longer way counts as this long. */
export const ROUND_MAX = 0xffff;

const round = integer({ min: 0, max: ROUND_MAX });

/** A message itself, pushed along the tree. `round` is the hops made when it arrives. */
export const Gossip = defineMessage("plumtree/gossip", {
  id: applicationId(),
  round,
  payload: bytes({ maxBytes: PAYLOAD_BYTES_MAX }),
});
export type Gossip = MessageOf<typeof Gossip>;

/** Announces a message over a link that is not in the tree. `round` is that of a gossip sent instead. */
export const Have = defineMessage("plumtree/have", { id: applicationId(), round });
export type Have = MessageOf<typeof Have>;

/** Takes the link into the tree; `wants` a message that was announced, or only the link. */
export const Graft = defineMessage("plumtree/graft", { id: applicationId() });
export type Graft = MessageOf<typeof Graft>;

/** Takes the link into the tree, for the messages to come. */
export const GraftLink = defineMessage("plumtree/graft-link", {});
export type GraftLink = MessageOf<typeof GraftLink>;

/** Takes the link out of the tree: what came over it was known. */
export const Prune = defineMessage("plumtree/prune", {});
export type Prune = MessageOf<typeof Prune>;

/** All of them. */
export const PLUMTREE_MESSAGES: readonly MessageType[] = [Gossip, Have, Graft, GraftLink, Prune];

/** Any of them. */
export type PlumtreeMessage = Gossip | Have | Graft | GraftLink | Prune;
