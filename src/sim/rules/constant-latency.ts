// The simplest propagation.

import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";
import { requireDuration } from "../require-range.js";

export interface ConstantLatencyOptions {
  readonly name: string;
  /** One way. */
  readonly latencyMicros: number;
}

/** Every message is on its way for the same time. */
export class ConstantLatency implements LinkRule {
  readonly stage = "base";
  readonly name: string;
  readonly #latencyMicros: number;

  constructor({ name, latencyMicros }: ConstantLatencyOptions) {
    this.name = name;
    this.#latencyMicros = requireDuration("constant latencyMicros", latencyMicros);
  }

  apply(passage: Passage): void {
    passage.delay(this.#latencyMicros);
  }
}
