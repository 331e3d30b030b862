// A run of records as columns: what a block of a trace holds in memory, on its way to the file and back. Fixed arrays,
// made once and used again, so that neither writing nor reading a trace makes garbage a record.

import { WORLD } from "../record.js";
import type { Channel, RecordKind, RunRecord } from "../record.js";

/** Records of a block: enough that tables and headers cost nothing, few enough that a seek decodes few. */
export const BLOCK_RECORDS_MAX = 65_536;

/** The columns of at most `BLOCK_RECORDS_MAX` records. A field that a record's kind lacks holds anything. */
export class RecordColumns {
  /** How many records there are. */
  count = 0;
  readonly kind = new Uint8Array(BLOCK_RECORDS_MAX);
  readonly node = new Int32Array(BLOCK_RECORDS_MAX);
  readonly timeMicros = new Float64Array(BLOCK_RECORDS_MAX);
  readonly origin = new Uint32Array(BLOCK_RECORDS_MAX);
  readonly counter = new Uint32Array(BLOCK_RECORDS_MAX);
  readonly causeTimeMicros = new Float64Array(BLOCK_RECORDS_MAX);
  readonly causeOrigin = new Uint32Array(BLOCK_RECORDS_MAX);
  readonly causeCounter = new Uint32Array(BLOCK_RECORDS_MAX);
  readonly peer = new Int32Array(BLOCK_RECORDS_MAX);
  readonly channel = new Uint8Array(BLOCK_RECORDS_MAX);
  readonly name = new Uint32Array(BLOCK_RECORDS_MAX);
  readonly reason = new Uint32Array(BLOCK_RECORDS_MAX);
  readonly bytes = new Float64Array(BLOCK_RECORDS_MAX);
  readonly number = new Float64Array(BLOCK_RECORDS_MAX);
  readonly application = new Float64Array(BLOCK_RECORDS_MAX);
  readonly value = new Float64Array(BLOCK_RECORDS_MAX);
  readonly contentHigh = new Int32Array(BLOCK_RECORDS_MAX);
  readonly contentLow = new Int32Array(BLOCK_RECORDS_MAX);
  /** Texts by place; sparse, since few records have one. */
  readonly texts = new Map<number, string>();

  /**
   * Takes a copy of the row, with `text` for its text: most kinds have none, and their rows hold that of an earlier
   * record. The caller sees to it that there is room.
   */
  add(record: RunRecord, text: string): void {
    const i = this.count++;
    this.kind[i] = record.kind;
    this.node[i] = record.node;
    this.timeMicros[i] = record.timeMicros;
    this.origin[i] = record.origin;
    this.counter[i] = record.counter;
    this.causeTimeMicros[i] = record.causeTimeMicros;
    this.causeOrigin[i] = record.causeOrigin;
    this.causeCounter[i] = record.causeCounter;
    this.peer[i] = record.peer;
    this.channel[i] = record.channel;
    this.name[i] = record.name;
    this.reason[i] = record.reason;
    this.bytes[i] = record.bytes;
    this.number[i] = record.number;
    this.application[i] = record.application;
    this.value[i] = record.value;
    this.contentHigh[i] = record.contentHigh;
    this.contentLow[i] = record.contentLow;
    if (text !== "") this.texts.set(i, text);
  }

  /** Fills `record` with the row at a place below `count`. */
  read(i: number, record: RunRecord): void {
    record.kind = this.kind[i] as RecordKind;
    record.node = this.node[i] ?? WORLD;
    record.timeMicros = this.timeMicros[i]!;
    record.origin = this.origin[i]!;
    record.counter = this.counter[i]!;
    record.causeTimeMicros = this.causeTimeMicros[i]!;
    record.causeOrigin = this.causeOrigin[i]!;
    record.causeCounter = this.causeCounter[i]!;
    record.peer = this.peer[i]!;
    record.channel = this.channel[i] as Channel;
    record.name = this.name[i]!;
    record.reason = this.reason[i]!;
    record.bytes = this.bytes[i]!;
    record.number = this.number[i]!;
    record.application = this.application[i]!;
    record.value = this.value[i]!;
    record.contentHigh = this.contentHigh[i]!;
    record.contentLow = this.contentLow[i]!;
    record.text = this.texts.get(i) ?? "";
  }

  /** Forgets all records. */
  clear(): void {
    this.count = 0;
    this.texts.clear();
  }
}
