// Datagrams whose content is damaged on the way.

import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";
import { requireProbability } from "../require-range.js";
import type { RandomFaultOptions } from "./loss.js";

/** Damages a datagram. On a stream TLS would find the damage and TCP send again, so that is left to `Loss`. */
export class Corruption implements LinkRule {
  readonly stage = "corruption";
  readonly kinds = ["datagram"] as const;
  readonly name: string;
  readonly #probability: number;

  constructor({ name, probability }: RandomFaultOptions) {
    this.name = name;
    this.#probability = requireProbability("corruption probability", probability);
  }

  apply(passage: Passage): void {
    if (passage.kind === "datagram" && passage.draw(0) < this.#probability) passage.corrupt();
  }
}
