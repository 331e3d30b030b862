// The records of several processes as one sequence, by time. Each process says from time to time up to when it has told
// everything; what is earlier than that in all of them is in order and is let go.

import { invariant } from "../trace/invariant.js";
import type { Names } from "../trace/names.js";
import { RunRecord } from "../trace/record.js";
import { RecordUnpacker } from "./record-batch.js";
import type { RecordRows } from "./record-batch.js";

interface Source {
  readonly unpacker: RecordUnpacker;
  /** Batches that are not let go yet, oldest first. */
  readonly waiting: RecordRows[];
  /** Everything before this has been told. */
  toldMicros: number;
}

export class RecordMerge {
  readonly #sources: readonly Source[];
  readonly #row = new RunRecord();
  #pendingBytes = 0;

  /** `names` is the table of words of who watches. */
  constructor(sourceCount: number, names: Names) {
    this.#sources = Array.from({ length: sourceCount }, () => ({
      unpacker: new RecordUnpacker(names),
      waiting: [],
      toldMicros: 0,
    }));
  }

  /** Bytes of records that wait for a process which has not told so much yet. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** A process has told everything up to a time. Answers the rows that came with it, for who cannot wait. */
  add(place: number, batch: Uint8Array, toldMicros: number): RecordRows {
    const source = this.#at(place);
    const rows = source.unpacker.open(batch);
    source.toldMicros = Math.max(source.toldMicros, toldMicros);
    if (!rows.isAtEnd) {
      source.waiting.push(rows);
      this.#pendingBytes += rows.byteCount;
    }
    return rows.again();
  }

  /** A process will tell nothing more. */
  end(place: number): void {
    this.#at(place).toldMicros = Infinity;
  }

  /** Up to when a process has told everything. */
  toldMicros(place: number): number {
    return this.#at(place).toldMicros;
  }

  /** Up to when all of them have. */
  get settledMicros(): number {
    return this.#sources.reduce((least, { toldMicros }) => Math.min(least, toldMicros), Infinity);
  }

  /** Lets go what is earlier than all that may still come, in order of time; the row is used again. */
  release(take: (row: RunRecord) => void): void {
    const { settledMicros } = this;
    for (;;) {
      const source = this.#earliest();
      const rows = source?.waiting[0];
      if (source === null || rows === undefined || rows.timeMicros > settledMicros) return;
      rows.read(this.#row);
      if (rows.isAtEnd) {
        source.waiting.shift();
        this.#pendingBytes -= rows.byteCount;
      }
      take(this.#row);
    }
  }

  #earliest(): Source | null {
    let earliest: Source | null = null;
    let leastMicros = Infinity;
    for (const source of this.#sources) {
      const timeMicros = source.waiting[0]?.timeMicros ?? Infinity;
      if (timeMicros >= leastMicros) continue;
      earliest = source;
      leastMicros = timeMicros;
    }
    return earliest;
  }

  #at(place: number): Source {
    const source = this.#sources[place];
    invariant(source !== undefined, "Records come from a process that the merge was made for");
    return source;
  }
}
