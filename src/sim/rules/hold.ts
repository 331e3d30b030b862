// Messages kept back by hand, to be let go later: how a scenario brings about one exact order of events.

import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";

/** Keeps every message back until the hold is released. On some links only: inside a `ScopedRule`. */
export class Hold implements LinkRule {
  readonly stage = "reachability";
  readonly name: string;

  constructor({ name }: { readonly name: string }) {
    this.name = name;
  }

  apply(passage: Passage): void {
    passage.hold(this.name);
  }
}
