// Messages that vanish on the way, each independently of all others.

import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";
import { requireProbability } from "../require-range.js";

/** What the rules that strike at random need. */
export interface RandomFaultOptions {
  readonly name: string;
  /** Chance of each message, 0–1. */
  readonly probability: number;
}

/**
 * Loses messages of every kind with reason `loss`. For a datagram that is final; a stream or a dial is sent
 * again, which whoever models them turns into delay.
 */
export class Loss implements LinkRule {
  readonly stage = "loss";
  readonly name: string;
  readonly #probability: number;

  constructor({ name, probability }: RandomFaultOptions) {
    this.name = name;
    this.#probability = requireProbability("loss probability", probability);
  }

  apply(passage: Passage): void {
    if (passage.draw(0) < this.#probability) passage.lose("loss");
  }
}
