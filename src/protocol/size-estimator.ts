// What every protocol that estimates the network's size offers, and what such protocols share: epochs. An estimate is
// for as long as one is counted together, and whoever has left since stays in it; so all counting starts again now and
// then. Epochs have numbers that travel with the messages, and who hears of a later one joins it at once (Jelasity,
// Montresor, Babaoglu, "Gossip-based aggregation in large dynamic networks", TOCS 2005, section 4).

import type { TimerArgument } from "../transport/clock.js";
import { PlainStateProtocol } from "./plain-state-protocol.js";
import type { ProtocolContext } from "./protocol.js";

/** Numbers of epochs go no further. */
export const EPOCH_MAX = 0xffff_ffff;

/** The name under which estimates are observed. */
export const SIZE_ESTIMATE = "size-estimate";

/** What all estimators can be told. */
export interface EpochOptions {
  /** Between two rounds of a node. Raising it saves messages and makes estimates older. */
  readonly periodMicros: number;
  /**
   * Rounds of an epoch. Fewer than about 2·log2 of the nodes end before all have been counted; raising it makes estimates
   * better up to there, and older.
   */
  readonly roundsPerEpoch: number;
}

/** The protocol in a node's slot `size`. Observes `size-estimate` at the end of each epoch. */
export abstract class SizeEstimator extends PlainStateProtocol {
  protected readonly epochOptions: EpochOptions;
  /** Number of the running epoch. */
  protected epoch = 0;
  /** Rounds of the running epoch in which this node took part. */
  private rounds = 0;
  /** What the last whole epoch gave; 0 before the first. */
  private lastEstimate = 0;

  constructor(options: EpochOptions) {
    super();
    this.epochOptions = options;
  }

  /** Nodes of the network, this one among them, as the last epoch counted them; undefined before the first is over. */
  get estimate(): number | undefined {
    return this.lastEstimate === 0 ? undefined : this.lastEstimate;
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    const { periodMicros } = this.epochOptions;
    this.lastEstimate = 0;
    this.rounds = 0;
    this.beginEpoch();
    context.clock.setTimer(context.random.integer(periodMicros), "round");
  }

  override onTimer(_kind: string, _argument: TimerArgument | undefined): void {
    const { periodMicros, roundsPerEpoch } = this.epochOptions;
    this.context.clock.setTimer(periodMicros, "round");
    if (this.context.status !== "active") return;
    if (this.rounds >= roundsPerEpoch && this.epoch < EPOCH_MAX) this.enterEpoch(this.epoch + 1);
    this.rounds++;
    this.gossip();
  }

  /** Begins to count, with nothing heard yet. */
  protected abstract beginEpoch(): void;

  /** What the epoch that ends has counted; null when this node has heard too little. */
  protected abstract concludeEpoch(): number | null;

  /** One round: tells somebody. */
  protected abstract gossip(): void;

  /** A message of this epoch has come: joins a later one. False for one that is over, whose message says nothing. */
  protected joins(epoch: number): boolean {
    if (epoch > this.epoch) this.enterEpoch(epoch);
    return epoch === this.epoch;
  }

  private enterEpoch(epoch: number): void {
    // Who came in the middle of an epoch has not heard all of it.
    if (this.rounds * 2 >= this.epochOptions.roundsPerEpoch) {
      const counted = this.concludeEpoch();
      if (counted !== null) {
        this.lastEstimate = counted;
        this.context.observe(SIZE_ESTIMATE, counted);
      }
    }
    this.epoch = epoch;
    this.rounds = 0;
    this.beginEpoch();
  }
}
