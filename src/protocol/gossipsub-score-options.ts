// How a GossipSub node scores its peers, and what follows from a score. The names are those of the specification
// (libp2p: gossipsub v1.1, "Overview of New Parameters"), so that what is known about tuning them applies.

/** Scores are without unit; a counter's decay is the factor that it is multiplied with once a `decayIntervalMicros`. */
export interface GossipSubScoreOptions {
  /** Below it a peer is neither gossiped to nor is its gossip heeded. Negative. */
  readonly gossipThreshold: number;
  /** Below it own messages are not sent to a peer. At most `gossipThreshold`. */
  readonly publishThreshold: number;
  /** Below it nothing that a peer says is heeded. Below `publishThreshold`. */
  readonly graylistThreshold: number;
  /** Peers that a prune names are asked unless the pruning peer's score is below. Raising it trusts fewer. */
  readonly acceptPXThreshold: number;
  /** Better peers are grafted while the mesh's median score is below. Raising it costs links. */
  readonly opportunisticGraftThreshold: number;
  /** Heartbeats between two looks at that. */
  readonly opportunisticGraftTicks: number;
  /** Peers that are then grafted at most. */
  readonly opportunisticGraftPeers: number;
  /** Best peers that are kept where the mesh is pruned for size (D_score); the others are kept by lot. */
  readonly degreeScore: number;
  /** A graft within this time of the prune counts twice (GossipSubGraftFloodThreshold). */
  readonly graftFloodMicros: number;
  /** How long a peer may take to give what it has announced (GossipSubIWantFollowupTime). */
  readonly iwantFollowupMicros: number;

  /** Between two decays of all counters. */
  readonly decayIntervalMicros: number;
  /** What is below counts as 0. */
  readonly decayToZero: number;
  /** How long the score of a peer that is gone is remembered, unless it is positive. */
  readonly retainScoreMicros: number;

  /** Factor of everything from P1 to P4. */
  readonly topicWeight: number;
  /** Most that P1 to P4 can bring; 0 for no limit. */
  readonly topicScoreCap: number;
  /** P1: for each quantum in the mesh, up to the cap. */
  readonly timeInMeshWeight: number;
  readonly timeInMeshQuantumMicros: number;
  readonly timeInMeshCap: number;
  /** P2: for each message that the peer brought first, up to the cap. */
  readonly firstMessageDeliveriesWeight: number;
  readonly firstMessageDeliveriesDecay: number;
  readonly firstMessageDeliveriesCap: number;
  /** P3: the square of what a mesh peer's deliveries, up to the cap, lack of the threshold. 0 turns it off. */
  readonly meshMessageDeliveriesWeight: number;
  readonly meshMessageDeliveriesDecay: number;
  readonly meshMessageDeliveriesCap: number;
  readonly meshMessageDeliveriesThreshold: number;
  /** How long after the first copy another one counts as a delivery. */
  readonly meshMessageDeliveriesWindowMicros: number;
  /** Time in the mesh from which on P3 applies. */
  readonly meshMessageDeliveriesActivationMicros: number;
  /** P3b: what P3 was whenever the link ended. 0 turns it off. */
  readonly meshFailurePenaltyWeight: number;
  readonly meshFailurePenaltyDecay: number;
  /** P4: the square of the number of invalid messages. */
  readonly invalidMessageDeliveriesWeight: number;
  readonly invalidMessageDeliveriesDecay: number;
  /** P5: what the application says of a peer; nothing, unless a subclass does. */
  readonly appSpecificWeight: number;
  /** P6: the square of the peers with the same host above the threshold. */
  readonly ipColocationFactorWeight: number;
  readonly ipColocationFactorThreshold: number;
  /** P7: the square of the number of breaches of the protocol above the threshold. */
  readonly behaviourPenaltyWeight: number;
  readonly behaviourPenaltyThreshold: number;
  readonly behaviourPenaltyDecay: number;
}

/** Counters fall from 1 to 0.01 within an hour of decays once a second: 0.01^(1/3600). */
const HOUR_DECAY = 0.99872;

/**
 * Thresholds and weights are Lotus' for Filecoin's blocks, ten a minute (node/modules/lp2p/pubsub.go), where P3 is off; to
 * turn it on are the values that Lotus had for Filecoin's messages in 2020, of weight -4. Opportunistic grafting and times
 * are go-libp2p-pubsub's. Not Lotus' is `acceptPXThreshold`, 1000 there: nobody reaches that whom no application vouches for.
 */
export const GOSSIPSUB_SCORE_DEFAULTS: GossipSubScoreOptions = {
  gossipThreshold: -500,
  publishThreshold: -1_000,
  graylistThreshold: -2_500,
  acceptPXThreshold: 0,
  opportunisticGraftThreshold: 3.5,
  opportunisticGraftTicks: 60,
  opportunisticGraftPeers: 2,
  degreeScore: 4,
  graftFloodMicros: 10_000_000,
  iwantFollowupMicros: 3_000_000,
  decayIntervalMicros: 1_000_000,
  decayToZero: 0.01,
  retainScoreMicros: 6 * 3_600_000_000,
  topicWeight: 0.1,
  topicScoreCap: 0,
  timeInMeshWeight: 0.00027,
  timeInMeshQuantumMicros: 1_000_000,
  timeInMeshCap: 1,
  firstMessageDeliveriesWeight: 5,
  firstMessageDeliveriesDecay: HOUR_DECAY,
  firstMessageDeliveriesCap: 100,
  meshMessageDeliveriesWeight: 0,
  meshMessageDeliveriesDecay: 0.99833,
  meshMessageDeliveriesCap: 1_000,
  meshMessageDeliveriesThreshold: 5,
  meshMessageDeliveriesWindowMicros: 10_000,
  meshMessageDeliveriesActivationMicros: 60_000_000,
  meshFailurePenaltyWeight: 0,
  meshFailurePenaltyDecay: 0.99666,
  invalidMessageDeliveriesWeight: -1_000,
  invalidMessageDeliveriesDecay: HOUR_DECAY,
  appSpecificWeight: 1,
  ipColocationFactorWeight: -100,
  ipColocationFactorThreshold: 5,
  behaviourPenaltyWeight: -10,
  behaviourPenaltyThreshold: 6,
  behaviourPenaltyDecay: HOUR_DECAY,
};
