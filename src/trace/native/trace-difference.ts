// Where two traces part: the first record that differs, by words and not by their numbers, which each run gives anew.

import { RECORD_FIELDS, RunRecord } from "../record.js";
import type { RecordColumns } from "./record-columns.js";
import type { TraceReader } from "./trace-reader.js";

/** The number of the first record that differs; null when both traces have the same records. */
export async function firstDifference(a: TraceReader, b: TraceReader): Promise<number | null> {
  const compare = new RecordComparison(a, b);
  const common = Math.min(a.recordCount, b.recordCount);
  let index = 0;
  while (index < common) {
    const blockA = a.blockOfRecord(index);
    const blockB = b.blockOfRecord(index);
    const columnsA = await a.load(blockA);
    const columnsB = await b.load(blockB);
    const startA = a.blocks[blockA]!.firstRecord;
    const startB = b.blocks[blockB]!.firstRecord;
    const end = Math.min(startA + columnsA.count, startB + columnsB.count);
    for (; index < end; index++) {
      if (!compare.isSame(columnsA, index - startA, columnsB, index - startB)) return index;
    }
  }
  return a.recordCount === b.recordCount ? null : common;
}

/** Compares single records of two traces. */
class RecordComparison {
  readonly #a = new RunRecord();
  readonly #b = new RunRecord();
  /** For each word of the first trace its number in the second; -1 for none. */
  readonly #numbers: readonly number[];

  constructor(a: TraceReader, b: TraceReader) {
    const numbers = new Map(b.words.map((word, i) => [word, i]));
    this.#numbers = a.words.map((word) => numbers.get(word) ?? -1);
  }

  isSame(columnsA: RecordColumns, i: number, columnsB: RecordColumns, j: number): boolean {
    const a = this.#a;
    const b = this.#b;
    columnsA.read(i, a);
    columnsB.read(j, b);
    return (
      a.kind === b.kind &&
      a.node === b.node &&
      a.timeMicros === b.timeMicros &&
      a.origin === b.origin &&
      a.counter === b.counter &&
      a.causeTimeMicros === b.causeTimeMicros &&
      a.causeOrigin === b.causeOrigin &&
      a.causeCounter === b.causeCounter &&
      RECORD_FIELDS[a.kind].every((field) => {
        switch (field) {
          case "name":
          case "reason":
            return this.#numbers[a[field]] === b[field];
          case "content":
            return a.contentHigh === b.contentHigh && a.contentLow === b.contentLow;
          default:
            return Object.is(a[field], b[field]);
        }
      })
    );
  }
}
