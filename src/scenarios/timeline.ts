// The run's phases at absolute times, and what times written against them mean.

import { TIME_MICROS_MAX } from "../sim/event-queue.js";
import { DEFAULT_LIMITS } from "../sim/limits.js";
import type { ProblemLog } from "./problem-log.js";
import type { Phase } from "./scenario.js";
import type { SourcePath } from "./scenario-source.js";
import { didYouMean } from "./suggestion.js";
import type { Window } from "./time-window.js";
import { formatDuration } from "./units.js";
import type { WrittenWindow } from "./process-schema.js";
import type { WrittenTime } from "./written-values.js";

/** The longest run: what its limit of virtual time allows, and what the queue of events can hold. */
const RUN_MICROS_MAX = Math.min(DEFAULT_LIMITS.timeMicrosMax, TIME_MICROS_MAX);

/** Reads times against phases. What cannot be is noted in the log and read as 0. */
export class Timeline {
  readonly phases: readonly Phase[];
  readonly endMicros: number;
  readonly #log: ProblemLog;

  constructor(lengths: Readonly<Record<string, number>>, log: ProblemLog) {
    this.#log = log;
    let startMicros = 0;
    this.phases = Object.entries(lengths).map(([name, micros]) => {
      const phase = { name, startMicros, endMicros: startMicros + micros };
      startMicros = phase.endMicros;
      return phase;
    });
    this.endMicros = startMicros;
    if (startMicros > RUN_MICROS_MAX) {
      log.report(["phases"], `the phases together last ${formatDuration(startMicros)}`, {
        expected: `a run of at most ${formatDuration(RUN_MICROS_MAX)}`,
        remedy: "check the units of the phases",
      });
    }
  }

  /** A time as microseconds from the run's start; may be the end of the run, not after it. */
  time(written: WrittenTime, path: SourcePath): number {
    const base = this.#base(written.from, path);
    if (base === null) return 0;
    const micros = base + written.offsetMicros;
    if (micros < 0) {
      this.#log.report(path, `lies ${formatDuration(-micros)} before the start of the run`, {
        expected: "a time of the run",
        remedy: "write a later time",
      });
      return 0;
    }
    if (micros > this.endMicros) {
      this.#log.report(
        path,
        `lies ${formatDuration(micros - this.endMicros)} after the end of the run`,
        {
          expected: `a time up to ${formatDuration(this.endMicros)}, the sum of the phases`,
          remedy: "write an earlier time, or make a phase longer",
        },
      );
      return 0;
    }
    return micros;
  }

  /** A time at which something can still happen: before the end of the run. */
  timeBeforeEnd(written: WrittenTime, path: SourcePath): number {
    const micros = this.time(written, path);
    if (micros < this.endMicros) return micros;
    this.#log.report(path, "is the end of the run, when nothing happens any more", {
      expected: `a time before ${formatDuration(this.endMicros)}`,
      remedy: "write an earlier time, or make a phase longer",
    });
    return 0;
  }

  /** A phase, or two times of which the second is later. The whole run for undefined. */
  window(written: WrittenWindow | undefined, path: SourcePath): Window {
    const wholeRun = { startMicros: 0, endMicros: this.endMicros };
    if (written === undefined) return wholeRun;
    if (typeof written === "string") {
      const phase = this.phases.find(({ name }) => name === written);
      if (phase !== undefined)
        return { startMicros: phase.startMicros, endMicros: phase.endMicros };
      this.#unknownPhase(written, path);
      return wholeRun;
    }
    const startMicros = this.time(written[0], [...path, 0]);
    const endMicros = this.time(written[1], [...path, 1]);
    if (startMicros < endMicros) return { startMicros, endMicros };
    this.#log.report(path, "ends before it begins", {
      expected: "two times, the second later than the first",
      remedy: "swap or change the times",
    });
    return wholeRun;
  }

  #base(from: string | null, path: SourcePath): number | null {
    if (from === null) return 0;
    if (from === "end") return this.endMicros;
    const phase = this.phases.find(({ name }) => name === from);
    if (phase !== undefined) return phase.startMicros;
    this.#unknownPhase(from, path);
    return null;
  }

  #unknownPhase(name: string, path: SourcePath): void {
    const names = this.phases.map((phase) => phase.name);
    this.#log.report(path, `${name} is not a phase`, {
      expected: `one of ${names.join(", ")}`,
      remedy: didYouMean(name, names) || "add it to phases",
    });
  }
}
