// Goes through the records of a trace between two instants, block by block, so that whoever takes them can wait between
// blocks and memory stays small.

import { RunRecord } from "../record.js";
import type { RecordFilter } from "./record-filter.js";
import type { TraceReader } from "./trace-reader.js";

export interface VisitSpan {
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Which of the records; null for all. */
  readonly only: RecordFilter | null;
}

/**
 * The records of a span in order, those of a block at a time. Rejects with `TraceDamageError` at a block that is damaged.
 */
export async function* recordsOf(
  reader: TraceReader,
  { fromMicros, toMicros, only }: VisitSpan,
): AsyncGenerator<readonly RunRecord[]> {
  for (let block = 0; block < reader.blocks.length; block++) {
    const { startMicros, endMicros } = reader.blocks[block]!;
    if (endMicros < fromMicros || startMicros > toMicros) continue;
    const columns = await reader.load(block);
    const records: RunRecord[] = [];
    const record = new RunRecord();
    for (let i = 0; i < columns.count; i++) {
      const timeMicros = columns.timeMicros[i]!;
      if (timeMicros < fromMicros || timeMicros > toMicros) continue;
      columns.read(i, record);
      if (only === null || only.keeps(record)) records.push(Object.assign(new RunRecord(), record));
    }
    if (records.length > 0) yield records;
  }
}
