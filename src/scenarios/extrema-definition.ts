// How scenarios write size estimation by extrema.

import { EXTREMA_DEFAULTS, EXTREMA_VALUES_MAX, ExtremaSize } from "../protocol/extrema-size.js";
import type { ExtremaOptions } from "../protocol/extrema-size.js";
import { defineProtocol } from "./protocol-definition.js";
import { formatDuration } from "./units.js";
import { positiveDuration, wholeNumber } from "./written-values.js";

/** How many nodes there are, by the least of random numbers. */
export const extremaDefinition = defineProtocol({
  slot: "size",
  name: "extrema",
  description:
    "Estimates how many nodes there are by the least of random numbers. Loss does no harm.",
  usesDatagrams: true,
  shape: {
    values: wholeNumber({ min: 3, max: EXTREMA_VALUES_MAX })
      .prefault(EXTREMA_DEFAULTS.valueCount)
      .describe("Numbers of a node. The estimate's deviation is 1/√(values − 2); 9 bytes each."),
    period: positiveDuration
      .prefault(formatDuration(EXTREMA_DEFAULTS.periodMicros))
      .describe("Between two rounds of a node."),
    rounds: wholeNumber({ min: 2, max: 10_000 })
      .prefault(EXTREMA_DEFAULTS.roundsPerEpoch)
      .describe("Rounds until all count anew."),
  },
  options: (written): ExtremaOptions => ({
    valueCount: written.values,
    periodMicros: written.period,
    roundsPerEpoch: written.rounds,
  }),
  create: (options) => new ExtremaSize(options),
});
