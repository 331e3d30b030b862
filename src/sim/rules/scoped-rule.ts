// A rule that holds on some links only: the one place that knows about scope, so that no rule need.

import type { LinkRule, Stage } from "../link-rule.js";
import type { Passage, PassageKind } from "../passage.js";

export interface ScopedRuleOptions {
  readonly rule: LinkRule;
  /** 1 for each node, by index, whose messages it touches; absent: all nodes. */
  readonly sources?: Uint8Array;
  /** 1 for each node, by index, to which messages are touched; absent: all nodes. */
  readonly targets?: Uint8Array;
  /** Whether messages back, from `targets` to `sources`, are touched as well. False unless said otherwise. */
  readonly bothWays?: boolean;
}

/**
 * Applies a rule where source and target both count, under the rule's own name: the draws of a link are the
 * same whatever the scope. Nodes beyond a mask's end do not count.
 */
export class ScopedRule implements LinkRule {
  readonly name: string;
  readonly stage: Stage;
  readonly kinds?: readonly PassageKind[];
  readonly #rule: LinkRule;
  readonly #sources: Uint8Array | undefined;
  readonly #targets: Uint8Array | undefined;
  readonly #bothWays: boolean;

  /** Throws `RangeError` for a base latency, which every link must have. */
  constructor({ rule, sources, targets, bothWays = false }: ScopedRuleOptions) {
    if (rule.stage === "base") {
      throw new RangeError(
        `rule "${rule.name}" gives base latency, which holds on all links: make it jitter to add to some`,
      );
    }
    this.name = rule.name;
    this.stage = rule.stage;
    if (rule.kinds !== undefined) this.kinds = rule.kinds;
    this.#rule = rule;
    this.#sources = sources;
    this.#targets = targets;
    this.#bothWays = bothWays;
  }

  apply(passage: Passage): void {
    const { source, target } = passage;
    if (this.#covers(source, target) || (this.#bothWays && this.#covers(target, source))) {
      this.#rule.apply(passage);
    }
  }

  #covers(source: number, target: number): boolean {
    return (
      (this.#sources === undefined || this.#sources[source] === 1) &&
      (this.#targets === undefined || this.#targets[target] === 1)
    );
  }
}
