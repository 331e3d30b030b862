// Looks at the run when virtual time passes the instants that samplers ask for. It schedules nothing: the
// run's loop compares one number an event, so looking changes neither order nor digest.

import { invariant } from "../trace/invariant.js";
import { NEVER } from "./checkers/checker.js";
import type { Sampler } from "./checkers/checker.js";

/**
 * Merges the instants of many samplers. Before it executes an event at `timeMicros`, the run calls
 * `if (timeMicros > clock.nextMicros) clock.advanceTo(timeMicros)`, and at its end `finish(endMicros)`.
 */
export class SampleClock {
  readonly #samplers: readonly Sampler[];
  /** The earliest instant that anyone waits for. */
  nextMicros = NEVER;

  /** Samplers that want the same instant are called in this order. */
  constructor(samplers: readonly Sampler[]) {
    this.#samplers = samplers;
    this.#findNext();
  }

  /** Takes every sample whose instant lies before `timeMicros`, in order of time. */
  advanceTo(timeMicros: number): void {
    while (this.nextMicros < timeMicros) this.#sample(this.nextMicros);
  }

  /** Takes every sample up to the end of the run, the end included. */
  finish(endMicros: number): void {
    while (this.nextMicros <= endMicros) this.#sample(this.nextMicros);
  }

  #sample(timeMicros: number): void {
    for (const sampler of this.#samplers) {
      if (sampler.nextSampleMicros !== timeMicros) continue;
      sampler.sampleAt(timeMicros);
      invariant(
        sampler.nextSampleMicros > timeMicros,
        "A sampler's next instant lies after the one that it has just taken",
      );
    }
    this.#findNext();
  }

  #findNext(): void {
    this.nextMicros = NEVER;
    for (const { nextSampleMicros } of this.#samplers) {
      if (nextSampleMicros < this.nextMicros) this.nextMicros = nextSampleMicros;
    }
  }
}
