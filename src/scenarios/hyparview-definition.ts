// How scenarios write HyParView.

import * as z from "zod";
import { HyParViewDiscovery } from "../protocol/hyparview-discovery.js";
import { SHUFFLED_PEERS_MAX, WALK_HOPS_MAX } from "../protocol/hyparview-messages.js";
import { HYPARVIEW_DEFAULTS } from "../protocol/hyparview-options.js";
import type { HyParViewOptions } from "../protocol/hyparview-options.js";
import { defineProtocol } from "./protocol-definition.js";
import type { OptionProblem, OverlayTraits } from "./protocol-definition.js";
import { formatDuration } from "./units.js";
import { positiveDuration, wholeNumber } from "./written-values.js";

const hops = wholeNumber({ min: 0, max: WALK_HOPS_MAX });
const shuffled = wholeNumber({ min: 0, max: SHUFFLED_PEERS_MAX - 1 });

type HyParViewChoices = Omit<HyParViewOptions, "contacts" | "startPeers">;

/** Discovery with an active and a passive view. */
export const hyparviewDefinition = defineProtocol({
  slot: "discovery",
  name: "hyparview",
  description: "A small symmetric overlay for broadcasts, and a shuffled list of spare peers.",
  usesDatagrams: true,
  shape: {
    active: wholeNumber({ min: 1, max: 1_000 })
      .prefault(HYPARVIEW_DEFAULTS.activeSize)
      .describe("Links of a node. Each costs a copy of every flooded message."),
    passive: wholeNumber({ min: 1, max: 1_000 })
      .prefault(HYPARVIEW_DEFAULTS.passiveSize)
      .describe("Spare peers of a node. More survive more crashes at once."),
    activeWalk: hops
      .prefault(HYPARVIEW_DEFAULTS.activeWalkHops)
      .describe("Hops of a newcomer's walk, and of a shuffle's (ARWL)."),
    passiveWalk: hops
      .prefault(HYPARVIEW_DEFAULTS.passiveWalkHops)
      .describe("Hops left when a newcomer enters a passive view on its walk (PRWL)."),
    shuffleActive: shuffled
      .prefault(HYPARVIEW_DEFAULTS.shuffledActive)
      .describe("Neighbours in a shuffle (ka)."),
    shufflePassive: shuffled
      .prefault(HYPARVIEW_DEFAULTS.shuffledPassive)
      .describe("Spare peers in a shuffle (kp)."),
    period: positiveDuration
      .prefault(formatDuration(HYPARVIEW_DEFAULTS.periodMicros))
      .describe("Between two shuffles. Longer saves messages, keeps dead spare peers longer."),
    linkDown: z
      .boolean()
      .prefault(HYPARVIEW_DEFAULTS.noticesLinkDown)
      .describe("Notice a neighbour's crash by its connection; `false`: by the next send only."),
    urgentBelow: wholeNumber({ min: 1, max: 1_000 })
      .prefault(HYPARVIEW_DEFAULTS.urgentBelow)
      .describe("Neighbours below which a request is always granted. More take links from others."),
    patience: positiveDuration
      .prefault(formatDuration(HYPARVIEW_DEFAULTS.patienceMicros))
      .describe("Until a request without an answer is not counted on: the peer may be behind NAT."),
    retryLost: z
      .boolean()
      .prefault(HYPARVIEW_DEFAULTS.retriesLost)
      .describe("Try silent neighbours again, so that a cut heals; `false`: as in the paper."),
    joinRetry: positiveDuration
      .prefault(formatDuration(HYPARVIEW_DEFAULTS.joinRetryMicros))
      .describe("Between two attempts to join, give or take a half."),
  },
  options: (written): HyParViewChoices => ({
    activeSize: written.active,
    passiveSize: written.passive,
    activeWalkHops: written.activeWalk,
    passiveWalkHops: written.passiveWalk,
    shuffledActive: written.shuffleActive,
    shuffledPassive: written.shufflePassive,
    periodMicros: written.period,
    noticesLinkDown: written.linkDown,
    urgentBelow: written.urgentBelow,
    patienceMicros: written.patience,
    retriesLost: written.retryLost,
    joinRetryMicros: written.joinRetry,
  }),
  overlays: ({ activeSize, passiveSize, periodMicros }): readonly OverlayTraits[] => [
    {
      overlay: "neighbours",
      membership: "partial",
      viewSize: activeSize,
      isSymmetric: true,
      periodMicros,
    },
    {
      overlay: "passive",
      membership: "partial",
      viewSize: passiveSize,
      isSymmetric: false,
      periodMicros,
    },
  ],
  check: (options) => walkProblem(options) ?? shuffleProblem(options),
  create: (options, { contacts, startPeers }) =>
    new HyParViewDiscovery({ ...options, contacts, startPeers }),
});

function walkProblem({ activeWalkHops, passiveWalkHops }: HyParViewChoices): OptionProblem | null {
  if (passiveWalkHops <= activeWalkHops) return null;
  return {
    option: "passiveWalk",
    message: `${passiveWalkHops} is above activeWalk, ${activeWalkHops}`,
    expected: "a place on the newcomer's walk",
    remedy: "lower passiveWalk, or raise activeWalk",
  };
}

function shuffleProblem({
  shuffledActive,
  shuffledPassive,
}: HyParViewChoices): OptionProblem | null {
  if (shuffledActive + shuffledPassive < SHUFFLED_PEERS_MAX) return null;
  return {
    option: "shufflePassive",
    message: `a shuffle of ${shuffledActive} neighbours and ${shuffledPassive} spare peers`,
    expected: `at most ${SHUFFLED_PEERS_MAX - 1} together: the answer is one datagram`,
    remedy: "lower shuffleActive or shufflePassive",
  };
}
