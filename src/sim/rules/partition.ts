// A network that has come apart.

import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";

/** The group of a node that is in none. */
export const NO_GROUP = 0xffff;

export interface PartitionOptions {
  readonly name: string;
  /** Group of each node by index, or `NO_GROUP`; nodes beyond its end are in none. */
  readonly groupOf: Uint16Array;
  /** Whether only messages from a later to an earlier group are lost. False unless said otherwise. */
  readonly oneWay?: boolean;
}

/**
 * Cuts the links between groups of nodes, in both directions or in one, until it is healed: taken out of force.
 * Nodes outside all groups talk to everyone.
 */
export class Partition implements LinkRule {
  readonly stage = "reachability";
  readonly name: string;
  readonly #groupOf: Uint16Array;
  readonly #oneWay: boolean;

  constructor({ name, groupOf, oneWay = false }: PartitionOptions) {
    this.name = name;
    this.#groupOf = groupOf;
    this.#oneWay = oneWay;
  }

  apply(passage: Passage): void {
    const source = this.#groupOf[passage.source] ?? NO_GROUP;
    const target = this.#groupOf[passage.target] ?? NO_GROUP;
    if (source === target || source === NO_GROUP || target === NO_GROUP) return;
    if (this.#oneWay && source < target) return;
    passage.lose("partition");
  }
}
