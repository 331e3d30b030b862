// What HyParView nodes say to each other (Leitão, Pereira, Rodrigues, DSN 2007, sections 4.2 to 4.4).

import { boolean, defineMessage, integer, list, peer } from "../transport/message-type.js";
import type { MessageOf, MessageType } from "../transport/message-type.js";

/** Most hops a walk can make. */
export const WALK_HOPS_MAX = 64;

/** Most peers in a shuffle: with them its answer fits into a datagram on every path. */
export const SHUFFLED_PEERS_MAX = 13;

/** A newcomer asks its contact to be taken in. */
export const Join = defineMessage("hyparview/join", {});
export type Join = MessageOf<typeof Join>;

/** A newcomer is walked through the overlay to its neighbours to be. */
export const ForwardJoin = defineMessage("hyparview/forward-join", {
  joiner: peer(),
  /** Hops that the walk still has to make. */
  hopsLeft: integer({ min: 0, max: WALK_HOPS_MAX }),
});
export type ForwardJoin = MessageOf<typeof ForwardJoin>;

/** Asks for a link. An urgent request is always granted: whoever has no room drops a neighbour for it. */
export const Neighbour = defineMessage("hyparview/neighbour", { isUrgent: boolean() });
export type Neighbour = MessageOf<typeof Neighbour>;

/** Answers `Neighbour`, and grants a join. */
export const NeighbourAnswer = defineMessage("hyparview/neighbour-answer", {
  isAccepted: boolean(),
});
export type NeighbourAnswer = MessageOf<typeof NeighbourAnswer>;

/** Ends a link between two nodes that both live on. */
export const Unlink = defineMessage("hyparview/unlink", {});
export type Unlink = MessageOf<typeof Unlink>;

/** Peers of both views on a walk, to be swapped for others where it ends. */
export const Shuffle = defineMessage("hyparview/shuffle", {
  origin: peer(),
  hopsLeft: integer({ min: 0, max: WALK_HOPS_MAX }),
  peers: list(peer(), { maxItems: SHUFFLED_PEERS_MAX - 1 }),
});
export type Shuffle = MessageOf<typeof Shuffle>;

/** What the end of the walk gives in return. A datagram: a lost one costs some freshness and nothing else. */
export const ShuffleAnswer = defineMessage("hyparview/shuffle-answer", {
  peers: list(peer(), { maxItems: SHUFFLED_PEERS_MAX }),
});
export type ShuffleAnswer = MessageOf<typeof ShuffleAnswer>;

/** All of them. */
export const HYPARVIEW_MESSAGES: readonly MessageType[] = [
  Join,
  ForwardJoin,
  Neighbour,
  NeighbourAnswer,
  Unlink,
  Shuffle,
  ShuffleAnswer,
];

/** Any of them. */
export type HyParViewMessage =
  Join | ForwardJoin | Neighbour | NeighbourAnswer | Unlink | Shuffle | ShuffleAnswer;
