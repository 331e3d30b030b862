// Push-sum (Kempe, Dobra, Gehrke, "Gossip-based computation of aggregate information", FOCS 2003, section 2) that counts:
// every node holds a sum of 1, one node a weight of 1; all give half of both away each round, and everywhere sum/weight
// comes to the number of nodes. There is nobody to appoint the one node, so every node begins a counting, under a random
// number, and the least few numbers survive. docs/protocols/size.md.

import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import { anyMember } from "./any-member.js";
import {
  INSTANCE_NUMBERS,
  PUSH_SUM_MESSAGES,
  SHARE_NUMBERS,
  Share,
  Taken,
} from "./push-sum-messages.js";
import type { PushSumMessage } from "./push-sum-messages.js";
import { SizeEstimator } from "./size-estimator.js";
import type { EpochOptions } from "./size-estimator.js";

/** Everything push-sum can be told. */
export interface PushSumOptions extends EpochOptions {
  /** Countings that run beside each other, of whose results the median counts. Each costs 27 bytes a message. */
  readonly instances: number;
}

/** The defaults: forty rounds mix 10,000 nodes to a per cent, and of three countings one may be spoilt. */
export const PUSH_SUM_DEFAULTS: PushSumOptions = {
  periodMicros: 1_000_000,
  roundsPerEpoch: 40,
  instances: 3,
};

/** What this node holds of one counting. */
interface Holding {
  readonly instance: number;
  sum: number;
  weight: number;
}

/** A share that has been sent, until it is known to have come. */
interface Pending {
  readonly number: number;
  readonly to: Peer;
  readonly halves: readonly Readonly<Holding>[];
}

/** Estimates the size by sums. Exact but for who comes and goes, and for what is lost, while an epoch lasts. */
export class PushSumSize extends SizeEstimator {
  readonly messageTypes = PUSH_SUM_MESSAGES;
  readonly #instances: number;
  /** In the order of their numbers, the least first. */
  protected holdings: Holding[] = [];
  protected pending: Pending | null = null;
  protected sharesSent = 0;

  constructor(options: Partial<PushSumOptions> = {}) {
    const all = { ...PUSH_SUM_DEFAULTS, ...options };
    super(all);
    this.#instances = all.instances;
  }

  override onDatagram(from: Peer, message: Message): void {
    const said = message as PushSumMessage;
    if (said.type === "push-sum/share") this.onShare(from, said);
    else if (this.pending?.number === said.number && this.pending.to === from) this.pending = null;
  }

  protected override beginEpoch(): void {
    const instance = this.context.random.integer(INSTANCE_NUMBERS);
    this.holdings = [{ instance, sum: 1, weight: 1 }];
    this.pending = null;
  }

  protected override concludeEpoch(): number | null {
    const counts = this.holdings
      .filter(({ weight }) => weight > 0)
      .map(({ sum, weight }) => sum / weight)
      .sort((a, b) => a - b);
    const middle = counts[counts.length >> 1];
    return middle !== undefined && Number.isFinite(middle) && middle > 0 ? middle : null;
  }

  protected override gossip(): void {
    // Not acknowledged within a period: lost, or sent to somebody who is gone.
    if (this.pending !== null) this.add(this.pending.halves);
    this.pending = null;
    const to = anyMember(this.context);
    if (to === undefined) return;
    for (const holding of this.holdings) {
      holding.sum /= 2;
      holding.weight /= 2;
    }
    const halves = this.holdings.map(({ instance, sum, weight }) => ({ instance, sum, weight }));
    this.sharesSent = (this.sharesSent + 1) % SHARE_NUMBERS;
    this.pending = { number: this.sharesSent, to, halves };
    this.context.transport.sendDatagram(
      to,
      Share.create({ number: this.sharesSent, epoch: this.epoch, halves }),
    );
  }

  private onShare(from: Peer, { number, epoch, halves }: Share): void {
    this.context.transport.sendDatagram(from, Taken.create({ number }));
    if (this.joins(epoch)) this.add(halves);
    else this.context.decided("count", "epoch is over");
  }

  private add(halves: readonly Readonly<Holding>[]): void {
    for (const { instance, sum, weight } of halves) {
      // No share of a counting is negative.
      if (!(sum >= 0 && weight >= 0)) continue;
      const holding = this.holdingOf(instance);
      if (holding === undefined) continue;
      holding.sum += sum;
      holding.weight += weight;
    }
  }

  /**
   * What this node holds of a counting; undefined of one that does not survive. A counting among the least of all is among
   * the least wherever it comes, so that none of its shares is ever thrown away.
   */
  private holdingOf(instance: number): Holding | undefined {
    const { holdings } = this;
    const place = holdings.findIndex((holding) => holding.instance >= instance);
    if (holdings[place]?.instance === instance) return holdings[place];
    // What this node itself counts for, in a counting it hears of for the first time.
    const holding = { instance, sum: 1, weight: 0 };
    if (place < 0) holdings.push(holding);
    else holdings.splice(place, 0, holding);
    if (holdings.length > this.#instances) holdings.pop();
    return holdings.includes(holding) ? holding : undefined;
  }
}
