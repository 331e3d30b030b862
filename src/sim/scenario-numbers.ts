// Numbers of the scenario's own events. Each counts the events of its instant alone, so that an event that is added,
// injected or left out changes the key of no event at another time.

import type { PlainData } from "./plain-data.js";

/** Numbers the scenario's events, instant by instant. */
export class ScenarioNumbers {
  /** How many are planned for each instant that has not come. */
  readonly #counts = new Map<number, number>();

  /** The number of the next event that is planned for an instant. */
  next(timeMicros: number): number {
    const number = this.#counts.get(timeMicros) ?? 0;
    this.#counts.set(timeMicros, number + 1);
    return number;
  }

  /** An instant has come: nothing more is planned for it. */
  passTo(timeMicros: number): void {
    this.#counts.delete(timeMicros);
  }

  snapshot(): PlainData {
    return [...this.#counts];
  }

  restore(state: PlainData): void {
    this.#counts.clear();
    for (const [timeMicros, count] of state as readonly (readonly [number, number])[]) {
      this.#counts.set(timeMicros, count);
    }
  }
}
