// The network between nodes: the conditions in force, applied in their fixed stages.

import type { Sha256 } from "../trace/hashing.js";
import { STAGES } from "./link-rule.js";
import type { LinkRule, Stage } from "./link-rule.js";
import { mixKey } from "./mix.js";
import type { MixKey } from "./mix.js";
import type { Passage } from "./passage.js";

/** A rule in force with the key of its draws. */
interface KeyedRule {
  readonly rule: LinkRule;
  readonly key: MixKey;
  readonly stage: number;
}

const LOSS_STAGE = STAGES.indexOf("loss");
const BASE_STAGE = STAGES.indexOf("base");

/** The conditions of a network at an instant. */
export class NetworkModel {
  readonly #seed: string;
  readonly #sha256: Sha256;
  /** In the order of stage, then name. */
  #rules: readonly KeyedRule[] = [];
  #upToLoss: readonly KeyedRule[] = [];
  #base: readonly KeyedRule[] = [];
  #reachability: readonly KeyedRule[] = [];

  constructor({ seed, sha256 }: { readonly seed: string; readonly sha256: Sha256 }) {
    this.#seed = seed;
    this.#sha256 = sha256;
  }

  /** Puts a rule in force. Throws `RangeError` for a name that is taken: draws are keyed by it. */
  add(rule: LinkRule): void {
    if (this.has(rule.name)) {
      throw new RangeError(
        `A network rule named "${rule.name}" is in force already; give another name`,
      );
    }
    const key = mixKey(this.#sha256, this.#seed, `rule/${rule.name}`);
    this.#arrange([...this.#rules, { rule, key, stage: STAGES.indexOf(rule.stage) }]);
  }

  /** Takes a rule out of force; false when there is none of that name. */
  remove(name: string): boolean {
    if (!this.has(name)) return false;
    this.#arrange(this.#rules.filter(({ rule }) => rule.name !== name));
    return true;
  }

  has(name: string): boolean {
    return this.#rules.some(({ rule }) => rule.name === name);
  }

  /** The rules in force of one stage. */
  rulesOf(stage: Stage): readonly LinkRule[] {
    return this.#rules.filter(({ rule }) => rule.stage === stage).map(({ rule }) => rule);
  }

  /** Applies every rule to a message; stops at the first that loses it or holds it back. */
  judge(passage: Passage): void {
    const rules = this.#rules;
    // By index: this runs for every message, and an iterator costs as much as a rule.
    for (let i = 0; i < rules.length; i++) {
      const { rule, key, stage } = rules[i]!;
      passage.key = key;
      rule.apply(passage);
      if (stage <= LOSS_STAGE) {
        if (passage.lostReason !== "" || passage.heldBy !== "") return;
      } else if (stage === BASE_STAGE) passage.baseMicros = passage.totalMicros;
    }
  }

  /** Applies only what can lose the message: for the segments of a transfer before the last. */
  judgeLoss(passage: Passage): void {
    for (const { rule, key } of this.#upToLoss) {
      passage.key = key;
      rule.apply(passage);
      if (passage.lostReason !== "" || passage.heldBy !== "") return;
    }
  }

  /** Applies only reachability, which draws nothing: whether a path is open at all. */
  judgeReachability(passage: Passage): void {
    for (const { rule, key } of this.#reachability) {
      passage.key = key;
      rule.apply(passage);
      if (passage.lostReason !== "") return;
    }
  }

  /** Applies only the base latency, and answers it: the propagation of a pair without jitter. */
  propagationMicros(passage: Passage): number {
    for (const { rule, key } of this.#base) {
      passage.key = key;
      rule.apply(passage);
    }
    return passage.totalMicros;
  }

  #arrange(rules: readonly KeyedRule[]): void {
    this.#rules = rules.toSorted((a, b) =>
      a.stage !== b.stage ? a.stage - b.stage : a.rule.name < b.rule.name ? -1 : 1,
    );
    this.#upToLoss = this.#rules.filter(({ stage }) => stage <= LOSS_STAGE);
    this.#base = this.#rules.filter(({ stage }) => stage === BASE_STAGE);
    this.#reachability = this.#rules.filter(({ stage }) => stage === 0);
  }
}
