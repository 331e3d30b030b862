// What a block of records is made of, for the encoder and the decoder alike; docs/trace-format.md says it in words.

import { RECORD_FIELDS, RecordKind } from "../record.js";
import type { RecordField } from "../record.js";

/** Bits of a record's head byte; the lower four are its kind. */
export const KIND_MASK = 15;
/** The record belongs to another event than the one before it. */
export const IS_NEW_EVENT = 16;
/** The record's node is not that of the record before it. */
export const HAS_NODE = 32;
/** The record is the arrival of a message that a `sent` record of this block tells of. */
export const IS_ARRIVAL = 64;

/** The columns that are not fields of one kind, in the order in which they stand in a block. */
export const KEY_STREAMS = [
  "heads",
  "times",
  "origins",
  "counters",
  "causes",
  "causeTimes",
  "causeOrigins",
  "causeCounters",
  "nodes",
  "arrivals",
] as const;

export type KeyStream = (typeof KEY_STREAMS)[number];

/** A column of one field of one kind of record. */
export interface FieldStream {
  readonly kind: RecordKind;
  readonly field: RecordField;
}

/** The columns of fields, which follow: kinds ascending, fields as in `RECORD_FIELDS`. */
export const FIELD_STREAMS: readonly FieldStream[] = Object.values(RecordKind)
  .sort((a, b) => a - b)
  .flatMap((kind) => RECORD_FIELDS[kind].map((field) => ({ kind, field })));

/** The fields that a message has in common with its arrival, which are not written again. */
export const ARRIVAL_FIELDS: ReadonlySet<RecordField> = new Set([
  "name",
  "channel",
  "peer",
  "bytes",
  "number",
  "application",
]);

/** The places of the records of each kind. */
export function placesByKind(kinds: Uint8Array, count: number): Uint32Array[] {
  const sizes = new Uint32Array(KIND_MASK + 1);
  for (let i = 0; i < count; i++) sizes[kinds[i]!]!++;
  const places = Array.from(sizes, (size) => new Uint32Array(size));
  sizes.fill(0);
  for (let i = 0; i < count; i++) places[kinds[i]!]![sizes[kinds[i]!]!++] = i;
  return places;
}
