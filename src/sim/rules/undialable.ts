// Peers behind a NAT or firewall: they dial others, and nobody dials them.

import type { LinkRule } from "../link-rule.js";
import type { Passage } from "../passage.js";

export interface UndialableOptions {
  readonly name: string;
  /** 1 for each node, by index, that cannot be dialled; nodes beyond its end can be. */
  readonly isUndialable: Uint8Array;
}

/** Refuses dials to some nodes with reason `undialable`. What is connected already is not touched. */
export class Undialable implements LinkRule {
  readonly stage = "reachability";
  readonly kinds = ["dial"] as const;
  readonly name: string;
  readonly #isUndialable: Uint8Array;

  constructor({ name, isUndialable }: UndialableOptions) {
    this.name = name;
    this.#isUndialable = isUndialable;
  }

  apply(passage: Passage): void {
    if (passage.kind === "dial" && this.#isUndialable[passage.target] === 1)
      passage.lose("undialable");
  }
}
