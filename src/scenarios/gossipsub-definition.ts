// How scenarios write GossipSub.

import * as z from "zod";
import { GossipSubBroadcast } from "../protocol/gossipsub-broadcast.js";
import { BACKOFF_SECONDS_MAX } from "../protocol/gossipsub-messages.js";
import { GOSSIPSUB_DEFAULTS } from "../protocol/gossipsub-options.js";
import type { GossipSubOptions } from "../protocol/gossipsub-options.js";
import { scoreOptionsOf, scoreProblem, writtenScore } from "./gossipsub-score-definition.js";
import { defineProtocol } from "./protocol-definition.js";
import type { OptionProblem, OverlayTraits } from "./protocol-definition.js";
import { formatDuration, formatShare } from "./units.js";
import { positiveDuration, share, size, wholeNumber } from "./written-values.js";

const links = wholeNumber({ min: 0, max: 1_000 });
const windows = wholeNumber({ min: 1, max: 1_000 });
const peers = wholeNumber({ min: 1, max: 10_000 });

/** Broadcast along a mesh. */
export const gossipsubDefinition = defineProtocol({
  slot: "broadcast",
  name: "gossipsub",
  description:
    "Messages go along a mesh of a few links a node, their ids to some of all other peers.",
  usesDatagrams: false,
  shape: {
    degree: wholeNumber({ min: 1, max: 1_000 })
      .prefault(GOSSIPSUB_DEFAULTS.degree)
      .describe("Links that the mesh aims at (D). Each costs a copy of every message."),
    degreeLow: wholeNumber({ min: 1, max: 1_000 })
      .prefault(GOSSIPSUB_DEFAULTS.degreeLow)
      .describe("Below so many links a node grafts (D_low)."),
    degreeHigh: wholeNumber({ min: 1, max: 1_000 })
      .prefault(GOSSIPSUB_DEFAULTS.degreeHigh)
      .describe("Above so many links a node prunes (D_high)."),
    degreeOut: links
      .prefault(GOSSIPSUB_DEFAULTS.degreeOut)
      .describe("Links at least to peers that the node dialled itself (D_out)."),
    heartbeat: positiveDuration
      .prefault(formatDuration(GOSSIPSUB_DEFAULTS.heartbeatMicros))
      .describe("Between two heartbeats. Longer saves messages, delays repair and gossip."),
    subscribe: z
      .boolean()
      .prefault(GOSSIPSUB_DEFAULTS.isSubscribed)
      .describe("`false`: the node gets no messages, and publishes its own over a fan-out."),
    floodPublish: z
      .boolean()
      .prefault(GOSSIPSUB_DEFAULTS.floodsOwn)
      .describe("Own messages go to all peers; `false`: to the mesh or fan-out only."),
    fanoutFor: positiveDuration
      .prefault(formatDuration(GOSSIPSUB_DEFAULTS.fanoutMicros))
      .describe("How long a fan-out is kept after the last message."),
    pruneBackoff: backoff(GOSSIPSUB_DEFAULTS.pruneBackoffMicros).describe(
      "How long a pruned link is not grafted again.",
    ),
    leaveBackoff: backoff(GOSSIPSUB_DEFAULTS.leaveBackoffMicros).describe(
      "The same after the other end has left.",
    ),
    peerExchange: z
      .boolean()
      .prefault(GOSSIPSUB_DEFAULTS.exchangesPeers)
      .describe("Whether a prune names up to 16 other peers."),
    peers: peers
      .prefault(GOSSIPSUB_DEFAULTS.peersMin)
      .describe("Peers that a node connects to of its own accord, among them the mesh."),
    peersMax: peers
      .prefault(GOSSIPSUB_DEFAULTS.peersMax)
      .describe("Peers that it accepts. A connection and about 500 bytes each."),
    degreeLazy: links
      .prefault(GOSSIPSUB_DEFAULTS.degreeLazy)
      .describe("Peers outside of the mesh that are gossiped to at least, a heartbeat (D_lazy)."),
    gossipFactor: share
      .prefault(formatShare(GOSSIPSUB_DEFAULTS.gossipShare))
      .describe("Share of those peers that are gossiped to, where that is more than degreeLazy."),
    gossipWindows: windows
      .prefault(GOSSIPSUB_DEFAULTS.gossipWindows)
      .describe("Heartbeats for which a message is gossiped about."),
    cacheWindows: windows
      .prefault(GOSSIPSUB_DEFAULTS.cacheWindows)
      .describe("Heartbeats for which it can be had on request."),
    cacheBytesMax: size.prefault("4MiB").describe("Most bytes kept for that."),
    seenMax: wholeNumber({ min: 1, max: 10_000_000 })
      .prefault(GOSSIPSUB_DEFAULTS.seenMax)
      .describe("Messages remembered. More in 10 heartbeats are not taken. About 50 bytes each."),
    seenFor: positiveDuration
      .prefault(formatDuration(GOSSIPSUB_DEFAULTS.seenMicrosMax))
      .describe("How long a message is remembered at most."),
    score: writtenScore
      .optional()
      .describe("Scores of peers, and what follows from them; `{}` for the defaults. Off."),
  },
  options: (written): GossipSubOptions => ({
    ...GOSSIPSUB_DEFAULTS,
    degree: written.degree,
    degreeLow: written.degreeLow,
    degreeHigh: written.degreeHigh,
    degreeOut: written.degreeOut,
    heartbeatMicros: written.heartbeat,
    isSubscribed: written.subscribe,
    floodsOwn: written.floodPublish,
    fanoutMicros: written.fanoutFor,
    pruneBackoffMicros: written.pruneBackoff,
    leaveBackoffMicros: written.leaveBackoff,
    exchangesPeers: written.peerExchange,
    peersMin: written.peers,
    peersMax: written.peersMax,
    degreeLazy: written.degreeLazy,
    gossipShare: written.gossipFactor,
    gossipWindows: written.gossipWindows,
    cacheWindows: written.cacheWindows,
    cacheBytesMax: written.cacheBytesMax,
    seenMax: written.seenMax,
    seenMicrosMax: written.seenFor,
    score: scoreOptionsOf(written.score),
  }),
  overlays: ({ degreeLow, peersMin, heartbeatMicros }): readonly OverlayTraits[] => [
    {
      overlay: "mesh",
      membership: "partial",
      viewSize: degreeLow,
      isSymmetric: true,
      periodMicros: heartbeatMicros,
    },
    {
      overlay: "topic",
      membership: "partial",
      viewSize: peersMin,
      isSymmetric: true,
      periodMicros: heartbeatMicros,
    },
  ],
  check: (options) =>
    degreeProblem(options) ??
    peersProblem(options) ??
    cacheProblem(options) ??
    scoreProblem(options),
  create: (options) => new GossipSubBroadcast(options),
});

/** What a prune can carry. */
function backoff(micros: number) {
  return positiveDuration
    .prefault(formatDuration(micros))
    .refine((given) => given <= BACKOFF_SECONDS_MAX * 1_000_000, {
      params: { expected: `at most ${BACKOFF_SECONDS_MAX}s`, remedy: "write a shorter back-off" },
    });
}

/** The order that the specification asks for. */
function degreeProblem(options: GossipSubOptions): OptionProblem | null {
  const { degree, degreeLow, degreeHigh, degreeOut } = options;
  if (degreeLow > degree) {
    return {
      option: "degreeLow",
      message: `${degreeLow} is above degree, ${degree}`,
      expected: "D_low ≤ D: grafting stops at D",
      remedy: "lower degreeLow, or raise degree",
    };
  }
  if (degreeHigh < degree) {
    return {
      option: "degreeHigh",
      message: `${degreeHigh} is below degree, ${degree}`,
      expected: "D ≤ D_high: pruning stops at D",
      remedy: "raise degreeHigh, or lower degree",
    };
  }
  if (degreeOut < degreeLow && degreeOut <= degree / 2) return null;
  return {
    option: "degreeOut",
    message: `${degreeOut} with degreeLow ${degreeLow} and degree ${degree}`,
    expected: "D_out below D_low, and at most half of D",
    remedy: "lower degreeOut",
  };
}

function peersProblem({ degreeHigh, peersMin, peersMax }: GossipSubOptions): OptionProblem | null {
  if (peersMin > peersMax) {
    return {
      option: "peersMax",
      message: `${peersMax} is below peers, ${peersMin}`,
      expected: "room for the peers that a node connects to",
      remedy: "raise peersMax, or lower peers",
    };
  }
  if (degreeHigh <= peersMax) return null;
  return {
    option: "degreeHigh",
    message: `${degreeHigh} is above peersMax, ${peersMax}`,
    expected: "a mesh among the node's peers",
    remedy: "lower degreeHigh, or raise peersMax",
  };
}

function cacheProblem({ gossipWindows, cacheWindows }: GossipSubOptions): OptionProblem | null {
  if (gossipWindows <= cacheWindows) return null;
  return {
    option: "gossipWindows",
    message: `${gossipWindows} is above cacheWindows, ${cacheWindows}`,
    expected: "gossip about messages that can still be had",
    remedy: "lower gossipWindows, or raise cacheWindows",
  };
}
