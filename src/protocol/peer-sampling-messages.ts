// What nodes of the peer sampling service say to each other. Over connections: half a view of thirty peers is more
// than a datagram carries, and a refused connection tells at once that a peer is gone.

import { boolean, defineMessage, integer, list, peer, record } from "../transport/message-type.js";
import type { MessageOf, MessageType } from "../transport/message-type.js";

/** Largest view, and with it the largest message: half of it and the sender. */
export const SAMPLING_VIEW_MAX = 200;

/** Most entries of one message. */
export const SAMPLING_ENTRIES_MAX = SAMPLING_VIEW_MAX / 2;

/** Numbers of exchanges and ages go no further. */
const COUNT_MAX = 0xffff_ffff;

const entries = list(record({ peer: peer(), age: integer({ min: 0, max: COUNT_MAX }) }), {
  maxItems: SAMPLING_ENTRIES_MAX,
});

/** Begins an exchange. */
export const Push = defineMessage("sampling/push", {
  number: integer({ min: 0, max: COUNT_MAX }),
  /** Whether the receiver sends as many back. */
  wantsAnswer: boolean(),
  entries,
});
export type Push = MessageOf<typeof Push>;

/** The other half of an exchange. */
export const Answer = defineMessage("sampling/answer", {
  number: integer({ min: 0, max: COUNT_MAX }),
  entries,
});
export type Answer = MessageOf<typeof Answer>;

/** All of them. */
export const SAMPLING_MESSAGES: readonly MessageType[] = [Push, Answer];

/** Either of them. */
export type SamplingMessage = Push | Answer;
