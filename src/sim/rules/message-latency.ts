// Propagation drawn anew for each message: no real path behaves so, but the models of theory and PHOLD do.

import type { Distribution } from "../distribution.js";
import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";
import type { DrawnLatencyOptions } from "./pair-latency.js";

/** Each message's latency is drawn apart, so that datagrams overtake one another freely. */
export class MessageLatency implements LinkRule {
  readonly stage = "base";
  readonly name: string;
  readonly #distribution: Distribution;

  constructor({ name, distribution }: DrawnLatencyOptions) {
    this.name = name;
    this.#distribution = distribution;
  }

  apply(passage: Passage): void {
    passage.delay(this.#distribution.quantile(passage.draw(0)));
  }
}
