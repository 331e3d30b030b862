// How scenarios write the peer sampling service.

import * as z from "zod";
import {
  PEER_SAMPLING_DEFAULTS,
  PeerSamplingDiscovery,
} from "../protocol/peer-sampling-discovery.js";
import type { PeerSamplingOptions } from "../protocol/peer-sampling-discovery.js";
import { SAMPLING_ENTRIES_MAX, SAMPLING_VIEW_MAX } from "../protocol/peer-sampling-messages.js";
import { defineProtocol } from "./protocol-definition.js";
import { formatDuration } from "./units.js";
import { positiveDuration, wholeNumber } from "./written-values.js";

const dropped = wholeNumber({ min: 0, max: SAMPLING_ENTRIES_MAX });

/** Discovery by sampling. */
export const peerSamplingDefinition = defineProtocol({
  slot: "discovery",
  name: "peer-sampling",
  description: "The frame of Newscast and its like: which entries are swapped, kept and dropped.",
  usesDatagrams: false,
  shape: {
    view: wholeNumber({ min: 2, max: SAMPLING_VIEW_MAX })
      .prefault(PEER_SAMPLING_DEFAULTS.viewSize)
      .describe("Entries that a node keeps (c); half of them are in every message."),
    peer: z
      .enum(["rand", "tail"])
      .prefault(PEER_SAMPLING_DEFAULTS.selection)
      .describe("With whom an exchange is begun: anyone (`rand`), or the oldest entry (`tail`)."),
    propagation: z
      .enum(["push", "pushpull"])
      .prefault(PEER_SAMPLING_DEFAULTS.propagation)
      .describe("Whether entries go one way, or both ways."),
    healing: dropped
      .prefault(PEER_SAMPLING_DEFAULTS.healing)
      .describe("Oldest entries dropped first (H). More forget the dead sooner."),
    swap: dropped
      .prefault(PEER_SAMPLING_DEFAULTS.swap)
      .describe("Entries that were sent dropped next (S). More even in-degrees out."),
    period: positiveDuration
      .prefault(formatDuration(PEER_SAMPLING_DEFAULTS.periodMicros))
      .describe("Between two exchanges. Longer saves messages, mixes later."),
    answer: positiveDuration
      .prefault(formatDuration(PEER_SAMPLING_DEFAULTS.answerMicros))
      .describe("How long an answer may take before the peer is dropped."),
  },
  options: (written): Omit<PeerSamplingOptions, "contacts" | "startPeers"> => ({
    viewSize: written.view,
    selection: written.peer,
    propagation: written.propagation,
    healing: written.healing,
    swap: written.swap,
    periodMicros: written.period,
    answerMicros: written.answer,
  }),
  overlays: ({ viewSize, periodMicros }) => [
    { overlay: "members", membership: "partial", viewSize, isSymmetric: false, periodMicros },
  ],
  check: ({ viewSize, healing, swap, periodMicros, answerMicros }) => {
    if (healing + swap > Math.floor(viewSize / 2)) {
      return {
        option: healing > swap ? "healing" : "swap",
        message: `healing ${healing} and swap ${swap} are more than half of view, ${viewSize}`,
        expected: "at most as many dropped as are received: half a view",
        remedy: "lower healing or swap, or raise view",
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
    new PeerSamplingDiscovery({ ...options, contacts, startPeers }),
});
