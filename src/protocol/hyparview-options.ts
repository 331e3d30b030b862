// The settings of HyParView and their defaults, each with what raising it costs.

import type { Peer } from "../transport/peer.js";

/** Everything HyParView can be told. The names in brackets are the paper's. */
export interface HyParViewOptions {
  /** Whom to join through, tried in turn. A node that is the first of them begins a network. */
  readonly contacts: readonly Peer[];
  /** Peers known from the start, instead of joining through anyone. */
  readonly startPeers: readonly Peer[];

  /** Links of a node (fanout + 1). Each costs a copy of every flooded message and a heartbeat a period. */
  readonly activeSize: number;
  /** Spare peers of a node. Raising it survives more crashes at once, and costs 150 bytes each. */
  readonly passiveSize: number;
  /** Hops of a newcomer's walk (ARWL), and of a shuffle's. Raising it mixes better, a message a hop. */
  readonly activeWalkHops: number;
  /** Hops left when a newcomer enters a passive view on the way (PRWL). Raising it keeps it near its contact. */
  readonly passiveWalkHops: number;
  /** Neighbours in a shuffle (ka). Raising it costs 82 bytes a hop and spreads links rather than spares. */
  readonly shuffledActive: number;
  /** Spare peers in a shuffle (kp). Raising it costs 82 bytes a hop and refreshes passive views sooner. */
  readonly shuffledPassive: number;
  /** Pause between two shuffles. Raising it saves about eight messages a shuffle and keeps dead spares longer. */
  readonly periodMicros: number;
  /**
   * Whether the end of an idle connection tells that the neighbour is gone. False leaves the discovery to the next
   * send, whose message is lost: the paper's own argument for TCP, kept as the ablation that shows it.
   */
  readonly noticesLinkDown: boolean;
  /**
   * Neighbours below which a node's requests are urgent, which are always granted. The paper's is 1: but two nodes that
   * have each other alone never ask so, and where many cannot be dialled those that can are full. Raising it costs
   * others a link each time.
   */
  readonly urgentBelow: number;
  /**
   * How long a request for a link may stay unanswered before the next spare peer is asked and the silent one invited to
   * dial. Raising it suits slow links, and leaves a node longer without a neighbour when its spares are behind NAT.
   */
  readonly patienceMicros: number;
  /**
   * Whether neighbours that went silent are tried again, as the paper has them not: without it the sides of a long cut
   * stay apart. Costs some dials a period for ten minutes after a loss.
   */
  readonly retriesLost: boolean;
  /** Pause between two attempts to join. Raising it spares the contact and delays a join that was lost. */
  readonly joinRetryMicros: number;
}

/** The defaults: section 5.1 of the paper. */
export const HYPARVIEW_DEFAULTS: HyParViewOptions = {
  contacts: [],
  startPeers: [],
  activeSize: 5,
  passiveSize: 30,
  activeWalkHops: 6,
  passiveWalkHops: 3,
  shuffledActive: 3,
  shuffledPassive: 4,
  periodMicros: 10_000_000,
  noticesLinkDown: true,
  urgentBelow: 1,
  patienceMicros: 2_000_000,
  retriesLost: true,
  joinRetryMicros: 2_000_000,
};
