// How scenarios write GossipSub's peer scores.

import * as z from "zod";
import { GOSSIPSUB_SCORE_DEFAULTS } from "../protocol/gossipsub-score-options.js";
import type { GossipSubScoreOptions } from "../protocol/gossipsub-score-options.js";
import type { GossipSubOptions } from "../protocol/gossipsub-options.js";
import type { OptionProblem } from "./protocol-definition.js";
import { strictMap } from "./strict-map.js";
import { formatDuration } from "./units.js";
import { duration, positiveDuration, wholeNumber } from "./written-values.js";

const DEFAULTS = GOSSIPSUB_SCORE_DEFAULTS;

/** Beyond it a sum of weights says nothing more. */
const SCORE_MAX = 1e9;

/** Decays more often than this cost events and change little. */
const DECAY_MICROS_MIN = 1_000_000;

const reward = z.number().min(0).max(SCORE_MAX);
const penalty = z.number().min(-SCORE_MAX).max(0);
const count = z.number().min(0).max(SCORE_MAX);
const factor = z
  .number()
  .min(0)
  .max(1)
  .refine((given) => given > 0 && given < 1, {
    params: { expected: "above 0 and below 1", remedy: "write a factor such as 0.99" },
  });

function decay(micros: number) {
  return positiveDuration
    .prefault(formatDuration(micros))
    .refine((given) => given >= DECAY_MICROS_MIN, {
      params: { expected: "at least 1s", remedy: "write a longer interval, and smaller factors" },
    });
}

const shape = {
  gossipThreshold: penalty
    .prefault(DEFAULTS.gossipThreshold)
    .describe("Below it a peer is not gossiped to, and its gossip not heeded. Negative."),
  publishThreshold: penalty
    .prefault(DEFAULTS.publishThreshold)
    .describe("Below it a peer is not sent own messages. At most gossipThreshold."),
  graylistThreshold: penalty
    .prefault(DEFAULTS.graylistThreshold)
    .describe("Below it nothing that a peer says is heeded. Below publishThreshold."),
  acceptPXThreshold: reward
    .prefault(DEFAULTS.acceptPXThreshold)
    .describe("Below it the peers that a prune names are not asked."),
  opportunisticGraftThreshold: reward
    .prefault(DEFAULTS.opportunisticGraftThreshold)
    .describe("While the median score in the mesh is below, better peers are grafted."),
  opportunisticGraftTicks: wholeNumber({ min: 1, max: 1_000_000 })
    .prefault(DEFAULTS.opportunisticGraftTicks)
    .describe("Heartbeats between two looks at the median."),
  opportunisticGraftPeers: wholeNumber({ min: 0, max: 1_000 })
    .prefault(DEFAULTS.opportunisticGraftPeers)
    .describe("Peers that are then grafted at most; 0 for none."),
  degreeScore: wholeNumber({ min: 0, max: 1_000 })
    .prefault(DEFAULTS.degreeScore)
    .describe("Best peers kept where the mesh is too large (D_score); at most degree."),
  graftFlood: duration
    .prefault(formatDuration(DEFAULTS.graftFloodMicros))
    .describe("A graft so soon after the prune counts as two breaches."),
  iwantFollowup: positiveDuration
    .prefault(formatDuration(DEFAULTS.iwantFollowupMicros))
    .describe("How long a peer may take to give what it has announced."),
  decayInterval: decay(DEFAULTS.decayIntervalMicros).describe("Between two decays; at least 1s."),
  decayToZero: factor
    .prefault(DEFAULTS.decayToZero)
    .describe("A counter below it is 0; between 0 and 1."),
  retainScore: duration
    .prefault(formatDuration(DEFAULTS.retainScoreMicros))
    .describe("How long the score of a peer that is gone is kept, unless positive."),
  topicWeight: reward.prefault(DEFAULTS.topicWeight).describe("Factor of P1 to P4 together."),
  topicScoreCap: reward
    .prefault(DEFAULTS.topicScoreCap)
    .describe("Most that P1 to P4 bring; 0 for no limit."),
  timeInMeshWeight: reward
    .prefault(DEFAULTS.timeInMeshWeight)
    .describe("P1, for each quantum in the mesh."),
  timeInMeshQuantum: positiveDuration
    .prefault(formatDuration(DEFAULTS.timeInMeshQuantumMicros))
    .describe("P1: time that counts as 1."),
  timeInMeshCap: count.prefault(DEFAULTS.timeInMeshCap).describe("P1: most quanta that count."),
  firstMessageDeliveriesWeight: reward
    .prefault(DEFAULTS.firstMessageDeliveriesWeight)
    .describe("P2, for each message that the peer brought first."),
  firstMessageDeliveriesDecay: factor
    .prefault(DEFAULTS.firstMessageDeliveriesDecay)
    .describe("P2: factor of each decay."),
  firstMessageDeliveriesCap: count
    .prefault(DEFAULTS.firstMessageDeliveriesCap)
    .describe("P2: most messages that count."),
  meshMessageDeliveriesWeight: penalty
    .prefault(DEFAULTS.meshMessageDeliveriesWeight)
    .describe("P3, for the square of the deliveries that a mesh peer lacks; 0 for off."),
  meshMessageDeliveriesDecay: factor
    .prefault(DEFAULTS.meshMessageDeliveriesDecay)
    .describe("P3: factor of each decay."),
  meshMessageDeliveriesCap: count
    .prefault(DEFAULTS.meshMessageDeliveriesCap)
    .describe("P3: most deliveries that count; at least the threshold."),
  meshMessageDeliveriesThreshold: count
    .prefault(DEFAULTS.meshMessageDeliveriesThreshold)
    .describe("P3: deliveries that are owed."),
  meshMessageDeliveriesWindow: duration
    .prefault(formatDuration(DEFAULTS.meshMessageDeliveriesWindowMicros))
    .describe("P3: how long after the first copy another counts as a delivery."),
  meshMessageDeliveriesActivation: positiveDuration
    .prefault(formatDuration(DEFAULTS.meshMessageDeliveriesActivationMicros))
    .describe("P3: time in the mesh from which on it applies."),
  meshFailurePenaltyWeight: penalty
    .prefault(DEFAULTS.meshFailurePenaltyWeight)
    .describe("P3b, for the squares that were lacking when links ended; 0 for off."),
  meshFailurePenaltyDecay: factor
    .prefault(DEFAULTS.meshFailurePenaltyDecay)
    .describe("P3b: factor of each decay."),
  invalidMessageDeliveriesWeight: penalty
    .prefault(DEFAULTS.invalidMessageDeliveriesWeight)
    .describe("P4, for the square of the number of invalid messages."),
  invalidMessageDeliveriesDecay: factor
    .prefault(DEFAULTS.invalidMessageDeliveriesDecay)
    .describe("P4: factor of each decay."),
  appSpecificWeight: reward
    .prefault(DEFAULTS.appSpecificWeight)
    .describe("P5, for what the application says of a peer: 0 unless a subclass does."),
  ipColocationFactorWeight: penalty
    .prefault(DEFAULTS.ipColocationFactorWeight)
    .describe("P6, for the square of the peers above the threshold with the same host."),
  ipColocationFactorThreshold: wholeNumber({ min: 1, max: 1_000_000 })
    .prefault(DEFAULTS.ipColocationFactorThreshold)
    .describe("P6: peers that may share a host."),
  behaviourPenaltyWeight: penalty
    .prefault(DEFAULTS.behaviourPenaltyWeight)
    .describe("P7, for the square of the breaches above the threshold."),
  behaviourPenaltyThreshold: count
    .prefault(DEFAULTS.behaviourPenaltyThreshold)
    .describe("P7: breaches that are forgiven."),
  behaviourPenaltyDecay: factor
    .prefault(DEFAULTS.behaviourPenaltyDecay)
    .describe("P7: factor of each decay."),
};

/** The map below `score`. */
export const writtenScore = strictMap(shape);

/** The options in the protocol's own terms. */
export function scoreOptionsOf(
  written: z.output<typeof writtenScore> | undefined,
): GossipSubScoreOptions | null {
  if (written === undefined) return null;
  const {
    graftFlood,
    iwantFollowup,
    decayInterval,
    retainScore,
    timeInMeshQuantum,
    meshMessageDeliveriesWindow,
    meshMessageDeliveriesActivation,
    ...same
  } = written;
  return {
    ...same,
    graftFloodMicros: graftFlood,
    iwantFollowupMicros: iwantFollowup,
    decayIntervalMicros: decayInterval,
    retainScoreMicros: retainScore,
    timeInMeshQuantumMicros: timeInMeshQuantum,
    meshMessageDeliveriesWindowMicros: meshMessageDeliveriesWindow,
    meshMessageDeliveriesActivationMicros: meshMessageDeliveriesActivation,
  };
}

/** What the specification does not allow; null when nothing is. */
export function scoreProblem({ score, degree }: GossipSubOptions): OptionProblem | null {
  if (score === null) return null;
  return thresholdProblem(score) ?? countProblem(score, degree);
}

/** The order of the thresholds: each is for worse peers than the one before. */
function thresholdProblem(score: GossipSubScoreOptions): OptionProblem | null {
  const { gossipThreshold, publishThreshold, graylistThreshold } = score;
  if (gossipThreshold === 0) {
    return {
      option: "score.gossipThreshold",
      message: "0 leaves nothing to peers of a mildly negative score",
      expected: "a score below 0",
      remedy: "write a negative gossipThreshold",
    };
  }
  if (publishThreshold > gossipThreshold) {
    return {
      option: "score.publishThreshold",
      message: `${publishThreshold} is above gossipThreshold, ${gossipThreshold}`,
      expected: "at most gossipThreshold",
      remedy: "lower publishThreshold, or raise gossipThreshold",
    };
  }
  if (graylistThreshold < publishThreshold) return null;
  return {
    option: "score.graylistThreshold",
    message: `${graylistThreshold} is not below publishThreshold, ${publishThreshold}`,
    expected: "graylistThreshold below publishThreshold",
    remedy: "lower graylistThreshold, or raise publishThreshold",
  };
}

function countProblem(score: GossipSubScoreOptions, degree: number): OptionProblem | null {
  const { degreeScore, meshMessageDeliveriesCap, meshMessageDeliveriesThreshold } = score;
  if (degreeScore > degree) {
    return {
      option: "score.degreeScore",
      message: `${degreeScore} is above degree, ${degree}`,
      expected: "D_score ≤ D: so many peers are kept in all",
      remedy: "lower degreeScore, or raise degree",
    };
  }
  if (meshMessageDeliveriesCap >= meshMessageDeliveriesThreshold) return null;
  return {
    option: "score.meshMessageDeliveriesCap",
    message: `${meshMessageDeliveriesCap} is below meshMessageDeliveriesThreshold, ${meshMessageDeliveriesThreshold}`,
    expected: "a cap with which what is owed can be delivered",
    remedy: "raise meshMessageDeliveriesCap, or lower the threshold",
  };
}
