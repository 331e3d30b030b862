// What push-sum nodes say to each other, by datagram. What is lost takes its part of the sum and of the weight along: once
// both have spread that leaves their ratio as it is, and a connection for each share would cost more than the shares.

import { defineMessage, float, integer, list, record } from "../transport/message-type.js";
import type { MessageOf } from "../transport/message-type.js";
import { EPOCH_MAX } from "./size-estimator.js";

/** Most countings that run beside each other. */
export const INSTANCES_MAX = 32;
/** Countings are told apart by a random number below this. */
export const INSTANCE_NUMBERS = 2 ** 48;

/** Half of what the sender had of each counting. */
export const Share = defineMessage("push-sum/share", {
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
