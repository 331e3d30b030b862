// What protocols measured of themselves, in brief: `context.observe(name, value)` over the whole run.

import { RecordKind } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import type { RecordWords } from "../trace/trace-line.js";

/** One observed quantity. */
export interface ObservationReport {
  readonly count: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** Sums up observations by name. O(1) a record and memory for each name only. */
export class ObservationCounter implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.observation];
  readonly #words: RecordWords;
  readonly #byName = new Map<number, { count: number; mean: number; min: number; max: number }>();

  constructor(words: RecordWords) {
    this.#words = words;
  }

  accept({ name, value }: RunRecord): void {
    const known = this.#byName.get(name);
    if (known === undefined) {
      this.#byName.set(name, { count: 1, mean: value, min: value, max: value });
      return;
    }
    known.count++;
    known.mean += (value - known.mean) / known.count;
    known.min = Math.min(known.min, value);
    known.max = Math.max(known.max, value);
  }

  /** By name, in order of first occurrence. */
  report(): Record<string, ObservationReport> {
    const report: Record<string, ObservationReport> = {};
    for (const [name, summary] of this.#byName) report[this.#words.text(name)] = { ...summary };
    return report;
  }
}
