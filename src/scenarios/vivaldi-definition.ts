// How scenarios write Vivaldi.

import { VIVALDI_DEFAULTS, VivaldiCoordinates } from "../protocol/vivaldi-coordinates.js";
import type { VivaldiOptions } from "../protocol/vivaldi-coordinates.js";
import { DIMENSIONS_MAX } from "../protocol/vivaldi-messages.js";
import { defineProtocol } from "./protocol-definition.js";
import { formatDuration } from "./units.js";
import { duration, positiveDuration, share, wholeNumber } from "./written-values.js";
import * as z from "zod";

/** Coordinates whose distances predict round-trip times. */
export const vivaldiDefinition = defineProtocol({
  slot: "coordinates",
  name: "vivaldi",
  description: "Every node has coordinates whose distances predict round-trip times.",
  usesDatagrams: true,
  shape: {
    period: positiveDuration
      .prefault(formatDuration(VIVALDI_DEFAULTS.periodMicros))
      .describe("Between two measurements of a node. Above the longest round trip."),
    dimensions: wholeNumber({ min: 1, max: DIMENSIONS_MAX })
      .prefault(VIVALDI_DEFAULTS.dimensions)
      .describe("Of the space. 9 bytes each; Serf takes 8."),
    heights: z
      .boolean()
      .prefault(VIVALDI_DEFAULTS.hasHeights)
      .describe("Whether each node has a height: its way to the core of the network."),
    step: share.prefault("25%").describe("How far one measurement moves a coordinate (c_c)."),
    errorStep: share.prefault("25%").describe("How much of it goes into the node's error (c_e)."),
    near: wholeNumber({ min: 0, max: 1_000 })
      .prefault(VIVALDI_DEFAULTS.nearMax)
      .describe("Near nodes that are measured in turn with random ones."),
    latencyWindow: wholeNumber({ min: 1, max: 100 })
      .prefault(VIVALDI_DEFAULTS.latencyWindow)
      .describe("Measurements of a node of which the median counts; Serf takes 3."),
    adjustmentWindow: wholeNumber({ min: 0, max: 1_000 })
      .prefault(VIVALDI_DEFAULTS.adjustmentWindow)
      .describe("Measurements over which the adjustment is averaged, 0 for none; Serf takes 20."),
    gravity: duration
      .prefault(formatDuration(VIVALDI_DEFAULTS.gravityMicros))
      .describe("Distance at which gravity pulls by a microsecond, 0 for none."),
  },
  options: (written): VivaldiOptions => ({
    periodMicros: written.period,
    dimensions: written.dimensions,
    hasHeights: written.heights,
    stepShare: written.step,
    errorShare: written.errorStep,
    nearMax: written.near,
    latencyWindow: written.latencyWindow,
    adjustmentWindow: written.adjustmentWindow,
    gravityMicros: written.gravity,
  }),
  create: (options) => new VivaldiCoordinates(options),
});
