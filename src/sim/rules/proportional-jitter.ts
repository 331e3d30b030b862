// Variation around a pair's latency in proportion to it: long paths cross more queues.

import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";
import { normalQuantile } from "../distributions/standard-normal.js";
import { requireProbability } from "../require-range.js";

/**
 * How the variation is spread. `uniform`: from minus to plus the share. `normal`: around zero, the share being
 * the standard deviation. `half-normal`: the same without its sign, since queues only ever add.
 */
export type JitterShape = "uniform" | "normal" | "half-normal";

export interface ProportionalJitterOptions {
  readonly name: string;
  /** Of the pair's base latency, 0–1. */
  readonly share: number;
  /** `uniform` unless said otherwise. */
  readonly shape?: JitterShape;
}

/** Makes each message faster or slower by a share of its base latency; the total never falls below zero. */
export class ProportionalJitter implements LinkRule {
  readonly stage = "jitter";
  readonly name: string;
  readonly #share: number;
  readonly #shape: JitterShape;

  constructor({ name, share, shape = "uniform" }: ProportionalJitterOptions) {
    this.name = name;
    this.#share = requireProbability("jitter share", share);
    this.#shape = shape;
  }

  apply(passage: Passage): void {
    passage.delay(passage.baseMicros * this.#share * this.#deviate(passage.draw(0)));
  }

  #deviate(u: number): number {
    if (this.#shape === "uniform") return 2 * u - 1;
    return this.#shape === "normal" ? normalQuantile(u) : Math.abs(normalQuantile(u));
  }
}
