// How scenarios write Chord.

import * as z from "zod";
import { ChordDiscovery } from "../protocol/chord-discovery.js";
import { AFTER_MAX, SUCCESSORS_MAX } from "../protocol/chord-messages.js";
import { CHORD_DEFAULTS } from "../protocol/chord-options.js";
import type { ChordOptions } from "../protocol/chord-options.js";
import { defineProtocol } from "./protocol-definition.js";
import { formatDuration } from "./units.js";
import { duration, positiveDuration, wholeNumber } from "./written-values.js";

/** Discovery on a ring. */
export const chordDefinition = defineProtocol({
  slot: "discovery",
  name: "chord",
  description: "A ring of ids: a key belongs to the first node at or after it.",
  usesDatagrams: true,
  keyDistance: "clockwise",
  shape: {
    successors: wholeNumber({ min: 1, max: SUCCESSORS_MAX })
      .prefault(CHORD_DEFAULTS.successorCount)
      .describe("Nodes that follow and are known. More survive more crashes in a row."),
    period: duration
      .prefault(formatDuration(CHORD_DEFAULTS.periodMicros))
      .describe("Between two rounds of upkeep; 0s for none. Longer saves messages."),
    answer: positiveDuration
      .prefault(formatDuration(CHORD_DEFAULTS.answerMicros))
      .describe("How long an answer may take."),
    routing: z
      .enum(["iterative", "recursive"])
      .prefault(CHORD_DEFAULTS.routing)
      .describe("Whether who looks up asks each node on the way, or each passes it on."),
    replicas: wholeNumber({ min: 1, max: AFTER_MAX })
      .prefault(CHORD_DEFAULTS.replicas)
      .describe("Nodes that keep a value: the responsible one and those that follow it."),
    expire: positiveDuration
      .prefault(formatDuration(CHORD_DEFAULTS.expireMicros))
      .describe("How long a value lasts after it was put last."),
    valuesMax: wholeNumber({ min: 1, max: 1_000_000 })
      .prefault(CHORD_DEFAULTS.valuesMax)
      .describe("Values kept. Up to 1.3 kB each."),
  },
  options: (written): Omit<ChordOptions, "contacts" | "startPeers"> => ({
    successorCount: written.successors,
    periodMicros: written.period,
    answerMicros: written.answer,
    routing: written.routing,
    replicas: written.replicas,
    expireMicros: written.expire,
    valuesMax: written.valuesMax,
  }),
  overlays: ({ periodMicros, expireMicros }) => [
    {
      overlay: "members",
      membership: "partial",
      viewSize: null,
      isSymmetric: false,
      periodMicros: periodMicros > 0 ? periodMicros : expireMicros,
    },
  ],
  check: ({ periodMicros, answerMicros }) =>
    periodMicros === 0 || periodMicros > answerMicros
      ? null
      : {
          option: "period",
          message: `${formatDuration(periodMicros)} is not above answer, ${formatDuration(answerMicros)}`,
          expected: "one round over before the next begins, or 0s for none",
          remedy: "raise period, or lower answer",
        },
  create: (options, { contacts, startPeers }) =>
    new ChordDiscovery({ ...options, contacts, startPeers }),
});
