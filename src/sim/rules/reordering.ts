// Datagrams that others overtake.

import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";
import { requireDuration, requireProbability } from "../require-range.js";

export interface ReorderingOptions {
  readonly name: string;
  /** Chance of each datagram to be held back, 0–1. */
  readonly probability: number;
  /** One that is held back is so for a time between zero and this, each equally likely. */
  readonly byMicros: number;
}

/** Holds some datagrams back, so that later ones overtake them. Streams keep their order, so are left alone. */
export class Reordering implements LinkRule {
  readonly stage = "jitter";
  readonly kinds = ["datagram"] as const;
  readonly name: string;
  readonly #probability: number;
  readonly #byMicros: number;

  constructor({ name, probability, byMicros }: ReorderingOptions) {
    this.name = name;
    this.#probability = requireProbability("reordering probability", probability);
    this.#byMicros = requireDuration("reordering byMicros", byMicros);
  }

  apply(passage: Passage): void {
    if (passage.kind !== "datagram" || passage.draw(0) >= this.#probability) return;
    passage.delay(this.#byMicros * passage.draw(1));
  }
}
