// Judges operations on keys: of all that could be answered, how many were answered right and in time.

import type { RecordKind, RunRecord } from "../../trace/record.js";
import type { AnsweredExpectation } from "../expectation.js";
import { plural, showCount, showSeconds, showShare } from "../../trace/show-quantity.js";
import type { Window } from "../time-window.js";
import { NEVER } from "./checker.js";
import type { Checker, CheckResult } from "./checker.js";
import { KeyOperations } from "./key-operations.js";
import type { JudgedOperation, KeyOperationsOptions } from "./key-operations.js";
import { StandingBreak } from "./standing-break.js";

/** More excluded operations than this share mean that the figure says little: the expectation fails. */
const EXCLUDED_SHARE_MAX = 0.5;

export interface AnsweredCheckerOptions extends Omit<KeyOperationsOptions, "onJudged"> {
  /** Operations that begin outside are not judged. */
  readonly window: Window;
}

/** The checker of `answered`. */
export class AnsweredChecker implements Checker {
  readonly kinds: readonly RecordKind[] = KeyOperations.kinds;
  readonly nextSampleMicros = NEVER;
  readonly #expectation: AnsweredExpectation;
  readonly #window: Window;
  readonly #operations: KeyOperations;
  readonly #tooFew = new StandingBreak<JudgedOperation>();
  #counted = 0;
  #answered = 0;
  #late = 0;
  #excluded = 0;

  constructor(expectation: AnsweredExpectation, { window, ...options }: AnsweredCheckerOptions) {
    this.#expectation = expectation;
    this.#window = window;
    this.#operations = new KeyOperations({
      ...options,
      onJudged: (judged) => {
        this.#count(judged);
      },
    });
  }

  accept(record: RunRecord): void {
    this.#operations.accept(record);
  }

  passTo(): void {
    // Judged at records alone.
  }

  sampleAt(): void {
    // Judged at records alone.
  }

  finish(endMicros: number): CheckResult {
    this.#operations.finish(endMicros);
    const { name, shareMin, withinMicros, operation } = this.#expectation;
    const failure = this.#failure();
    const what = operation === null ? "operations" : `${operation}s`;
    const bound = withinMicros === null ? "" : ` within ${showSeconds(withinMicros)}`;
    const result = {
      name,
      holds: failure === null,
      observed: this.#describe() + (failure === null ? "" : `; ${failure}`),
      expected: `${showShare(shareMin)} of ${what} answered${bound}`,
    };
    const culprit = this.#tooFew.culprit;
    if (failure === null || culprit === undefined) return result;
    const { line } = culprit;
    const concerned = line.node === undefined ? {} : { concerned: [line.node] };
    return { ...result, firstBreak: line, ...concerned };
  }

  #count(judged: JudgedOperation): void {
    const { operation, withinMicros } = this.#expectation;
    const { startMicros, endMicros } = this.#window;
    if (operation !== null && judged.operation !== operation) return;
    if (judged.startedMicros < startMicros || judged.startedMicros >= endMicros) return;
    const isLate = judged.tookMicros > (withinMicros ?? NEVER);
    const { verdict } = judged;
    const isOpen = verdict === "unfinished" && !isLate;
    if (verdict === "absent" || verdict === "abandoned" || isOpen) this.#excluded++;
    else {
      this.#counted++;
      if (verdict === "succeeded" && !isLate) this.#answered++;
      if (verdict === "succeeded" && isLate) this.#late++;
    }
    this.#tooFew.see(this.#isTooFew(), judged);
  }

  #failure(): string | null {
    if (this.#counted === 0) return "nothing could be judged";
    if (this.#excluded > (this.#excluded + this.#counted) * EXCLUDED_SHARE_MAX)
      return "more than half of the operations could not be judged";
    if (!this.#isTooFew()) return null;
    const late = this.#late === 0 ? "" : `, ${showCount(this.#late)} of them late`;
    return `${showCount(this.#counted - this.#answered)} missed${late}`;
  }

  #isTooFew(): boolean {
    return this.#answered < this.#counted * this.#expectation.shareMin;
  }

  #describe(): string {
    const excluded = `${showCount(this.#excluded)} excluded`;
    if (this.#counted === 0) return `none, ${excluded}`;
    const share = showShare(this.#answered / this.#counted);
    return `${share} of ${plural(this.#counted, "operation")}, ${excluded}`;
  }
}
