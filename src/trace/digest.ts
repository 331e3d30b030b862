// The digest of a run: what must be equal wherever and however often the run is repeated.
//
// Nodes fall into lanes by their index, each lane a SHA-256 chain over blocks of packed records, so that
// a run split over workers can hash its lanes apart. A block begins with the digest of the block before,
// which makes a lane's whole state 32 bytes and a partial block: it can be saved in the middle of a run,
// which a running hash object cannot.

import { toHex } from "./hashing.js";
import type { Sha256 } from "./hashing.js";
import { invariant } from "./invariant.js";
import { NO_NAME } from "./names.js";
import type { Names } from "./names.js";
import { RecordKind, WORLD } from "./record.js";
import type { RunRecord } from "./record.js";

/** Lanes of nodes. Fixed, because it is part of what a digest means. */
export const LANE_COUNT = 64;
const WORLD_LANE = LANE_COUNT;

/** Small enough that all lanes' blocks stay in the processor's second-level cache (65 × 4 KiB). */
const BLOCK_BYTES = 4096;
const BLOCK_WORDS = BLOCK_BYTES / 4;
const CHAIN_WORDS = 8;
/** The most words that one event header and one record take together. */
const RECORD_WORDS_MAX = 24;
/** Kind numbers of an event header, which precedes the first record of an event in a lane. */
const EVENT_HEADER = 0;
const HAS_TIME_HIGH = 31;
/** Place of the node's number, one more than its index, in an event header's first word. */
const NODE_SHIFT = 5;
/** Flags in the first word of a message's record, and the place of its bytes where they are few. */
const HAS_REASON = 1 << 7;
const HAS_APPLICATION = 1 << 8;
const HAS_LONG_BYTES = 1 << 9;
const HAS_SAME_NAME = 1 << 10;
const IS_FROM_ORIGIN = 1 << 11;
const BYTES_SHIFT = 12;
const SHORT_BYTES_END = 1 << 20;
const TWO_TO_32 = 4294967296;

/** One lane: a block being filled. */
class Lane {
  readonly words = new Uint32Array(BLOCK_WORDS);
  readonly bytes = new Uint8Array(this.words.buffer);
  position = CHAIN_WORDS;
  /** Key and node of the event header last written. */
  timeMicros = -1;
  origin = -1;
  counter = -1;
  node = WORLD;
  /** Upper half of the time written last, and name of the last message's record. */
  timeHigh = -1;
  name = -1;
}

/** State of a digest between two records, as plain data. */
export interface DigestState {
  readonly lanes: readonly {
    readonly block: Uint8Array;
    readonly position: number;
    readonly key: readonly [timeMicros: number, origin: number, counter: number, node: number];
    readonly last: readonly [timeHigh: number, name: number];
  }[];
}

/** Accumulates the digest of a run. */
export class Digest {
  readonly #lanes: Lane[] = Array.from({ length: LANE_COUNT + 1 }, () => new Lane());
  readonly #names: Names;
  readonly #sha256: Sha256;
  readonly #floatView = new Float64Array(1);
  readonly #floatWords = new Uint32Array(this.#floatView.buffer);

  constructor({ names, sha256 }: { names: Names; sha256: Sha256 }) {
    invariant(
      new Uint8Array(new Uint32Array([1]).buffer)[0] === 1,
      "Digests pack words in the little-endian order of every supported platform",
    );
    this.#names = names;
    this.#sha256 = sha256;
  }

  /** Adds one record of a digested kind. */
  accept(record: RunRecord): void {
    const lane = this.#lanes[record.node === WORLD ? WORLD_LANE : record.node % LANE_COUNT]!;
    if (lane.position + RECORD_WORDS_MAX > BLOCK_WORDS) this.#close(lane);
    if (
      lane.counter !== record.counter ||
      lane.origin !== record.origin ||
      lane.timeMicros !== record.timeMicros ||
      lane.node !== record.node
    ) {
      writeEventHeader(lane, record);
    }
    this.#writeFields(lane, record);
  }

  /** The digest of everything accepted so far, as 64 hexadecimal digits. May be asked at any time. */
  value(): string {
    const lanes = [this.#lanes[WORLD_LANE]!, ...this.#lanes.slice(0, LANE_COUNT)];
    const ends = new Uint8Array(32 * lanes.length);
    lanes.forEach((lane, i) => {
      ends.set(this.#sha256(lane.bytes.subarray(0, lane.position * 4)), 32 * i);
    });
    return toHex(this.#sha256(ends));
  }

  /** A copy of the state between two records. */
  snapshot(): DigestState {
    return {
      lanes: this.#lanes.map((lane) => ({
        block: lane.bytes.slice(0, lane.position * 4),
        position: lane.position,
        key: [lane.timeMicros, lane.origin, lane.counter, lane.node],
        last: [lane.timeHigh, lane.name],
      })),
    };
  }

  /** Continues from a state that `snapshot` gave. */
  restore(state: DigestState): void {
    state.lanes.forEach((saved, i) => {
      const lane = this.#lanes[i]!;
      lane.bytes.fill(0);
      lane.bytes.set(saved.block);
      lane.position = saved.position;
      [lane.timeMicros, lane.origin, lane.counter, lane.node] = saved.key;
      [lane.timeHigh, lane.name] = saved.last;
    });
  }

  /** Ends a block: its digest opens the next one. The unused end of a block is hashed as zeros. */
  #close(lane: Lane): void {
    const digest = this.#sha256(lane.bytes);
    lane.words.fill(0);
    lane.bytes.set(digest);
    lane.position = CHAIN_WORDS;
  }

  /** Packs the fields of `RECORD_FIELDS`, written out by kind since this runs twice a message. */
  #writeFields(lane: Lane, record: RunRecord): void {
    const { words } = lane;
    const names = this.#names;
    const { kind } = record;
    let at = lane.position;
    if (kind <= RecordKind.dropped) {
      this.#writeMessage(lane, record);
      return;
    }
    words[at++] = kind;
    words[at++] = names.hash(record.name);
    switch (kind) {
      case RecordKind.observation:
        this.#floatView[0] = record.value;
        words[at++] = this.#floatWords[0]!;
        words[at++] = this.#floatWords[1]!;
        break;
      case RecordKind.broadcast:
        words[at++] = record.peer;
        words[at++] = record.bytes;
        at = writeWide(words, at, record.number);
        at = writeWide(words, at, record.application);
        break;
      case RecordKind.action:
        words[at++] = record.peer;
        at = writeWide(words, at, record.number);
        at = writeWide(words, at, record.application);
        break;
      case RecordKind.connection:
        words[at++] = record.peer;
        at = writeWide(words, at, record.number);
        words[at++] = names.hash(record.reason);
        break;
      case RecordKind.status:
        at = writeWide(words, at, record.number);
        break;
      case RecordKind.belief:
      case RecordKind.view:
      case RecordKind.fault:
        words[at++] = record.peer;
        at = writeWide(words, at, record.number);
        break;
      default:
        invariant(false, "Only digested kinds of record reach the digest");
    }
    lane.position = at;
  }

  /**
   * Packs a record of a message's life. What most do not have (a reason, an application id) or have in common with the
   * record before takes words only where it is needed, and a flag says so: hashing is most of a digest's cost. The
   * number of a message is not among it: the key of its event names it already.
   */
  #writeMessage(lane: Lane, record: RunRecord): void {
    const { words } = lane;
    const { kind, bytes, reason, application, name, peer } = record;
    const hasReason = kind !== RecordKind.delivered && reason !== NO_NAME;
    let head = kind | (record.channel << 5);
    if (hasReason) head |= HAS_REASON;
    if (application !== 0) head |= HAS_APPLICATION;
    if (name === lane.name) head |= HAS_SAME_NAME;
    if (peer === record.origin - 1) head |= IS_FROM_ORIGIN;
    const isShort = bytes < SHORT_BYTES_END;
    let at = lane.position;
    words[at++] = isShort ? head | (bytes << BYTES_SHIFT) : head | HAS_LONG_BYTES;
    if (!isShort) words[at++] = bytes;
    if (name !== lane.name) {
      lane.name = name;
      words[at++] = this.#names.hash(name);
    }
    if (peer !== record.origin - 1) words[at++] = peer;
    if (kind === RecordKind.sent) {
      words[at++] = record.contentHigh;
      words[at++] = record.contentLow;
    }
    if (hasReason) words[at++] = this.#names.hash(reason);
    if (application !== 0) at = writeWide(words, at, application);
    lane.position = at;
  }
}

/** Writes the key of the event that the following records of the lane belong to. */
function writeEventHeader(lane: Lane, record: RunRecord): void {
  const { words } = lane;
  const { timeMicros } = record;
  const timeHigh = Math.floor(timeMicros / TWO_TO_32);
  let at = lane.position;
  // The upper half of the time changes every 72 minutes.
  const head = ((record.node + 1) << NODE_SHIFT) | EVENT_HEADER;
  if (timeHigh === lane.timeHigh) words[at++] = head;
  else {
    lane.timeHigh = timeHigh;
    words[at++] = head | HAS_TIME_HIGH;
    words[at++] = timeHigh;
  }
  words[at++] = timeMicros >>> 0;
  words[at++] = record.origin;
  words[at++] = record.counter;
  lane.position = at;
  lane.timeMicros = timeMicros;
  lane.origin = record.origin;
  lane.counter = record.counter;
  lane.node = record.node;
}

/** Writes a whole number below 2^53 as two words, low word first. */
function writeWide(words: Uint32Array, at: number, value: number): number {
  words[at] = value >>> 0;
  words[at + 1] = (value / TWO_TO_32) >>> 0;
  return at + 2;
}
