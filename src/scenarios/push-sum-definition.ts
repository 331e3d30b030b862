// How scenarios write size estimation by push-sum.

import { INSTANCES_MAX } from "../protocol/push-sum-messages.js";
import { PUSH_SUM_DEFAULTS, PushSumSize } from "../protocol/push-sum-size.js";
import type { PushSumOptions } from "../protocol/push-sum-size.js";
import { defineProtocol } from "./protocol-definition.js";
import { formatDuration } from "./units.js";
import { positiveDuration, wholeNumber } from "./written-values.js";

/** How many nodes there are, by sums that are halved and passed on. */
export const pushSumDefinition = defineProtocol({
  slot: "size",
  name: "push-sum",
  description:
    "Counts the nodes by sums that are halved and passed on. Exact where nobody comes or goes.",
  usesDatagrams: true,
  shape: {
    instances: wholeNumber({ min: 1, max: INSTANCES_MAX })
      .prefault(PUSH_SUM_DEFAULTS.instances)
      .describe("Countings beside each other, whose median counts. 27 bytes each."),
    period: positiveDuration
      .prefault(formatDuration(PUSH_SUM_DEFAULTS.periodMicros))
      .describe("Between two rounds of a node."),
    rounds: wholeNumber({ min: 2, max: 10_000 })
      .prefault(PUSH_SUM_DEFAULTS.roundsPerEpoch)
      .describe("Rounds until all count anew. More mix better."),
  },
  options: (written): PushSumOptions => ({
    instances: written.instances,
    periodMicros: written.period,
    roundsPerEpoch: written.rounds,
  }),
  create: (options) => new PushSumSize(options),
});
