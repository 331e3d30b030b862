// Judges whether a condition settles after disturbances. Exact conditions are followed from record to
// record, by the state at the end of each instant; others are asked at samples, and the report says how far apart.

import type { RecordKind, RunRecord } from "../../trace/record.js";
import type { TraceLine } from "../../trace/trace-line.js";
import type { RunView } from "../run-view.js";
import { showSeconds } from "../../trace/show-quantity.js";
import { NEVER } from "./checker.js";
import type { Checker, CheckResult } from "./checker.js";
import type { Condition, ConditionFailure, SampledCondition } from "./condition.js";
import { Disturbances } from "./disturbances.js";
import { KeptRecord } from "./kept-record.js";
import { SettlingLedger } from "./settling-ledger.js";
import type { SettlingRules } from "./settling-ledger.js";
import { settlingReport, showSettling } from "./settling-report.js";
import type { SettlingReport } from "./settling-report.js";

/** How the condition is judged: at every record, or asked every so often. */
export type Judgement =
  | { readonly kind: "exact"; readonly condition: Condition }
  | {
      readonly kind: "sampled";
      readonly condition: SampledCondition;
      readonly everyMicros: number;
    };

export interface SettledOptions {
  /** Name of the expectation. */
  readonly name: string;
  readonly overlay: string;
  readonly as: SettlingReport["as"];
  readonly rules: SettlingRules;
  readonly judgement: Judgement;
  readonly view: RunView;
  /** When a shutdown of the network ends the observation; `Infinity` for never. */
  readonly endsAtMicros: number;
}

/** An episode that missed its deadline, as it stood then. */
interface Lateness {
  readonly deadlineMicros: number;
  readonly failure: ConditionFailure | null;
  readonly record: TraceLine | undefined;
}

/** The checker of `settled` and of `connected` after disturbances. */
export class SettledChecker implements Checker {
  readonly kinds: readonly RecordKind[];
  nextSampleMicros: number;
  readonly #options: SettledOptions;
  readonly #exact: Condition | null;
  readonly #ledger: SettlingLedger;
  readonly #disturbances: Disturbances;
  /** The record at which the condition was last lost; a candidate until its instant is over. */
  readonly #lostAt: KeptRecord;
  readonly #lastDisturbance: KeptRecord;
  #isLost = true;
  #nowMicros = 0;
  #isOver = false;
  #sampledFailure: ConditionFailure | null = null;
  #lateness: Lateness | null = null;
  #report: SettlingReport | null = null;

  constructor(options: SettledOptions) {
    this.#options = options;
    const { judgement, view } = options;
    this.#exact = judgement.kind === "exact" ? judgement.condition : null;
    this.#disturbances = new Disturbances(view);
    this.#lostAt = new KeptRecord(view);
    this.#lastDisturbance = new KeptRecord(view);
    this.#ledger = new SettlingLedger(options.rules, (deadlineMicros) => {
      this.#lateness ??= {
        deadlineMicros,
        failure: this.#exact?.explain() ?? this.#sampledFailure,
        record: this.#breakLine(),
      };
    });
    const kinds = new Set([...Disturbances.kinds, ...(this.#exact?.kinds ?? [])]);
    this.kinds = [...kinds];
    this.nextSampleMicros = judgement.kind === "sampled" ? judgement.everyMicros : NEVER;
  }

  accept(record: RunRecord): void {
    if (this.#isOver) return;
    if (this.#disturbances.isOne(record)) {
      this.#ledger.disturb(record.timeMicros);
      this.#lastDisturbance.keep(record);
    }
    if (this.#exact === null) return;
    this.#exact.accept(record);
    const isLost = !this.#exact.holds();
    if (isLost && !this.#isLost) this.#lostAt.keep(record);
    this.#isLost = isLost;
  }

  /** Ends the present instant and makes the changes that are due before the next. */
  passTo(timeMicros: number): void {
    if (this.#isOver) return;
    const untilMicros = Math.min(timeMicros, this.#options.endsAtMicros);
    const exact = this.#exact;
    if (exact !== null) {
      this.#ledger.note(this.#nowMicros, exact.holds());
      while (exact.nextChangeMicros < untilMicros) {
        const changeMicros = exact.nextChangeMicros;
        this.#ledger.advance(changeMicros);
        exact.change();
        if (exact.holds() === this.#isLost) this.#lostAt.forget();
        this.#isLost = !exact.holds();
        if (exact.nextChangeMicros > changeMicros) this.#ledger.note(changeMicros, !this.#isLost);
      }
    }
    this.#ledger.advance(untilMicros);
    this.#nowMicros = untilMicros;
    if (timeMicros >= this.#options.endsAtMicros) this.#isOver = true;
  }

  sampleAt(timeMicros: number): void {
    const { judgement } = this.#options;
    if (judgement.kind !== "sampled") return;
    this.nextSampleMicros += judgement.everyMicros;
    if (timeMicros >= this.#options.endsAtMicros) {
      this.nextSampleMicros = NEVER;
      return;
    }
    const failure = judgement.condition.failure(timeMicros);
    // The state before stands until this sample: a deadline that passed is judged by what was seen.
    this.#ledger.advance(timeMicros);
    this.#sampledFailure = failure;
    this.#ledger.note(timeMicros, failure === null);
  }

  finish(endMicros: number): CheckResult {
    const { name, rules, overlay, as, judgement, endsAtMicros } = this.#options;
    const untilMicros = Math.min(endMicros, endsAtMicros);
    this.passTo(untilMicros);
    const resolutionMicros = judgement.kind === "sampled" ? judgement.everyMicros : 0;
    const books = this.#ledger.finish(untilMicros);
    const report = settlingReport({ name, overlay, as, resolutionMicros }, books);
    this.#report = report;
    const result = {
      name,
      holds: report.episodes.late === 0 && report.episodes.settled > 0,
      observed: this.#observed(report, untilMicros),
      expected: expectedText(as, rules),
    };
    if (result.holds) return result;
    const record = this.#lateness?.record ?? this.#breakLine();
    const concerned = this.#failure()?.concerned;
    return {
      ...result,
      ...(record === undefined ? {} : { firstBreak: record }),
      ...(concerned === undefined || concerned.length === 0 ? {} : { concerned }),
    };
  }

  /** The entry of the report's `convergence`. Asked after `finish`. */
  report(): SettlingReport | null {
    return this.#report;
  }

  /** The record that broke the condition, or the disturbance after which it did not come. */
  #breakLine(): TraceLine | undefined {
    return this.#lostAt.line() ?? this.#lastDisturbance.line();
  }

  #failure(): ConditionFailure | null {
    if (this.#lateness !== null) return this.#lateness.failure;
    if (this.#exact !== null) return this.#exact.holds() ? null : this.#exact.explain();
    return this.#sampledFailure;
  }

  #observed(report: SettlingReport, untilMicros: number): string {
    const { afterMicros } = this.#options.rules;
    if (afterMicros !== null && untilMicros < afterMicros) {
      return `the observation ended at ${showSeconds(untilMicros)}, before it was to be judged`;
    }
    const text = showSettling(report);
    const sampled =
      report.resolutionMicros > 0 ? `; sampled every ${showSeconds(report.resolutionMicros)}` : "";
    if (report.episodes.late === 0 && report.episodes.settled > 0) return text + sampled;
    const failure = this.#failure();
    if (failure === null) return text + sampled;
    const when =
      this.#lateness === null ? "at the end" : `at ${showSeconds(this.#lateness.deadlineMicros)}`;
    return `${text}${sampled}; ${when} ${failure.text}`;
  }
}

const STATE_WORDS = {
  full: "full membership",
  valid: "a valid partial view",
  mixed: "a mixed partial view",
  connected: "one weak component",
} as const;

function expectedText(as: SettlingReport["as"], rules: SettlingRules): string {
  const from =
    rules.afterMicros === null
      ? "each episode of disturbances"
      : `${showSeconds(rules.afterMicros)}, and episodes from then on`;
  return (
    `${STATE_WORDS[as]} within ${showSeconds(rules.withinMicros)} after ${from}, ` +
    `for ${showSeconds(rules.holdMicros)}`
  );
}
