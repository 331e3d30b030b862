// A copy of a record that a checker may need later, when it turns out to be the first that broke something.

import { RunRecord } from "../../trace/record.js";
import { traceLine } from "../../trace/trace-line.js";
import type { RecordWords, TraceLine } from "../../trace/trace-line.js";

/** Holds one record at a time. Keeping one allocates nothing; its line is made when someone asks. */
export class KeptRecord {
  readonly #copy = new RunRecord();
  readonly #words: RecordWords;
  #isKept = false;

  constructor(words: RecordWords) {
    this.#words = words;
  }

  get isKept(): boolean {
    return this.#isKept;
  }

  /** Keeps a copy of `record` in place of what was kept before. */
  keep(record: RunRecord): void {
    Object.assign(this.#copy, record);
    this.#isKept = true;
  }

  /** Keeps a copy unless something is kept already: the first stays. */
  keepFirst(record: RunRecord): void {
    if (!this.#isKept) this.keep(record);
  }

  forget(): void {
    this.#isKept = false;
  }

  /** The line of what is kept, or undefined. */
  line(): TraceLine | undefined {
    return this.#isKept ? traceLine(this.#copy, this.#words) : undefined;
  }
}
