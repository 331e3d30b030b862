// Datagrams that arrive twice, as retransmissions below IP make them.

import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";
import { requireProbability } from "../require-range.js";
import type { RandomFaultOptions } from "./loss.js";

/** Lets one more copy of a datagram arrive. Streams drop second copies, so they are left alone. */
export class Duplication implements LinkRule {
  readonly stage = "duplication";
  readonly kinds = ["datagram"] as const;
  readonly name: string;
  readonly #probability: number;

  constructor({ name, probability }: RandomFaultOptions) {
    this.name = name;
    this.#probability = requireProbability("duplication probability", probability);
  }

  apply(passage: Passage): void {
    if (passage.kind === "datagram" && passage.draw(0) < this.#probability) passage.duplicate();
  }
}
