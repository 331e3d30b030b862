// Judges the share of links that lead to nodes that do not run: at every instant of a window, on average over it,
// or at its end. Exact: the tracker knows the share after every record.

import type { OverlayViews } from "../../analysis/overlay-views.js";
import type { OverlayTracker } from "../../analysis/overlay-tracker.js";
import type { RecordKind, RunRecord } from "../../trace/record.js";
import type { TraceLine } from "../../trace/trace-line.js";
import type { StaleLinksExpectation } from "../expectation.js";
import type { RunView } from "../run-view.js";
import { showSeconds, showShare } from "../../trace/show-quantity.js";
import type { Window } from "../time-window.js";
import { NEVER } from "./checker.js";
import type { Checker, CheckResult } from "./checker.js";
import { KeptRecord } from "./kept-record.js";

export interface StaleLinksOptions {
  readonly tracker: OverlayTracker;
  readonly view: RunView;
  /** The window that is judged; for `end`, its last microsecond is. */
  readonly window: Window;
}

/** The checker of `stale-links`. Attached after the tracker. */
export class StaleLinksChecker implements Checker {
  readonly kinds: readonly RecordKind[];
  readonly nextSampleMicros = NEVER;
  readonly #expectation: StaleLinksExpectation;
  readonly #options: StaleLinksOptions;
  readonly #overlay: OverlayViews;
  /** The record at which the share last rose above the bound. */
  readonly #crossing: KeptRecord;
  #isAbove = false;
  #nowMicros = 0;
  #judgedMicros = 0;
  #weightedShare = 0;
  #worstShare = 0;
  #worstAtMicros = 0;
  #lastShare: number | null = null;
  /** What broke it, where it is judged at every instant, or on average: the first crossing that counted. */
  #firstBreak: TraceLine | undefined;

  constructor(expectation: StaleLinksExpectation, options: StaleLinksOptions) {
    this.kinds = options.tracker.kinds;
    this.#expectation = expectation;
    this.#options = options;
    this.#overlay = options.tracker.overlay(expectation.overlay);
    this.#crossing = new KeptRecord(options.view);
  }

  accept(record: RunRecord): void {
    const isAbove = this.#share() > this.#expectation.shareMax;
    if (isAbove && !this.#isAbove) this.#crossing.keep(record);
    this.#isAbove = isAbove;
  }

  passTo(timeMicros: number): void {
    const { startMicros, endMicros } = this.#options.window;
    const fromMicros = Math.max(this.#nowMicros, startMicros);
    const untilMicros = Math.min(timeMicros, endMicros);
    this.#nowMicros = timeMicros;
    if (untilMicros <= fromMicros) return;
    const share = this.#share();
    this.#judgedMicros += untilMicros - fromMicros;
    this.#weightedShare += share * (untilMicros - fromMicros);
    this.#lastShare = share;
    if (share > this.#expectation.shareMax && this.#expectation.judged.kind !== "end") {
      this.#firstBreak ??= this.#crossing.line();
    }
    if (share > this.#worstShare) {
      this.#worstShare = share;
      this.#worstAtMicros = fromMicros;
    }
  }

  sampleAt(): void {
    // Judged at records alone.
  }

  finish(endMicros: number): CheckResult {
    this.passTo(endMicros + 1);
    const { name, shareMax, judged } = this.#expectation;
    const expected = `at most ${showShare(shareMax)} ${WHEN[judged.kind]}`;
    if (this.#lastShare === null) {
      return { name, expected, holds: false, observed: "the run ended before the window began" };
    }
    const share = this.#judgedShare(this.#lastShare);
    const holds = share <= shareMax;
    const at = judged.kind === "throughout" ? ` at ${showSeconds(this.#worstAtMicros)}` : "";
    const observed =
      judged.kind === "throughout" ? `worst ${showShare(share)}${at}` : showShare(share);
    if (holds) return { name, expected, holds, observed };
    const firstBreak = this.#firstBreak ?? this.#crossing.line();
    return { name, expected, holds, observed, ...(firstBreak === undefined ? {} : { firstBreak }) };
  }

  #judgedShare(lastShare: number): number {
    switch (this.#expectation.judged.kind) {
      case "end":
        return lastShare;
      case "throughout":
        return this.#worstShare;
      case "average":
        return this.#weightedShare / this.#judgedMicros;
    }
  }

  #share(): number {
    const { links, staleLinks } = this.#overlay;
    return staleLinks === 0 ? 0 : staleLinks / links;
  }
}

const WHEN = { end: "at the end", throughout: "at any time", average: "on average" } as const;
