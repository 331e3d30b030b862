// What Vivaldi nodes say to each other, by datagram: a lost measurement is one measurement less.

import { defineMessage, float, integer, list } from "../transport/message-type.js";
import type { MessageOf, MessageType } from "../transport/message-type.js";

/** Most dimensions of a space. */
export const DIMENSIONS_MAX = 16;
/** Measurements of a node are numbered below this, and then from 0 again. */
export const MEASUREMENT_NUMBERS = 2 ** 32;

const number = integer({ min: 0, max: MEASUREMENT_NUMBERS - 1 });

/** Asks for an answer at once: the time it takes is the measurement. */
export const Ping = defineMessage("vivaldi/ping", { number });
export type Ping = MessageOf<typeof Ping>;

/** The answer, with where the answerer is. */
export const Pong = defineMessage("vivaldi/pong", {
  number,
  vector: list(float(), { maxItems: DIMENSIONS_MAX }),
  height: float(),
  adjustment: float(),
  error: float(),
});
export type Pong = MessageOf<typeof Pong>;

/** All of them. */
export const VIVALDI_MESSAGES: readonly MessageType[] = [Ping, Pong];

/** Any of them. */
export type VivaldiMessage = Ping | Pong;
