// What is in a trace, counted: records by kind and name, messages dropped by reason, bytes a record.

import { RECORD_KIND_NAMES, RecordKind } from "../record.js";
import { RunRecord } from "../record.js";
import type { TraceReader } from "./trace-reader.js";

/** Counts by word, most first. */
export type Tally = readonly (readonly [word: string, count: number])[];

export interface TraceStatistics {
  readonly kinds: Tally;
  /** Messages that left, by type. */
  readonly sent: Tally;
  /** Messages that did not arrive, by reason: those refused at their sender and those given up later. */
  readonly dropped: Tally;
  /** What protocols decided not to do, and why. */
  readonly decided: Tally;
}

/** Reads the whole trace and counts. Rejects with `TraceDamageError`. */
export async function countRecords(reader: TraceReader): Promise<TraceStatistics> {
  const kinds = new Map<string, number>();
  const sent = new Map<string, number>();
  const dropped = new Map<string, number>();
  const decided = new Map<string, number>();
  const record = new RunRecord();
  for (let block = 0; block < reader.blocks.length; block++) {
    const columns = await reader.load(block);
    for (let i = 0; i < columns.count; i++) {
      columns.read(i, record);
      const { kind, name, reason } = record;
      count(kinds, RECORD_KIND_NAMES[kind] ?? "none");
      if (kind === RecordKind.sent) count(sent, reader.text(name));
      const isDrop = kind === RecordKind.dropped || (kind === RecordKind.sent && reason !== 0);
      if (isDrop) count(dropped, reader.text(reason));
      if (kind === RecordKind.decided) {
        count(decided, `${reader.text(name)}: ${reader.text(reason)}`);
      }
    }
  }
  return {
    kinds: tally(kinds),
    sent: tally(sent),
    dropped: tally(dropped),
    decided: tally(decided),
  };
}

function count(counts: Map<string, number>, word: string): void {
  counts.set(word, (counts.get(word) ?? 0) + 1);
}

function tally(counts: ReadonlyMap<string, number>): Tally {
  return [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
}
