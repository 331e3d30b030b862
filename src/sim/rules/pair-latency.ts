// Propagation drawn from a distribution, once for each pair of nodes: as on real networks, where a path's
// latency stays what it is and only varies a little around that.

import type { Distribution } from "../distribution.js";
import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";

export interface DrawnLatencyOptions {
  readonly name: string;
  /** One way. What falls below zero counts as zero. */
  readonly distribution: Distribution;
}

/** A pair's latency is drawn once and for all, the same in both directions. */
export class PairLatency implements LinkRule {
  readonly stage = "base";
  readonly name: string;
  readonly #distribution: Distribution;

  constructor({ name, distribution }: DrawnLatencyOptions) {
    this.name = name;
    this.#distribution = distribution;
  }

  apply(passage: Passage): void {
    passage.delay(this.#distribution.quantile(passage.drawForPair(0)));
  }
}
