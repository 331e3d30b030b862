// How scenarios write heartbeat status.

import { HEARTBEAT_DEFAULTS, HeartbeatStatus } from "../protocol/heartbeat-status.js";
import type { HeartbeatOptions } from "../protocol/heartbeat-status.js";
import { defineProtocol } from "./protocol-definition.js";
import { formatDuration } from "./units.js";
import { positiveDuration, wholeNumber } from "./written-values.js";

const periods = wholeNumber({ min: 1, max: 1_000 });

/** Belief about neighbours from their heartbeats. */
export const heartbeatDefinition = defineProtocol({
  slot: "status",
  name: "heartbeat",
  description:
    "Neighbours tell each other that they are there; who is silent is suspected, then dead.",
  usesDatagrams: false,
  shape: {
    period: positiveDuration
      .prefault(formatDuration(HEARTBEAT_DEFAULTS.periodMicros))
      .describe("Between two heartbeats. Longer saves messages, finds the dead later."),
    suspectAfter: periods
      .prefault(HEARTBEAT_DEFAULTS.suspectAfterPeriods)
      .describe("Periods of silence before suspicion. More tolerates slow links."),
    deadAfter: periods
      .prefault(HEARTBEAT_DEFAULTS.deadAfterPeriods)
      .describe("Periods of silence before death. More gives a suspect longer to refute."),
    goneMax: wholeNumber({ min: 0, max: 1_000_000 })
      .prefault(HEARTBEAT_DEFAULTS.goneMax)
      .describe("Gone peers whose belief is remembered. About 150 bytes each."),
  },
  options: ({ period, suspectAfter, deadAfter, goneMax }): HeartbeatOptions => ({
    periodMicros: period,
    suspectAfterPeriods: suspectAfter,
    deadAfterPeriods: deadAfter,
    goneMax,
  }),
  check: ({ suspectAfterPeriods, deadAfterPeriods }) =>
    suspectAfterPeriods < deadAfterPeriods
      ? null
      : {
          option: "deadAfter",
          message: `${deadAfterPeriods} is not above suspectAfter, ${suspectAfterPeriods}`,
          expected: "suspicion before death",
          remedy: "raise deadAfter, or lower suspectAfter",
        },
  create: (options) => new HeartbeatStatus(options),
});
