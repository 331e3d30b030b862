// Extrema propagation (Baquero, Almeida, Menezes, "Fast estimation of aggregates in unstructured networks", ICAS 2009):
// every node draws K numbers from an exponential distribution, and the network's least of each spread as gossip. The sum
// of K minima over n nodes is Gamma(K, n), so that (K − 1) / sum is an unbiased estimate of n, whose relative deviation is
// 1/√(K − 2). Taking a minimum twice changes nothing: lost and repeated messages do no harm. docs/protocols/size.md.

import { log } from "../sim/fixed-math.js";
import { boolean, defineMessage, float, integer, list } from "../transport/message-type.js";
import type { MessageOf } from "../transport/message-type.js";
import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import { anyMember } from "./any-member.js";
import { EPOCH_MAX, SizeEstimator } from "./size-estimator.js";
import type { EpochOptions } from "./size-estimator.js";

/** Most numbers of a node: so many fit into a datagram on every path. */
export const EXTREMA_VALUES_MAX = 120;

/** The least numbers that the sender has heard of. */
export const Minima = defineMessage("extrema/minima", {
  epoch: integer({ min: 0, max: EPOCH_MAX }),
  wantsAnswer: boolean(),
  values: list(float(), { maxItems: EXTREMA_VALUES_MAX }),
});
export type Minima = MessageOf<typeof Minima>;

/** Everything extrema propagation can be told. */
export interface ExtremaOptions extends EpochOptions {
  /**
   * Numbers that each node draws (K), the same at all nodes: 1/√(K − 2) is the estimate's deviation. Each costs 9 bytes a
   * message.
   */
  readonly valueCount: number;
}

/** The defaults: within a tenth, two times in three, for a kilobyte a second and node. */
export const EXTREMA_DEFAULTS: ExtremaOptions = {
  periodMicros: 1_000_000,
  roundsPerEpoch: 20,
  valueCount: 100,
};

/** Estimates the size by minima. All nodes of a network come to the same estimate. */
export class ExtremaSize extends SizeEstimator {
  readonly messageTypes = [Minima];
  readonly #valueCount: number;
  protected minima: number[] = [];

  constructor(options: Partial<ExtremaOptions> = {}) {
    const all = { ...EXTREMA_DEFAULTS, ...options };
    super(all);
    this.#valueCount = all.valueCount;
  }

  override onDatagram(from: Peer, message: Message): void {
    const { epoch, wantsAnswer, values } = message as Minima;
    if (values.length !== this.#valueCount) {
      this.context.decided("count", "other number of values");
      return;
    }
    const isCurrent = this.joins(epoch);
    const isNews = isCurrent && this.lower(values);
    // Who is behind, or knows less, is told; equals have nothing to say to each other.
    const isEqual = isCurrent && !isNews && this.minima.every((value, i) => value === values[i]);
    if (wantsAnswer && !isEqual) this.tell(from, false);
  }

  protected override beginEpoch(): void {
    const { random } = this.context;
    this.minima = Array.from({ length: this.#valueCount }, () => -log(1 - random.unit()));
  }

  protected override concludeEpoch(): number | null {
    const sum = this.minima.reduce((total, value) => total + value, 0);
    return sum > 0 ? (this.#valueCount - 1) / sum : null;
  }

  protected override gossip(): void {
    const peer = anyMember(this.context);
    if (peer !== undefined) this.tell(peer, true);
  }

  private tell(peer: Peer, wantsAnswer: boolean): void {
    const values = this.minima.slice();
    this.context.transport.sendDatagram(
      peer,
      Minima.create({ epoch: this.epoch, wantsAnswer, values }),
    );
  }

  /** Takes over what is lower; answers whether anything was. What no draw can be is not taken. */
  private lower(values: readonly number[]): boolean {
    let isNews = false;
    values.forEach((value, i) => {
      if (!(value > 0 && value < this.minima[i]!)) return;
      this.minima[i] = value;
      isNews = true;
    });
    return isNews;
  }
}
