// Tells disturbances from other records: a join, leave, crash, restart, partition, heal or change of
// conditions. After each of them a protocol may need time; without one it has no excuse.

import { RecordKind } from "../../trace/record.js";
import type { RunRecord } from "../../trace/record.js";
import type { RecordWords } from "../../trace/trace-line.js";

/** The statuses whose beginning disturbs; `active` is the recovery from it. */
const DISTURBING_STATUSES: ReadonlySet<string> = new Set(["joining", "leaving", "left", "crashed"]);

/** Recognises disturbances. Remembers each node's status, since a status told again disturbs nobody. */
export class Disturbances {
  readonly #words: RecordWords;
  readonly #statusOf: (number | undefined)[] = [];

  constructor(words: RecordWords) {
    this.#words = words;
  }

  /** The kinds of record that it must be shown. */
  static readonly kinds: readonly RecordKind[] = [RecordKind.status, RecordKind.fault];

  /** Whether this record is a disturbance. Each record is shown once, in order. */
  isOne(record: RunRecord): boolean {
    if (record.kind === RecordKind.fault) return true;
    if (record.kind !== RecordKind.status) return false;
    if (this.#statusOf[record.node] === record.name) return false;
    this.#statusOf[record.node] = record.name;
    return DISTURBING_STATUSES.has(this.#words.text(record.name));
  }
}
