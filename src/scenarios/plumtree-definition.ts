// How scenarios write Plumtree.

import { PLUMTREE_DEFAULTS, PlumtreeBroadcast } from "../protocol/plumtree-broadcast.js";
import type { PlumtreeOptions } from "../protocol/plumtree-broadcast.js";
import { defineProtocol } from "./protocol-definition.js";
import { formatDuration } from "./units.js";
import { positiveDuration, size, wholeNumber } from "./written-values.js";

const counted = wholeNumber({ min: 1, max: 10_000_000 });

/** Broadcast along a tree. */
export const plumtreeDefinition = defineProtocol({
  slot: "broadcast",
  name: "plumtree",
  description: "Messages go along a tree of the neighbours' links, their ids over all others.",
  usesDatagrams: false,
  shape: {
    graft: positiveDuration
      .prefault(formatDuration(PLUMTREE_DEFAULTS.graftMicros))
      .describe("How long an announced message is waited for. Longer than the tree takes."),
    regraft: positiveDuration
      .prefault(formatDuration(PLUMTREE_DEFAULTS.regraftMicros))
      .describe("How long the one asked for it may take, before the next is."),
    optimize: wholeNumber({ min: 0, max: 1_000 })
      .prefault(PLUMTREE_DEFAULTS.optimizeHops)
      .describe("Hops that a way must be shorter by to replace a link of the tree; 0 for never."),
    seenMax: counted
      .prefault(PLUMTREE_DEFAULTS.seenMax)
      .describe("Messages remembered. About 50 bytes each."),
    seenFor: positiveDuration
      .prefault(formatDuration(PLUMTREE_DEFAULTS.seenMicrosMax))
      .describe("How long a message is remembered at most."),
    keptMax: counted
      .prefault(PLUMTREE_DEFAULTS.keptMax)
      .describe("Payloads kept for those who missed them."),
    keptBytesMax: size.prefault("4MiB").describe("Their bytes. More mend longer gaps."),
  },
  options: (written): PlumtreeOptions => ({
    graftMicros: written.graft,
    regraftMicros: written.regraft,
    optimizeHops: written.optimize,
    seenMax: written.seenMax,
    seenMicrosMax: written.seenFor,
    keptMax: written.keptMax,
    keptBytesMax: written.keptBytesMax,
  }),
  check: ({ keptMax, seenMax }) =>
    keptMax <= seenMax
      ? null
      : {
          option: "keptMax",
          message: `${keptMax} is above seenMax, ${seenMax}`,
          expected: "payloads only of messages that are remembered",
          remedy: "lower keptMax, or raise seenMax",
        },
  create: (options) => new PlumtreeBroadcast(options),
});
