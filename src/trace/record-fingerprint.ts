// The fingerprint of a run: four bytes a record, enough to say at which record another run parts from it without
// keeping either. What a digest says in one word, this says place by place.

import type { Names } from "./names.js";
import { DIGESTED_KIND_MAX, RECORD_FIELDS, RecordKind } from "./record.js";
import type { RecordSink, RunRecord } from "./record.js";

/** The kinds that two equal runs agree on: those of the digest. */
export const COMPARED_KINDS: readonly RecordKind[] = Object.values(RecordKind).filter(
  (kind) => kind <= DIGESTED_KIND_MAX,
);

const CHUNK_RECORDS = 65_536;
const TWO_TO_32 = 4_294_967_296;

/** A rolling 64-bit hash over records: after a difference it differs for good. Not for security. */
export class RollingRecordHash {
  readonly #names: Names;
  readonly #floatView = new Float64Array(1);
  readonly #floatWords = new Uint32Array(this.#floatView.buffer);
  #high = 0x6a09e667;
  #low = 0xbb67ae85 | 0;

  constructor(names: Names) {
    this.#names = names;
  }

  /** Takes a record in: its key, its cause's and all its fields. Answers 32 bits of the hash so far. */
  add(record: RunRecord): number {
    this.#word(record.kind);
    this.#word(record.node);
    this.#wide(record.timeMicros);
    this.#word(record.origin);
    this.#word(record.counter);
    this.#wide(record.causeTimeMicros);
    this.#word(record.causeOrigin);
    this.#word(record.causeCounter);
    for (const field of RECORD_FIELDS[record.kind]) this.#field(record, field);
    return (this.#high ^ this.#low) >>> 0;
  }

  #field(record: RunRecord, field: (typeof RECORD_FIELDS)[RecordKind][number]): void {
    switch (field) {
      case "name":
      case "reason":
        this.#word(this.#names.hash(record[field]));
        break;
      case "content":
        this.#word(record.contentHigh);
        this.#word(record.contentLow);
        break;
      case "value":
        this.#floatView[0] = record.value;
        this.#word(this.#floatWords[0]!);
        this.#word(this.#floatWords[1]!);
        break;
      case "text":
        break;
      default:
        this.#wide(record[field]);
    }
  }

  #wide(value: number): void {
    this.#word(value);
    this.#word(value / TWO_TO_32);
  }

  /** Mixes the low 32 bits of a word into both halves, each by a bijection of its own. */
  #word(word: number): void {
    const low = Math.imul(this.#low ^ word, 0x9e3779b1);
    this.#low = (low ^ (low >>> 15)) + this.#high;
    const high = Math.imul(this.#high + word, 0x85ebca6b);
    this.#high = high ^ (high >>> 13) ^ this.#low;
  }
}

/** The sink that takes a run's fingerprint. 4 bytes a record: 240 MB for sixty million. */
export class RecordFingerprint implements RecordSink {
  readonly kinds = COMPARED_KINDS;
  readonly #hash: RollingRecordHash;
  readonly #chunks: Uint32Array[] = [];
  #count = 0;

  constructor(names: Names) {
    this.#hash = new RollingRecordHash(names);
  }

  /** How many records it has seen. */
  get count(): number {
    return this.#count;
  }

  accept(record: RunRecord): void {
    const place = this.#count % CHUNK_RECORDS;
    if (place === 0) this.#chunks.push(new Uint32Array(CHUNK_RECORDS));
    const chunk = this.#chunks[this.#chunks.length - 1]!;
    chunk[place] = this.#hash.add(record);
    this.#count++;
  }

  /** What the hash was after the record of this place, counted from 0; undefined past the end. */
  at(index: number): number | undefined {
    if (index < 0 || index >= this.#count) return undefined;
    return this.#chunks[Math.floor(index / CHUNK_RECORDS)]?.[index % CHUNK_RECORDS];
  }
}
