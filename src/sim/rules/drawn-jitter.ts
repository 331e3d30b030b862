// Variation that has nothing to do with the path's length: a busy host, a radio's wake-up, extra delay on
// some links.

import type { Distribution } from "../distribution.js";
import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";
import type { DrawnLatencyOptions } from "./pair-latency.js";

/** Adds a time drawn for each message; a negative draw shortens, and the total never falls below zero. */
export class DrawnJitter implements LinkRule {
  readonly stage = "jitter";
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
