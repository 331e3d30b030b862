// What push-sum nodes say to each other, by datagram: a connection for each share would cost more than the shares. A share
// that is not acknowledged is taken back, since those sent to members that are gone would take the weight along.

import { defineMessage, float, integer, list, record } from "../transport/message-type.js";
import type { MessageOf, MessageType } from "../transport/message-type.js";
import { EPOCH_MAX } from "./size-estimator.js";

/** Most countings that run beside each other. */
export const INSTANCES_MAX = 32;
/** Countings are told apart by a random number below this. */
export const INSTANCE_NUMBERS = 2 ** 48;

/** Shares of a node are numbered below this, and then from 0 again. */
export const SHARE_NUMBERS = 2 ** 32;
const NUMBER_MAX = SHARE_NUMBERS - 1;

/** Half of what the sender had of each counting. */
export const Share = defineMessage("push-sum/share", {
  number: integer({ min: 0, max: NUMBER_MAX }),
  epoch: integer({ min: 0, max: EPOCH_MAX }),
  halves: list(
    record({
      instance: integer({ min: 0, max: INSTANCE_NUMBERS - 1 }),
      sum: float(),
      weight: float(),
    }),
    { maxItems: INSTANCES_MAX },
  ),
});
export type Share = MessageOf<typeof Share>;

/** The share of this number has come. */
export const Taken = defineMessage("push-sum/taken", {
  number: integer({ min: 0, max: NUMBER_MAX }),
});
export type Taken = MessageOf<typeof Taken>;

/** All of them. */
export const PUSH_SUM_MESSAGES: readonly MessageType[] = [Share, Taken];

/** Any of them. */
export type PushSumMessage = Share | Taken;
