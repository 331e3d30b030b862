// Collects what is wrong with a scenario, so that one reading reports everything and not only the first.

import { ScenarioError } from "./scenario-error.js";
import type { ScenarioProblem } from "./scenario-error.js";
import type { ScenarioSource, SourcePath } from "./scenario-source.js";
import type { Advice } from "./written-values.js";

/** Problems of one scenario so far. */
export class ProblemLog {
  readonly #source: ScenarioSource;
  readonly #problems: ScenarioProblem[] = [];

  constructor(source: ScenarioSource) {
    this.#source = source;
  }

  /** Notes a problem with what is written at `path`. */
  report(path: SourcePath, message: string, advice: Advice): void {
    const problem = this.#source.problemAt(path, message, advice);
    // Repetitions of an event, and whatever is looked up twice, say the same thing again.
    const isKnown = this.#problems.some(
      (known) => known.path === problem.path && known.message === message,
    );
    if (!isKnown) this.#problems.push(problem);
  }

  /** Throws `ScenarioError` when anything was noted. */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ScenarioError(this.#source.file, this.#problems);
  }
}
