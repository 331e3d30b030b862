// Judges a condition that must hold during a whole window. It is asked at samples, and says how far apart.

import type { RecordKind, RunRecord } from "../../trace/record.js";
import type { Window } from "../time-window.js";
import type { RunView } from "../run-view.js";
import { plural, showSeconds } from "../../trace/show-quantity.js";
import { NEVER } from "./checker.js";
import type { Checker, CheckResult } from "./checker.js";
import type { ConditionFailure, SampledCondition } from "./condition.js";
import { KeptRecord } from "./kept-record.js";

export interface ThroughoutOptions {
  readonly name: string;
  /** What is wanted, in words. */
  readonly expected: string;
  readonly condition: SampledCondition;
  readonly window: Window;
  /** Distance of samples. */
  readonly everyMicros: number;
  readonly view: RunView;
  /** The kinds of record that can break the condition; the last before a failed sample is named. */
  readonly kinds: readonly RecordKind[];
  /** Which of their records can break it. */
  readonly mayBreak: (record: RunRecord) => boolean;
}

/** The checker of conditions that hold `throughout` a window or at the end of the run. */
export class ThroughoutChecker implements Checker {
  readonly kinds: readonly RecordKind[];
  nextSampleMicros: number;
  readonly #options: ThroughoutOptions;
  /** The first record since the last good sample that can have broken the condition. */
  readonly #suspect: KeptRecord;
  #samples = 0;
  #failed = 0;
  #failedAtMicros = 0;
  #failure: ConditionFailure | null = null;

  constructor(options: ThroughoutOptions) {
    this.#options = options;
    this.kinds = options.kinds;
    const { startMicros, endMicros } = options.window;
    this.nextSampleMicros = startMicros < endMicros ? startMicros : NEVER;
    this.#suspect = new KeptRecord(options.view);
  }

  accept(record: RunRecord): void {
    if (this.#failure === null && this.#options.mayBreak(record)) this.#suspect.keepFirst(record);
  }

  passTo(): void {
    // What happens between samples is not judged.
  }

  sampleAt(timeMicros: number): void {
    const { condition, window, everyMicros } = this.#options;
    this.#samples++;
    const failure = condition.failure(timeMicros);
    if (failure !== null) {
      this.#failed++;
      if (this.#failure === null) {
        this.#failure = failure;
        this.#failedAtMicros = timeMicros;
      }
    } else if (this.#failure === null) {
      this.#suspect.forget();
    }
    this.nextSampleMicros = nextSample(timeMicros, window, everyMicros);
  }

  finish(): CheckResult {
    const { name, expected, everyMicros } = this.#options;
    const sampled = `${plural(this.#samples, "sample")}, every ${showSeconds(everyMicros)}`;
    if (this.#samples === 0) {
      return { name, expected, holds: false, observed: "the run ended before the window began" };
    }
    if (this.#failure === null)
      return { name, expected, holds: true, observed: `held at ${sampled}` };
    const firstBreak = this.#suspect.line();
    return {
      name,
      expected,
      holds: false,
      observed:
        `failed at ${String(this.#failed)} of ${sampled}, first at ` +
        `${showSeconds(this.#failedAtMicros)}: ${this.#failure.text}`,
      ...(firstBreak === undefined ? {} : { firstBreak }),
      ...(this.#failure.concerned.length === 0 ? {} : { concerned: this.#failure.concerned }),
    };
  }
}

/** The sample after `timeMicros`: the window's last microsecond is always one of them. */
export function nextSample(timeMicros: number, { endMicros }: Window, everyMicros: number): number {
  const lastMicros = endMicros - 1;
  if (timeMicros >= lastMicros) return NEVER;
  return Math.min(timeMicros + everyMicros, lastMicros);
}
