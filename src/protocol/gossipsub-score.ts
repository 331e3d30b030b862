// What a GossipSub node counts about one peer, and the score that comes of it (libp2p: gossipsub v1.1, "The Score
// Function"). There is one topic. Counters are plain data; times are the node's own.

import type { GossipSubScoreOptions } from "./gossipsub-score-options.js";

/** What is known of a peer's conduct. */
export interface PeerCounters {
  /** Since when it is in the mesh; null when it is not. */
  graftedAtMicros: number | null;
  /** Time in the mesh, as of the last decay. */
  meshMicros: number;
  /** Whether it is in the mesh for long enough that P3 applies. */
  owesDeliveries: boolean;
  firstDeliveries: number;
  meshDeliveries: number;
  meshFailures: number;
  invalidMessages: number;
  breaches: number;
  /** Hosts that its address counts for. */
  readonly hosts: readonly string[];
}

/** What its score depends on beyond its own conduct. */
export interface ScoreCircumstances {
  /** What the application says of it. */
  readonly applicationScore: number;
  /** For each of its hosts, the peers that have it too, itself among them. */
  readonly peersPerHost: readonly number[];
}

/** Nothing known yet. */
export function newPeerCounters(hosts: readonly string[]): PeerCounters {
  return {
    graftedAtMicros: null,
    meshMicros: 0,
    owesDeliveries: false,
    firstDeliveries: 0,
    meshDeliveries: 0,
    meshFailures: 0,
    invalidMessages: 0,
    breaches: 0,
    hosts,
  };
}

/** The peer's score. */
export function scoreOf(
  counters: PeerCounters,
  options: GossipSubScoreOptions,
  { applicationScore, peersPerHost }: ScoreCircumstances,
): number {
  const { topicWeight, topicScoreCap, behaviourPenaltyThreshold } = options;
  const fromTopic = topicWeight * topicScoreOf(counters, options);
  const capped = topicScoreCap > 0 ? Math.min(fromTopic, topicScoreCap) : fromTopic;
  const breaches = Math.max(0, counters.breaches - behaviourPenaltyThreshold);
  return (
    capped +
    applicationScore * options.appSpecificWeight +
    colocationOf(peersPerHost, options) * options.ipColocationFactorWeight +
    breaches * breaches * options.behaviourPenaltyWeight
  );
}

/** The link to the peer begins. What it delivered before stays to its credit. */
export function noteGraft(counters: PeerCounters, nowMicros: number): void {
  counters.graftedAtMicros = nowMicros;
  counters.meshMicros = 0;
  counters.owesDeliveries = false;
}

/** The link to the peer ends: what it owes is remembered, and nothing more is asked of it. */
export function notePrune(counters: PeerCounters, options: GossipSubScoreOptions): void {
  const deficit = deficitOf(counters, options);
  counters.meshFailures += deficit * deficit;
  counters.graftedAtMicros = null;
  counters.owesDeliveries = false;
}

/** The peer was the first to bring a valid message. */
export function noteFirstDelivery(counters: PeerCounters, options: GossipSubScoreOptions): void {
  const { firstMessageDeliveriesCap } = options;
  counters.firstDeliveries = Math.min(counters.firstDeliveries + 1, firstMessageDeliveriesCap);
  noteMeshDelivery(counters, options);
}

/** The peer brought a valid message early enough to count; only a mesh peer owes that. */
export function noteMeshDelivery(counters: PeerCounters, options: GossipSubScoreOptions): void {
  if (counters.graftedAtMicros === null) return;
  const { meshMessageDeliveriesCap } = options;
  counters.meshDeliveries = Math.min(counters.meshDeliveries + 1, meshMessageDeliveriesCap);
}

/** Lets all counters decay, and notes how long the peer has been in the mesh. */
export function decay(
  counters: PeerCounters,
  options: GossipSubScoreOptions,
  nowMicros: number,
): void {
  const decayed = (count: number, factor: number): number => {
    const left = count * factor;
    return left < options.decayToZero ? 0 : left;
  };
  const { firstDeliveries, meshDeliveries, meshFailures, invalidMessages, breaches } = counters;
  counters.firstDeliveries = decayed(firstDeliveries, options.firstMessageDeliveriesDecay);
  counters.meshDeliveries = decayed(meshDeliveries, options.meshMessageDeliveriesDecay);
  counters.meshFailures = decayed(meshFailures, options.meshFailurePenaltyDecay);
  counters.invalidMessages = decayed(invalidMessages, options.invalidMessageDeliveriesDecay);
  counters.breaches = decayed(breaches, options.behaviourPenaltyDecay);
  if (counters.graftedAtMicros === null) return;
  counters.meshMicros = nowMicros - counters.graftedAtMicros;
  if (counters.meshMicros > options.meshMessageDeliveriesActivationMicros) {
    counters.owesDeliveries = true;
  }
}

function topicScoreOf(counters: PeerCounters, options: GossipSubScoreOptions): number {
  const { timeInMeshQuantumMicros, timeInMeshCap } = options;
  const quanta = Math.floor(counters.meshMicros / timeInMeshQuantumMicros);
  const timeInMesh = counters.graftedAtMicros === null ? 0 : Math.min(quanta, timeInMeshCap);
  const deficit = deficitOf(counters, options);
  const { invalidMessages } = counters;
  return (
    timeInMesh * options.timeInMeshWeight +
    counters.firstDeliveries * options.firstMessageDeliveriesWeight +
    deficit * deficit * options.meshMessageDeliveriesWeight +
    counters.meshFailures * options.meshFailurePenaltyWeight +
    invalidMessages * invalidMessages * options.invalidMessageDeliveriesWeight
  );
}

/** Deliveries that a mesh peer lacks. */
function deficitOf(
  { owesDeliveries, meshDeliveries }: PeerCounters,
  { meshMessageDeliveriesThreshold }: GossipSubScoreOptions,
): number {
  return owesDeliveries ? Math.max(0, meshMessageDeliveriesThreshold - meshDeliveries) : 0;
}

function colocationOf(
  peersPerHost: readonly number[],
  { ipColocationFactorThreshold }: GossipSubScoreOptions,
): number {
  let sum = 0;
  for (const count of peersPerHost) {
    const surplus = Math.max(0, count - ipColocationFactorThreshold);
    sum += surplus * surplus;
  }
  return sum;
}
