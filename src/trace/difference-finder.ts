// Finds the first record at which a run parts from an earlier one, and keeps its neighbours on both sides.

import type { Names } from "./names.js";
import { RunRecord } from "./record.js";
import type { RecordSink } from "./record.js";
import { COMPARED_KINDS, RollingRecordHash } from "./record-fingerprint.js";
import type { RecordFingerprint } from "./record-fingerprint.js";
import { traceLine } from "./trace-line.js";
import type { EventKeyTriple, RecordWords, TraceLine } from "./trace-line.js";

/** How many records before and after the first difference are shown. */
export const NEIGHBOURS = 5;

/** How many records of the event that caused a difference are shown. */
const CAUSE_RECORDS_MAX = 10;

/** A record with its place in its run, counted from 0. */
export interface PlacedLine {
  readonly index: number;
  readonly line: TraceLine;
}

/** Where the second run parts from the first. */
export interface RunDifference {
  /** Place of the first record that differs. */
  readonly index: number;
  /** The second run's records from `NEIGHBOURS` before to `NEIGHBOURS` after; it may have ended before. */
  readonly lines: readonly PlacedLine[];
  /** Key of the event that caused the differing record's event; null when the second run had ended. */
  readonly cause: EventKeyTriple | null;
}

/** Records in the order in which they came, the last few of them. */
class RecentRecords {
  readonly #records: RunRecord[] = [];
  readonly #max: number;

  constructor(max: number) {
    this.#max = max;
  }

  keep(record: RunRecord): void {
    const oldest = this.#records.length < this.#max ? new RunRecord() : this.#records.shift();
    this.#records.push(Object.assign(oldest ?? new RunRecord(), record));
  }

  lines(words: RecordWords, endIndex: number): PlacedLine[] {
    const first = endIndex - this.#records.length;
    return this.#records.map((record, i) => ({
      index: first + i,
      line: traceLine(record, words),
    }));
  }
}

/** Compares a run, record by record, with the fingerprint of an earlier one. */
export class DifferenceFinder implements RecordSink {
  readonly kinds = COMPARED_KINDS;
  readonly #earlier: RecordFingerprint;
  readonly #hash: RollingRecordHash;
  readonly #words: RecordWords;
  readonly #recent = new RecentRecords(2 * NEIGHBOURS + 1);
  #count = 0;
  #differsAt: number | null = null;

  /** `names` and `words` are those of the run that is being compared. */
  constructor(earlier: RecordFingerprint, { names, words }: { names: Names; words: RecordWords }) {
    this.#earlier = earlier;
    this.#hash = new RollingRecordHash(names);
    this.#words = words;
  }

  accept(record: RunRecord): void {
    if (this.#differsAt === null) {
      if (this.#hash.add(record) !== this.#earlier.at(this.#count)) this.#differsAt = this.#count;
    } else if (this.#count > this.#differsAt + NEIGHBOURS) return;
    this.#recent.keep(record);
    this.#count++;
  }

  /** The first difference, or null when both runs wrote the same records. Asked when the run is over. */
  difference(): RunDifference | null {
    const isShort = this.#differsAt === null && this.#count < this.#earlier.count;
    const index = isShort ? this.#count : this.#differsAt;
    if (index === null) return null;
    const lines = this.#recent
      .lines(this.#words, this.#count)
      .filter((placed) => placed.index >= index - NEIGHBOURS);
    const cause = lines.find((placed) => placed.index === index)?.line.cause ?? null;
    return { index, lines, cause };
  }
}

/** Captures the records around one place of a run that is repeated, and those of one event. */
export class RecordWindow implements RecordSink {
  readonly kinds = COMPARED_KINDS;
  readonly lines: PlacedLine[] = [];
  /** Records of the event `cause`, at most `CAUSE_RECORDS_MAX`. */
  readonly causeLines: PlacedLine[] = [];
  readonly #index: number;
  readonly #cause: EventKeyTriple | null;
  readonly #words: RecordWords;
  #count = 0;

  constructor({ index, cause }: Pick<RunDifference, "index" | "cause">, words: RecordWords) {
    this.#index = index;
    this.#cause = cause;
    this.#words = words;
  }

  accept(record: RunRecord): void {
    const index = this.#count++;
    if (this.#isOfCause(record) && this.causeLines.length < CAUSE_RECORDS_MAX) {
      this.causeLines.push({ index, line: traceLine(record, this.#words) });
    }
    if (Math.abs(index - this.#index) > NEIGHBOURS) return;
    this.lines.push({ index, line: traceLine(record, this.#words) });
  }

  #isOfCause(record: RunRecord): boolean {
    if (this.#cause === null) return false;
    const [timeMicros, origin, counter] = this.#cause;
    return (
      record.timeMicros === timeMicros && record.origin === origin && record.counter === counter
    );
  }
}
