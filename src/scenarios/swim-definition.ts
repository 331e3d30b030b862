// How scenarios write SWIM: one of memberlist's sets of settings, and what differs from it.

import * as z from "zod";
import { SWIM_PROFILES } from "../protocol/swim-options.js";
import type { SwimSettings } from "../protocol/swim-options.js";
import { SwimStatus } from "../protocol/swim-status.js";
import { defineProtocol } from "./protocol-definition.js";
import type { OptionProblem } from "./protocol-definition.js";
import { duration, positiveDuration, wholeNumber } from "./written-values.js";

const factor = wholeNumber({ min: 0, max: 1_000 }).optional();
const counted = wholeNumber({ min: 1, max: 1_000_000 }).optional();

/** Belief about all members from probes. */
export const swimDefinition = defineProtocol({
  slot: "status",
  name: "swim",
  description:
    "Each period one member is probed, through helpers where need be; what is found out rides on the probes.",
  usesDatagrams: true,
  shape: {
    profile: z
      .enum(["lan", "wan", "local"])
      .prefault("lan")
      .describe("memberlist's settings for one room, the world or one machine: the defaults."),
    period: positiveDuration
      .optional()
      .describe("Between two probes; lan 1s. Longer saves messages, finds the dead later."),
    ack: positiveDuration
      .optional()
      .describe("How long a direct answer may take; lan 500ms. Longer suits slow links."),
    helpers: wholeNumber({ min: 0, max: 64 })
      .optional()
      .describe("Helpers that probe who did not answer; lan 3. More forgive more losses."),
    selection: z
      .enum(["round-robin", "random"])
      .optional()
      .describe("Each member once a round, the default, or anyone each time."),
    suspicion: z
      .boolean()
      .optional()
      .describe("Suspect first, the default; `false`: who does not answer is held dead at once."),
    suspicionFactor: factor.describe(
      "Periods times log10 of the members to refute; lan 4. More spare the slow.",
    ),
    suspicionMaxFactor: factor.describe(
      "How much longer a suspicion that nobody shares lasts; 6. Needs `adaptiveSuspicion`.",
    ),
    retransmitFactor: factor.describe(
      "Times log10 of the members that news are sent on; lan 4. 0 tells nobody.",
    ),
    gossip: duration
      .optional()
      .describe("Between two messages with news alone; lan 200ms. 0s: on probes only."),
    gossipFanout: counted.describe("Members that are sent news each time; lan 3."),
    sync: duration
      .optional()
      .describe("Between two comparisons of whole lists; lan 30s. 0s for none."),
    adaptiveProbe: z
      .boolean()
      .optional()
      .describe("Lifeguard: a node whose probes fail takes itself for slow. On."),
    adaptiveSuspicion: z
      .boolean()
      .optional()
      .describe("Lifeguard: suspicions end sooner the more share them. On."),
    tellSuspects: z
      .boolean()
      .optional()
      .describe("Lifeguard: a probe tells a suspect that it is one. On."),
    slownessMax: wholeNumber({ min: 1, max: 1_000 })
      .optional()
      .describe("Slowest that a node takes itself for, in multiples of its period; 8."),
    membersMax: counted.describe("Members watched at most; 10000. About 200 bytes each."),
    goneMax: counted.describe("Dead members remembered; 1000. About 200 bytes each."),
  },
  options: (written): SwimSettings => ({
    ...SWIM_PROFILES[written.profile],
    ...given({
      periodMicros: written.period,
      ackMicros: written.ack,
      helpers: written.helpers,
      selection: written.selection,
      suspects: written.suspicion,
      suspicionFactor: written.suspicionFactor,
      suspicionMaxFactor: written.suspicionMaxFactor,
      retransmitFactor: written.retransmitFactor,
      gossipMicros: written.gossip,
      gossipFanout: written.gossipFanout,
      syncMicros: written.sync,
      adaptsProbe: written.adaptiveProbe,
      adaptsSuspicion: written.adaptiveSuspicion,
      tellsSuspects: written.tellSuspects,
      slownessMax: written.slownessMax,
      membersMax: written.membersMax,
      goneMax: written.goneMax,
    }),
  }),
  check: (settings) => ackProblem(settings) ?? suspicionProblem(settings),
  create: (settings, { contacts, startPeers }) =>
    new SwimStatus({ ...settings, contacts, startPeers }),
});

/** The settings that were written. */
function given(settings: {
  readonly [Name in keyof SwimSettings]: SwimSettings[Name] | undefined;
}): Partial<SwimSettings> {
  const written = Object.entries(settings).filter(([, value]) => value !== undefined);
  return Object.fromEntries(written);
}

function ackProblem({ ackMicros, periodMicros }: SwimSettings): OptionProblem | null {
  if (ackMicros < periodMicros) return null;
  return {
    option: "ack",
    message: `${ackMicros} µs are not below the period, ${periodMicros} µs`,
    expected: "time for helpers within the period",
    remedy: "lower ack, or raise period",
  };
}

function suspicionProblem({
  suspicionFactor,
  suspicionMaxFactor,
}: SwimSettings): OptionProblem | null {
  if (suspicionFactor > 0 && suspicionMaxFactor > 0) return null;
  return {
    option: suspicionFactor > 0 ? "suspicionMaxFactor" : "suspicionFactor",
    message: "0 leaves a suspect no time",
    expected: "at least 1",
    remedy: "write suspicion: false to do without suspicion",
  };
}
