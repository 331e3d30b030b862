// Reads what `BlockEncoder` writes back into columns. The bytes may come from anywhere: every reference is checked
// against what was read before it, and whatever does not add up is a `TraceDamageError`.

import { Channel, RECORD_KIND_MAX, RecordKind } from "../record.js";
import type { RecordField } from "../record.js";
import {
  ARRIVAL_FIELDS,
  FIELD_STREAMS,
  HAS_NODE,
  IS_ARRIVAL,
  IS_NEW_EVENT,
  KEY_STREAMS,
  KIND_MASK,
  placesByKind,
} from "./block-layout.js";
import type { KeyStream } from "./block-layout.js";
import { ByteReader, TraceDamageError } from "./byte-reader.js";
import { LastCounters } from "./last-counters.js";
import { BLOCK_RECORDS_MAX } from "./record-columns.js";
import type { RecordColumns } from "./record-columns.js";

const WORD_MAX = 0xffffffff;
const INDEX_MAX = 0x7fffffff;
const ALL_BITS = KIND_MASK | IS_NEW_EVENT | HAS_NODE | IS_ARRIVAL;
const STREAM_COUNT = KEY_STREAMS.length + FIELD_STREAMS.length;
const SENT_PEER =
  KEY_STREAMS.length +
  FIELD_STREAMS.findIndex(({ kind, field }) => kind === RecordKind.sent && field === "peer");

/** Decodes blocks into one set of columns. */
export class BlockDecoder {
  /** What `decode` fills. */
  readonly columns: RecordColumns;
  readonly #counters = new LastCounters();
  readonly #eventPlaces = new Int32Array(BLOCK_RECORDS_MAX);
  readonly #sentPlaces = new Int32Array(BLOCK_RECORDS_MAX);
  /** For each record one more than the place of the `sent` record of its message; 0 for what is no arrival. */
  readonly #arrivals = new Int32Array(BLOCK_RECORDS_MAX);
  #eventCount = 0;
  #sentCount = 0;

  constructor(columns: RecordColumns) {
    this.columns = columns;
  }

  /**
   * Fills the columns from the bytes of a block. With `kinds`, by kind of record, only records of those kinds get all
   * their fields; every one gets its kind, node and event. Throws `TraceDamageError`; the columns are then empty.
   */
  decode(bytes: Uint8Array, kinds: readonly boolean[] | null = null): void {
    this.columns.clear();
    const reader = new ByteReader(bytes);
    const count = reader.varintUpTo(BLOCK_RECORDS_MAX, "The number of records of a block");
    const lengths = Array.from({ length: STREAM_COUNT }, () => reader.varint());
    const streams = lengths.map((length) => new ByteReader(reader.take(length)));
    reader.end("A block");
    this.#counters.clear();
    this.#eventCount = 0;
    this.#sentCount = 0;
    try {
      this.#readKeys(count, keyReaders(streams), streams[SENT_PEER]!);
      const placesOf = placesByKind(this.columns.kind, count);
      FIELD_STREAMS.forEach(({ kind, field }, i) => {
        if (kinds !== null && kinds[kind] !== true) return;
        const stream = streams[KEY_STREAMS.length + i]!;
        const isRead = kind === RecordKind.sent && field === "peer";
        if (!isRead) this.#readField(field, placesOf[kind]!, stream);
        stream.end(`The column ${kind}/${field} of a block`);
      });
      KEY_STREAMS.forEach((name, i) => streams[i]!.end(`The column ${name} of a block`));
      this.columns.count = count;
    } catch (error) {
      this.columns.clear();
      throw error;
    }
  }

  /** Everything that a later record may refer to, the receivers of messages among it, in one pass. */
  #readKeys(count: number, keys: KeyReaders, sentPeers: ByteReader): void {
    const { kind, node, origin, peer } = this.columns;
    let lastNode = -1;
    for (let i = 0; i < count; i++) {
      const head = keys.heads.byte();
      const ofKind = head & KIND_MASK;
      if (ofKind === 0 || ofKind > RECORD_KIND_MAX || (head & ~ALL_BITS) !== 0) {
        throw new TraceDamageError(`A record has the head ${head}, which is none`);
      }
      kind[i] = ofKind;
      const sent = (head & IS_ARRIVAL) === 0 ? -1 : this.#readArrival(ofKind, keys.arrivals);
      this.#arrivals[i] = sent + 1;
      if ((head & IS_NEW_EVENT) === 0) this.#copyEvent(i);
      else this.#readEvent(i, sent, keys);
      if (sent >= 0) node[i] = peer[sent]!;
      else if ((head & HAS_NODE) === 0) node[i] = lastNode;
      else node[i] = index(keys.nodes.zigzag() + origin[i]! - 1, "node");
      lastNode = node[i]!;
      if (ofKind !== RecordKind.sent) continue;
      peer[i] = index(sentPeers.zigzag() + origin[i]! - 1, "peer");
      this.#sentPlaces[this.#sentCount++] = i;
    }
  }

  /** The place of the `sent` record of the message that arrived. */
  #readArrival(kind: number, arrivals: ByteReader): number {
    const back = arrivals.varint();
    const isOfMessage = kind === RecordKind.delivered || kind === RecordKind.dropped;
    if (!isOfMessage || back === 0 || back > this.#sentCount) {
      throw new TraceDamageError(`A record of kind ${kind} refers ${back} messages back`);
    }
    return this.#sentPlaces[this.#sentCount - back]!;
  }

  #copyEvent(i: number): void {
    if (i === 0) throw new TraceDamageError("A block begins inside an event");
    const c = this.columns;
    c.timeMicros[i] = c.timeMicros[i - 1]!;
    c.origin[i] = c.origin[i - 1]!;
    c.counter[i] = c.counter[i - 1]!;
    this.#copyCause(i, i - 1);
  }

  #copyCause(i: number, from: number): void {
    const c = this.columns;
    c.causeTimeMicros[i] = c.causeTimeMicros[from]!;
    c.causeOrigin[i] = c.causeOrigin[from]!;
    c.causeCounter[i] = c.causeCounter[from]!;
  }

  #readEvent(i: number, sent: number, keys: KeyReaders): void {
    const c = this.columns;
    const last =
      this.#eventCount === 0 ? 0 : c.timeMicros[this.#eventPlaces[this.#eventCount - 1]!]!;
    c.timeMicros[i] = time(last + keys.times.zigzag());
    const origin = sent < 0 ? keys.origins.varintUpTo(WORD_MAX, "An origin") : c.node[sent]! + 1;
    c.origin[i] = origin;
    c.counter[i] = word(this.#counters.get(origin) + keys.counters.zigzag(), "counter");
    this.#counters.set(origin, c.counter[i]);
    if (sent >= 0) this.#setCause(i, sent);
    else this.#readCause(i, keys);
    this.#eventPlaces[this.#eventCount++] = i;
  }

  #readCause(i: number, keys: KeyReaders): void {
    const c = this.columns;
    const back = keys.causes.varintUpTo(this.#eventCount, "How far back a cause lies");
    if (back > 0) {
      this.#setCause(i, this.#eventPlaces[this.#eventCount - back]!);
      return;
    }
    c.causeTimeMicros[i] = time(c.timeMicros[i]! - keys.causeTimes.zigzag());
    c.causeOrigin[i] = word(c.origin[i]! + keys.causeOrigins.zigzag(), "cause's origin");
    c.causeCounter[i] = word(c.counter[i]! + keys.causeCounters.zigzag(), "cause's counter");
  }

  /** The event of the record at `place` is the cause of the event that begins at `i`. */
  #setCause(i: number, place: number): void {
    const c = this.columns;
    c.causeTimeMicros[i] = c.timeMicros[place]!;
    c.causeOrigin[i] = c.origin[place]!;
    c.causeCounter[i] = c.counter[place]!;
  }

  #readField(field: RecordField, places: Uint32Array, bytes: ByteReader): void {
    const columns = this.columns;
    switch (field) {
      case "content":
        this.#readContents(places, bytes);
        break;
      case "text":
        for (const i of places) columns.texts.set(i, bytes.text());
        break;
      case "value":
        for (const i of places) columns.value[i] = bytes.double();
        break;
      default:
        this.#readNumbers(field, places, bytes);
    }
  }

  #readNumbers(
    field: Exclude<RecordField, "content" | "text" | "value">,
    places: Uint32Array,
    bytes: ByteReader,
  ): void {
    const { origin, node, [field]: column } = this.columns;
    const isShared = ARRIVAL_FIELDS.has(field);
    const max = NUMBER_MAX[field];
    for (const i of places) {
      const sent = isShared ? this.#arrivals[i]! - 1 : -1;
      if (field === "peer") {
        column[i] = sent >= 0 ? node[sent]! : index(bytes.zigzag() + origin[i]! - 1, "peer");
      } else if (sent >= 0) column[i] = column[sent]!;
      else if (field === "number") column[i] = bytes.zigzag();
      else column[i] = bytes.varintUpTo(max, `A ${field}`);
    }
  }

  #readContents(places: Uint32Array, bytes: ByteReader): void {
    const { contentHigh, contentLow } = this.columns;
    for (let message = 0; message < places.length; message++) {
      const i = places[message]!;
      const back = bytes.varintUpTo(message, "How far back a content lies");
      const before = places[message - back]!;
      contentHigh[i] = back > 0 ? contentHigh[before]! : bytes.word32();
      contentLow[i] = back > 0 ? contentLow[before]! : bytes.word32();
    }
  }
}

type KeyReaders = Readonly<Record<KeyStream, ByteReader>>;

function keyReaders(streams: readonly ByteReader[]): KeyReaders {
  return Object.fromEntries(KEY_STREAMS.map((name, i) => [name, streams[i]])) as KeyReaders;
}

/** The largest number that each field may have. */
const NUMBER_MAX = {
  peer: INDEX_MAX,
  channel: Channel.datagram,
  name: INDEX_MAX,
  reason: INDEX_MAX,
  bytes: Number.MAX_SAFE_INTEGER,
  number: Number.MAX_SAFE_INTEGER,
  application: Number.MAX_SAFE_INTEGER,
} as const;

function time(micros: number): number {
  if (micros >= 0 && micros <= Number.MAX_SAFE_INTEGER) return micros;
  throw new TraceDamageError(`${micros} µs is no time of a record`);
}

function word(value: number, what: string): number {
  if (value >= 0 && value <= WORD_MAX) return value;
  throw new TraceDamageError(`A ${what} is ${value}, which is no 32-bit number`);
}

/** A node's index, or -1 for the world and for no peer. */
function index(value: number, what: string): number {
  if (value >= -1 && value <= INDEX_MAX) return value;
  throw new TraceDamageError(`A ${what} has the index ${value}, which is none`);
}
