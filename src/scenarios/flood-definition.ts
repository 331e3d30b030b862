// How scenarios write flood broadcast.

import { FLOOD_DEFAULTS, FloodBroadcast } from "../protocol/flood-broadcast.js";
import type { FloodOptions } from "../protocol/flood-broadcast.js";
import { defineProtocol } from "./protocol-definition.js";
import { formatDuration } from "./units.js";
import { positiveDuration, wholeNumber } from "./written-values.js";

/** Broadcast to all neighbours. */
export const floodDefinition = defineProtocol({
  slot: "broadcast",
  name: "flood",
  description: "Every node passes a message on to its neighbours the first time it gets it.",
  usesDatagrams: false,
  shape: {
    ttl: wholeNumber({ min: 1, max: 255 })
      .prefault(FLOOD_DEFAULTS.hopsMax)
      .describe("Hops that a message may make."),
    seenMax: wholeNumber({ min: 1, max: 10_000_000 })
      .prefault(FLOOD_DEFAULTS.seenMax)
      .describe("Messages remembered, so that copies are not passed on. About 50 bytes each."),
    seenFor: positiveDuration
      .prefault(formatDuration(FLOOD_DEFAULTS.seenMicrosMax))
      .describe("How long a message is remembered at most."),
    fanout: wholeNumber({ min: 1, max: 1_000 })
      .prefault(FLOOD_DEFAULTS.membersMax)
      .describe("Members sent to where there is no overlay of neighbours."),
  },
  options: ({ ttl, seenMax, seenFor, fanout }): FloodOptions => ({
    hopsMax: ttl,
    seenMax,
    seenMicrosMax: seenFor,
    membersMax: fanout,
  }),
  create: (options) => new FloodBroadcast(options),
});
