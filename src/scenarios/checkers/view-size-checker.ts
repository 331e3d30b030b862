// Judges that every view has a size within bounds. A view that breaks a bound is found at the end of the instant of
// the record that changed it; a young view that never fills is found when it comes of age, at a sample.

import type { OverlayViews } from "../../analysis/overlay-views.js";
import { RecordKind } from "../../trace/record.js";
import type { RunRecord } from "../../trace/record.js";
import type { TraceLine } from "../../trace/trace-line.js";
import type { ViewSizeExpectation } from "../expectation.js";
import { plural, showSeconds } from "../../trace/show-quantity.js";
import type { Window } from "../time-window.js";
import { NAMES_MAX, NEVER } from "./checker.js";
import type { Checker, CheckResult } from "./checker.js";
import { KeptRecord } from "./kept-record.js";
import type { OverlayLook } from "./overlay-parts.js";
import { nextSample } from "./throughout-checker.js";

export interface ViewSizeOptions {
  readonly look: OverlayLook;
  readonly window: Window;
  /** Distance of the samples at which all views are looked at. */
  readonly everyMicros: number;
}

/** The checker of `view-size`. Attached after the tracker. */
export class ViewSizeChecker implements Checker {
  readonly kinds: readonly RecordKind[] = [RecordKind.view];
  nextSampleMicros: number;
  readonly #expectation: ViewSizeExpectation;
  readonly #options: ViewSizeOptions;
  readonly #views: OverlayViews;
  /** Views out of bounds in the present instant, with the record that made them so. */
  readonly #suspects = new Map<number, KeptRecord>();
  readonly #wrong = new Set<number>();
  #seen = 0;
  #smallest = Infinity;
  #largest = 0;
  #firstBreak: TraceLine | undefined;
  #firstText = "";

  constructor(expectation: ViewSizeExpectation, options: ViewSizeOptions) {
    this.#expectation = expectation;
    this.#options = options;
    this.#views = options.look.tracker.overlay(expectation.overlay);
    const { startMicros, endMicros } = options.window;
    this.nextSampleMicros = startMicros < endMicros ? startMicros : NEVER;
  }

  accept(record: RunRecord): void {
    const { node, timeMicros } = record;
    if (!this.#isJudged(node, timeMicros) || this.#isWithin(this.#views.viewSize(node))) return;
    let kept = this.#suspects.get(node);
    if (kept === undefined) {
      kept = new KeptRecord(this.#options.look.view);
      this.#suspects.set(node, kept);
    }
    kept.keepFirst(record);
  }

  passTo(): void {
    if (this.#suspects.size === 0) return;
    for (const [node, kept] of this.#suspects) {
      const line = kept.line();
      if (line !== undefined) this.#look(node, line.timeMicros, line);
    }
    this.#suspects.clear();
  }

  sampleAt(timeMicros: number): void {
    this.passTo();
    for (let node = 0; node < this.#options.look.view.nodeCount; node++) {
      this.#look(node, timeMicros, undefined);
    }
    this.nextSampleMicros = nextSample(timeMicros, this.#options.window, this.#options.everyMicros);
  }

  finish(): CheckResult {
    this.passTo();
    const { name, min, max } = this.#expectation;
    const expected =
      max === null ? `at least ${String(min)} peers` : `${String(min)} to ${String(max)} peers`;
    if (this.#seen === 0) {
      return { name, expected, holds: false, observed: "no node was old enough to be judged" };
    }
    const sizes = `${String(this.#smallest)} to ${String(this.#largest)} peers`;
    if (this.#wrong.size === 0) return { name, expected, holds: true, observed: sizes };
    const { view } = this.#options.look;
    return {
      name,
      expected,
      holds: false,
      observed: `${sizes}; ${plural(this.#wrong.size, "node")} out of bounds, ${this.#firstText}`,
      ...(this.#firstBreak === undefined ? {} : { firstBreak: this.#firstBreak }),
      concerned: [...this.#wrong].slice(0, NAMES_MAX).map((node) => view.nodeName(node)),
    };
  }

  /** Judges one view as it is now. */
  #look(node: number, timeMicros: number, line: TraceLine | undefined): void {
    if (!this.#isJudged(node, timeMicros)) return;
    const size = this.#views.viewSize(node);
    this.#seen++;
    if (size < this.#smallest) this.#smallest = size;
    if (size > this.#largest) this.#largest = size;
    if (this.#isWithin(size)) return;
    if (this.#wrong.size === 0) {
      this.#firstBreak = line;
      const name = this.#options.look.view.nodeName(node);
      this.#firstText = `first ${name} with ${String(size)} at ${showSeconds(timeMicros)}`;
    }
    this.#wrong.add(node);
  }

  #isWithin(size: number): boolean {
    const { min, max } = this.#expectation;
    return size >= min && (max === null || size <= max);
  }

  #isJudged(node: number, timeMicros: number): boolean {
    const { window, look } = this.#options;
    if (timeMicros < window.startMicros || timeMicros >= window.endMicros) return false;
    return timeMicros - look.lives.runningSince(node) >= this.#expectation.graceMicros;
  }
}
