// How scenarios write Cyclon.

import { CYCLON_DEFAULTS, CyclonDiscovery } from "../protocol/cyclon-discovery.js";
import type { CyclonOptions } from "../protocol/cyclon-discovery.js";
import { JOIN_HOPS_MAX, SHUFFLE_ENTRIES_MAX } from "../protocol/cyclon-messages.js";
import { defineProtocol } from "./protocol-definition.js";
import { formatDuration } from "./units.js";
import { positiveDuration, wholeNumber } from "./written-values.js";

/** Discovery by shuffling. */
export const cyclonDefinition = defineProtocol({
  slot: "discovery",
  name: "cyclon",
  description: "Every node knows a few others, and swaps some with the one known for longest.",
  usesDatagrams: true,
  shape: {
    view: wholeNumber({ min: 1, max: 1_000 })
      .prefault(CYCLON_DEFAULTS.viewSize)
      .describe("Entries that a node keeps (c). About 150 bytes each."),
    shuffle: wholeNumber({ min: 1, max: SHUFFLE_ENTRIES_MAX })
      .prefault(CYCLON_DEFAULTS.shuffleLength)
      .describe("Entries of an exchange (l). 85 bytes each way; more mix sooner."),
    period: positiveDuration
      .prefault(formatDuration(CYCLON_DEFAULTS.periodMicros))
      .describe("Between two exchanges. Longer saves datagrams, keeps the dead in views longer."),
    answer: positiveDuration
      .prefault(formatDuration(CYCLON_DEFAULTS.answerMicros))
      .describe("How long an answer may take before the peer is taken for dead."),
    joinHops: wholeNumber({ min: 0, max: JOIN_HOPS_MAX })
      .prefault(CYCLON_DEFAULTS.joinHops)
      .describe("Hops of a newcomer's walks."),
  },
  options: (written): Omit<CyclonOptions, "contacts" | "startPeers"> => ({
    viewSize: written.view,
    shuffleLength: written.shuffle,
    periodMicros: written.period,
    answerMicros: written.answer,
    joinHops: written.joinHops,
  }),
  overlays: ({ viewSize, periodMicros }) => [
    { overlay: "members", membership: "partial", viewSize, isSymmetric: false, periodMicros },
  ],
  check: ({ viewSize, shuffleLength, periodMicros, answerMicros }) => {
    if (shuffleLength > viewSize) {
      return {
        option: "shuffle",
        message: `${shuffleLength} is above view, ${viewSize}`,
        expected: "at most the entries there are",
        remedy: "lower shuffle, or raise view",
      };
    }
    if (answerMicros < periodMicros) return null;
    return {
      option: "answer",
      message: `${formatDuration(answerMicros)} is not below period, ${formatDuration(periodMicros)}`,
      expected: "one exchange over before the next begins",
      remedy: "lower answer, or raise period",
    };
  },
  create: (options, { contacts, startPeers }) =>
    new CyclonDiscovery({ ...options, contacts, startPeers }),
});
