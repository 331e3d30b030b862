// Writes the records of a block as bytes, column by column. What can be found again is not written: an event's cause
// is mostly an event of the same block, an arrival mostly that of a message sent in it, and a flood's messages have
// one content. docs/trace-format.md has the layout.

import { RecordKind } from "../record.js";
import type { RecordField } from "../record.js";
import {
  ARRIVAL_FIELDS,
  FIELD_STREAMS,
  HAS_NODE,
  IS_ARRIVAL,
  IS_NEW_EVENT,
  KEY_STREAMS,
  placesByKind,
} from "./block-layout.js";
import type { KeyStream } from "./block-layout.js";
import { BlockKeys } from "./block-keys.js";
import { ByteWriter } from "./byte-writer.js";
import { LastCounters } from "./last-counters.js";
import { PlaceTable, mixPlace } from "./place-table.js";
import { BLOCK_RECORDS_MAX } from "./record-columns.js";
import type { RecordColumns } from "./record-columns.js";

/** Encodes what the columns hold, block after block, in the same buffers. */
export class BlockEncoder {
  readonly #columns: RecordColumns;
  readonly #keys = Object.fromEntries(
    KEY_STREAMS.map((name) => [name, new ByteWriter()]),
  ) as Record<KeyStream, ByteWriter>;
  readonly #fields = FIELD_STREAMS.map((stream) => ({ ...stream, bytes: new ByteWriter() }));
  readonly #body = new ByteWriter();
  readonly #counters = new LastCounters();
  readonly #places: BlockKeys;
  readonly #contents = new PlaceTable();
  /** For each record one more than the number of the message whose arrival it is; 0 for the others. */
  readonly #arrivals = new Int32Array(BLOCK_RECORDS_MAX);

  constructor(columns: RecordColumns) {
    this.#columns = columns;
    this.#places = new BlockKeys(columns);
  }

  /** The bytes of the records in the columns: a view, valid until the next call. */
  encode(): Uint8Array<ArrayBuffer> {
    this.#clear();
    this.#writeKeys();
    const { kind: kinds, count } = this.#columns;
    const placesOf = placesByKind(kinds, count);
    for (const { kind, field, bytes } of this.#fields) {
      this.#writeField(field, placesOf[kind]!, bytes);
    }
    const body = this.#body;
    const streams = [
      ...KEY_STREAMS.map((name) => this.#keys[name]),
      ...this.#fields.map(({ bytes }) => bytes),
    ];
    body.varint(count);
    for (const stream of streams) body.varint(stream.length);
    for (const stream of streams) body.append(stream.bytes());
    return body.bytes();
  }

  #clear(): void {
    for (const name of KEY_STREAMS) this.#keys[name].clear();
    for (const { bytes } of this.#fields) bytes.clear();
    this.#body.clear();
    this.#counters.clear();
    this.#places.clear();
    this.#contents.clear();
  }

  /** Heads, events, nodes and arrivals, in one pass, since they refer to what was before. */
  #writeKeys(): void {
    const { count, kind, node, origin } = this.#columns;
    const { heads, nodes, arrivals } = this.#keys;
    let lastNode = -1;
    for (let i = 0; i < count; i++) {
      const isNewEvent = i === 0 || !this.#isSameEvent(i - 1, i);
      const message = this.#arrivalAt(i, isNewEvent);
      this.#arrivals[i] = message + 1;
      const hasNode = message < 0 && node[i] !== lastNode;
      let head = kind[i]!;
      if (isNewEvent) head |= IS_NEW_EVENT;
      if (hasNode) head |= HAS_NODE;
      if (message >= 0) head |= IS_ARRIVAL;
      heads.byte(head);
      if (message >= 0) arrivals.varint(this.#places.sentCount - message);
      if (isNewEvent) this.#writeEvent(i, message >= 0);
      if (hasNode) nodes.zigzag(node[i]! - (origin[i]! - 1));
      lastNode = node[i]!;
      if (kind[i] === RecordKind.sent) this.#places.enterMessage(i);
    }
  }

  /** The number of the message that the record at a place can be written as the arrival of; -1 for none. */
  #arrivalAt(i: number, isNewEvent: boolean): number {
    const kind = this.#columns.kind[i];
    if (kind !== RecordKind.delivered && kind !== RecordKind.dropped) return -1;
    const message = this.#places.messageOf(i);
    if (message < 0 || !isNewEvent) return message;
    return this.#places.isSetOffBy(i, this.#places.sentPlaces[message]!) ? message : -1;
  }

  /** Writes the key of an event and of its cause, of which the message that it brings has told all but time and counter. */
  #writeEvent(i: number, isArrival: boolean): void {
    const { timeMicros, origin, counter } = this.#columns;
    const { times, origins, counters } = this.#keys;
    const { eventCount, eventPlaces } = this.#places;
    const lastMicros = eventCount === 0 ? 0 : timeMicros[eventPlaces[eventCount - 1]!]!;
    times.zigzag(timeMicros[i]! - lastMicros);
    if (!isArrival) origins.varint(origin[i]!);
    counters.zigzag(counter[i]! - this.#counters.get(origin[i]!));
    this.#counters.set(origin[i]!, counter[i]!);
    if (!isArrival) this.#writeCause(i);
    this.#places.enterEvent(i);
  }

  #writeCause(i: number): void {
    const { timeMicros, origin, counter, causeTimeMicros, causeOrigin, causeCounter } =
      this.#columns;
    const { causes, causeTimes, causeOrigins, causeCounters } = this.#keys;
    const cause = this.#places.causeOf(i);
    causes.varint(cause < 0 ? 0 : this.#places.eventCount - cause);
    if (cause >= 0) return;
    causeTimes.zigzag(timeMicros[i]! - causeTimeMicros[i]!);
    causeOrigins.zigzag(causeOrigin[i]! - origin[i]!);
    causeCounters.zigzag(causeCounter[i]! - counter[i]!);
  }

  #writeField(field: RecordField, places: Uint32Array, bytes: ByteWriter): void {
    const columns = this.#columns;
    if (field === "content") {
      this.#writeContents(places, bytes);
      return;
    }
    if (field === "text") {
      for (const i of places) bytes.text(columns.texts.get(i) ?? "");
      return;
    }
    if (field === "value") {
      for (const i of places) bytes.double(columns.value[i]!);
      return;
    }
    const column = columns[field];
    const { origin } = columns;
    const arrivals = ARRIVAL_FIELDS.has(field) ? this.#arrivals : NO_ARRIVALS;
    if (field === "peer") {
      for (const i of places) {
        if (arrivals[i] === 0) bytes.zigzag(column[i]! - (origin[i]! - 1));
      }
    } else if (field === "number") {
      for (const i of places) if (arrivals[i] === 0) bytes.zigzag(column[i]!);
    } else {
      for (const i of places) if (arrivals[i] === 0) bytes.varint(column[i]!);
    }
  }

  /** A content that was there before is written as how many messages ago, another one as 0 and its 64 bits. */
  #writeContents(places: Uint32Array, bytes: ByteWriter): void {
    const { contentHigh, contentLow } = this.#columns;
    for (let message = 0; message < places.length; message++) {
      const i = places[message]!;
      const hash = mixPlace(contentHigh[i]!, contentLow[i]!, 0, 0);
      const before = this.#contents.find(hash);
      const place = before < 0 ? -1 : places[before]!;
      const isKnown =
        place >= 0 && contentHigh[place] === contentHigh[i] && contentLow[place] === contentLow[i];
      bytes.varint(isKnown ? message - before : 0);
      if (!isKnown) {
        bytes.word32(contentHigh[i]!);
        bytes.word32(contentLow[i]!);
      }
      this.#contents.enter(hash, message);
    }
  }

  #isSameEvent(a: number, b: number): boolean {
    const c = this.#columns;
    return (
      c.counter[a] === c.counter[b] &&
      c.origin[a] === c.origin[b] &&
      c.timeMicros[a] === c.timeMicros[b] &&
      c.causeCounter[a] === c.causeCounter[b] &&
      c.causeOrigin[a] === c.causeOrigin[b] &&
      c.causeTimeMicros[a] === c.causeTimeMicros[b]
    );
  }
}

/** For fields that are written of arrivals too. */
const NO_ARRIVALS = new Int32Array(BLOCK_RECORDS_MAX);
