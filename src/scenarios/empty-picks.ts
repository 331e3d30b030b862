// Events that picked nobody: not wrong, since who is there when an event happens may be up to chance, but seldom what
// was meant. They are told in the summary and the report and never in records: a hint changes no digest.

import type { PlainData } from "../sim/plain-data.js";

/** An event that happened while some of its selectors meant no node to which it could happen. */
export interface EmptyPick {
  readonly event: string;
  readonly timeMicros: number;
  /** The keys of those selectors: `who`, `from`, `to`, `groups[1]`. */
  readonly selectors: readonly string[];
}

/** The empty picks of one run; as many as the scenario has events at most, and those that were injected. */
export class EmptyPicks {
  readonly #picks: EmptyPick[] = [];

  add(pick: EmptyPick): void {
    this.#picks.push(pick);
  }

  /** In the order in which they happened. */
  all(): readonly EmptyPick[] {
    return this.#picks;
  }

  snapshot(): PlainData {
    return this.#picks.map(({ event, timeMicros, selectors }) => [event, timeMicros, selectors]);
  }

  restore(state: PlainData): void {
    this.#picks.length = 0;
    for (const saved of state as readonly [string, number, readonly string[]][]) {
      const [event, timeMicros, selectors] = saved;
      this.#picks.push({ event, timeMicros, selectors });
    }
  }
}
