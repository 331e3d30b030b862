// Records as bytes, on their way from the process where they were made to the one that watches the run. A batch
// brings the words that its records are the first to use; every row has the same fields, so that none knows its kind.

import type { Names } from "../trace/names.js";
import { RECORD_FIELDS } from "../trace/record.js";
import type { Channel, RecordKind, RecordSink, RunRecord } from "../trace/record.js";

/** Whole numbers of 32 bits in a row: kind, node, origin, cause's origin, peer, channel, name, reason, content, text. */
const INTEGERS = 11;
/** Others, which may be large or broken: times, counters, bytes, numbers, ids, values. */
const FLOATS = 8;
const ROW_BYTES = INTEGERS * 4 + FLOATS * 8;
/** Where a row has its time and its kind. */
const TIME_OFFSET = INTEGERS * 4;
const KIND_OFFSET = 0;
const TEXT_LENGTH_OFFSET = (INTEGERS - 1) * 4;
const FIRST_BYTES = 16 * 1024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A sink that packs rows until somebody takes them. */
export class RecordPacker implements RecordSink {
  readonly kinds: readonly RecordKind[];
  readonly #names: Names;
  #bytes = new Uint8Array(FIRST_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;
  /** Words that have been said already. */
  #namesSaid = 0;

  constructor(kinds: readonly RecordKind[], names: Names) {
    this.kinds = kinds;
    this.#names = names;
  }

  /** Bytes of the rows that wait. */
  get pendingBytes(): number {
    return this.#length;
  }

  accept(row: RunRecord): void {
    const text =
      row.text === "" || !RECORD_FIELDS[row.kind].includes("text")
        ? null
        : encoder.encode(row.text);
    this.#reserve(ROW_BYTES + (text?.length ?? 0));
    const start = this.#length;
    INTEGER_FIELDS.forEach((field, place) => {
      this.#view.setInt32(start + place * 4, row[field], true);
    });
    this.#view.setInt32(start + TEXT_LENGTH_OFFSET, text?.length ?? 0, true);
    FLOAT_FIELDS.forEach((field, place) => {
      this.#view.setFloat64(start + TIME_OFFSET + place * 8, row[field], true);
    });
    if (text !== null) this.#bytes.set(text, start + ROW_BYTES);
    this.#length += ROW_BYTES + (text?.length ?? 0);
  }

  /** What has come since the last call, as one batch. */
  take(): Uint8Array {
    const words = this.#names.texts().slice(this.#namesSaid);
    this.#namesSaid += words.length;
    const head = encoder.encode(JSON.stringify(words));
    const batch = new Uint8Array(4 + head.length + this.#length);
    new DataView(batch.buffer).setUint32(0, head.length, true);
    batch.set(head, 4);
    batch.set(this.#bytes.subarray(0, this.#length), 4 + head.length);
    this.#length = 0;
    return batch;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + bytes));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads the batches of one packer, in their order. */
export class RecordUnpacker {
  readonly #names: Names;
  /** Our number of each of the packer's words. */
  readonly #nameOf: number[] = [];

  constructor(names: Names) {
    this.#names = names;
  }

  /** Learns the words of a batch; answers its rows, to be read later and in any number of steps. */
  open(batch: Uint8Array): RecordRows {
    const headLength = new DataView(batch.buffer, batch.byteOffset).getUint32(0, true);
    const words = JSON.parse(decoder.decode(batch.subarray(4, 4 + headLength))) as string[];
    for (const word of words) this.#nameOf.push(this.#names.id(word));
    return new RecordRows(batch.subarray(4 + headLength), this.#nameOf);
  }
}

/** The rows of one batch, one after the other. */
export class RecordRows {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #nameOf: readonly number[];
  #offset = 0;

  constructor(bytes: Uint8Array, nameOf: readonly number[]) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#nameOf = nameOf;
  }

  get byteCount(): number {
    return this.#bytes.length;
  }

  get isAtEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The kind of the row that is next. */
  get kind(): RecordKind {
    return this.#view.getInt32(this.#offset + KIND_OFFSET, true) as RecordKind;
  }

  /** The time of the row that is next. */
  get timeMicros(): number {
    return this.#view.getFloat64(this.#offset + TIME_OFFSET, true);
  }

  /** Fills a row with the one that is next, and goes on to the one after it. */
  read(row: RunRecord): void {
    const start = this.#offset;
    INTEGER_FIELDS.forEach((field, place) => {
      row[field] = this.#view.getInt32(start + place * 4, true) as Channel & RecordKind;
    });
    FLOAT_FIELDS.forEach((field, place) => {
      row[field] = this.#view.getFloat64(start + TIME_OFFSET + place * 8, true);
    });
    row.name = this.#nameOf[row.name] ?? 0;
    row.reason = this.#nameOf[row.reason] ?? 0;
    const end = start + ROW_BYTES + this.#textLength(start);
    row.text = decoder.decode(this.#bytes.subarray(start + ROW_BYTES, end));
    this.#offset = end;
  }

  /** Passes over the row that is next. */
  skip(): void {
    this.#offset += ROW_BYTES + this.#textLength(this.#offset);
  }

  /** The same rows from the first on. */
  again(): RecordRows {
    return new RecordRows(this.#bytes, this.#nameOf);
  }

  #textLength(start: number): number {
    return this.#view.getInt32(start + TEXT_LENGTH_OFFSET, true);
  }
}

/** In the order in which they lie in a row; the length of the text follows. */
const INTEGER_FIELDS = [
  "kind",
  "node",
  "origin",
  "causeOrigin",
  "peer",
  "channel",
  "name",
  "reason",
  "contentHigh",
  "contentLow",
] as const satisfies readonly (keyof RunRecord)[];

const FLOAT_FIELDS = [
  "timeMicros",
  "counter",
  "causeTimeMicros",
  "causeCounter",
  "bytes",
  "number",
  "application",
  "value",
] as const satisfies readonly (keyof RunRecord)[];
