// Messages on their way in a stretch of virtual time: from where and when to where and when. A message's `delivered`
// record says all of it, since its event was caused by the one in which it was sent. The window goes forward with the
// one who watches: no record is looked at twice, and what has arrived is forgotten.

import type { TraceReader } from "../trace/native/trace-reader.js";
import type { RecordColumns } from "../trace/native/record-columns.js";
import { RecordKind } from "../trace/record.js";

/** Messages of one stretch at most: a busy one is made shorter. Two hundred thousand a second last for a quarter. */
export const SHOWN_MAX = 65_536;

/** Messages that are kept at most, those that are yet to leave among them: 16 MiB. */
export const KEPT_MAX = 1 << 19;

/** How far beyond the stretch arrivals are looked for: longer than nearly every way. */
const LOOK_AHEAD_MICROS = 1_000_000;

/** For how long a message that is lost is seen on the first half of its way. */
const LOST_MICROS = 60_000;

/** No stretch is shorter: there would be one a frame. */
const STRETCH_MICROS_MIN = 1000;

const ROOM_AT_FIRST = 1024;

/** Messages by columns: `count` of them. */
export class FlightColumns {
  count = 0;
  from = new Int32Array(ROOM_AT_FIRST);
  to = new Int32Array(ROOM_AT_FIRST);
  startMicros = new Float64Array(ROOM_AT_FIRST);
  endMicros = new Float64Array(ROOM_AT_FIRST);
  /** Number of its type's name in the trace. */
  name = new Int32Array(ROOM_AT_FIRST);
  /** 1 for what is lost on the way: it is not seen to arrive. */
  isLost = new Uint8Array(ROOM_AT_FIRST);

  /** A place for one more. */
  next(): number {
    if (this.count === this.from.length) this.#grow();
    return this.count++;
  }

  /** Forgets what has arrived before a time. */
  forget(beforeMicros: number): void {
    let kept = 0;
    for (let i = 0; i < this.count; i++) {
      if (this.endMicros[i]! < beforeMicros) continue;
      if (kept < i) this.#move(i, kept);
      kept++;
    }
    this.count = kept;
  }

  #move(at: number, to: number): void {
    this.from[to] = this.from[at]!;
    this.to[to] = this.to[at]!;
    this.startMicros[to] = this.startMicros[at]!;
    this.endMicros[to] = this.endMicros[at]!;
    this.name[to] = this.name[at]!;
    this.isLost[to] = this.isLost[at]!;
  }

  #grow(): void {
    const room = 2 * this.from.length;
    const grown = <Column extends Int32Array | Float64Array | Uint8Array>(
      made: Column,
      column: Column,
    ): Column => {
      made.set(column);
      return made;
    };
    this.from = grown(new Int32Array(room), this.from);
    this.to = grown(new Int32Array(room), this.to);
    this.startMicros = grown(new Float64Array(room), this.startMicros);
    this.endMicros = grown(new Float64Array(room), this.endMicros);
    this.name = grown(new Int32Array(room), this.name);
    this.isLost = grown(new Uint8Array(room), this.isLost);
  }
}

/** The messages around the moment that is shown. */
export class FlightWindow {
  readonly #reader: TraceReader;
  /** All that is kept; those that touch the stretch are to be shown. */
  readonly columns = new FlightColumns();
  /** The stretch that is covered; nothing at first. */
  fromMicros = 0;
  toMicros = -1;
  /** How many messages touch the stretch. */
  shownCount = 0;
  /** Whether there are more than are kept. */
  isCut = false;
  /** Which of them are wanted, by the number of their type's name and their ends. */
  isWanted: (name: number, from: number, to: number) => boolean = () => true;
  /** The record with which the search goes on; -1 before the first. */
  #nextRecord = -1;
  #scannedMicros = 0;
  #stretchMicros = Infinity;

  constructor(reader: TraceReader) {
    this.#reader = reader;
  }

  /** Whether a moment lies in the stretch. */
  covers(timeMicros: number): boolean {
    return timeMicros >= this.fromMicros && timeMicros <= this.toMicros;
  }

  /** Whether message `i` is wanted and on its way at some time of the stretch. */
  isShown(i: number): boolean {
    const { startMicros, endMicros, name, from, to } = this.columns;
    if (startMicros[i]! > this.toMicros || endMicros[i]! < this.fromMicros) return false;
    return this.isWanted(name[i]!, from[i]!, to[i]!);
  }

  /** Forgets everything: the trace has grown, or another is looked at. */
  clear(): void {
    this.columns.count = 0;
    this.shownCount = 0;
    this.toMicros = -1;
    this.#nextRecord = -1;
    this.#stretchMicros = Infinity;
  }

  /**
   * Collects the messages from one time up to another, or up to an earlier one where there are too many. Decodes the
   * blocks of the stretch and of a second behind it, unless that was done for the stretch before.
   */
  async cover(fromMicros: number, toMicros: number): Promise<void> {
    const reader = this.#reader;
    const isNext =
      this.#nextRecord >= 0 && fromMicros >= this.fromMicros && fromMicros <= this.#scannedMicros;
    if (isNext) this.columns.forget(fromMicros);
    else {
      this.columns.count = 0;
      this.#nextRecord = await reader.recordAt(Math.max(0, fromMicros - LOST_MICROS));
    }
    this.fromMicros = fromMicros;
    const stretchMicros = Math.min(toMicros - fromMicros, 2 * this.#stretchMicros);
    this.toMicros = fromMicros + Math.max(0, stretchMicros);
    this.isCut = await this.#scan(this.toMicros + LOOK_AHEAD_MICROS);
    if (this.isCut)
      this.toMicros = Math.max(fromMicros, Math.min(this.toMicros, this.#scannedMicros));
    this.shownCount = this.#count();
    while (this.shownCount > SHOWN_MAX && this.toMicros - fromMicros > STRETCH_MICROS_MIN) {
      this.toMicros = fromMicros + (this.toMicros - fromMicros) / 2;
      this.shownCount = this.#count();
    }
    this.#stretchMicros = Math.max(STRETCH_MICROS_MIN, this.toMicros - fromMicros);
  }

  #count(): number {
    let count = 0;
    for (let i = 0; i < this.columns.count; i++) if (this.isShown(i)) count++;
    return count;
  }

  /** Takes in the records up to a time; answers whether there was no room for all of them. */
  async #scan(untilMicros: number): Promise<boolean> {
    const reader = this.#reader;
    while (this.#nextRecord < reader.recordCount) {
      const block = reader.blockOfRecord(this.#nextRecord);
      const { firstRecord } = reader.blocks[block]!;
      const columns = await reader.load(block);
      for (let i = this.#nextRecord - firstRecord; i < columns.count; i++) {
        const timeMicros = columns.timeMicros[i]!;
        this.#nextRecord = firstRecord + i;
        if (timeMicros > untilMicros) return false;
        if (this.columns.count >= KEPT_MAX) return true;
        this.#scannedMicros = timeMicros;
        this.#take(columns, i);
      }
      this.#nextRecord = firstRecord + columns.count;
    }
    this.#scannedMicros = untilMicros;
    return false;
  }

  #take(columns: RecordColumns, i: number): void {
    const kind = columns.kind[i];
    const isArrival = kind === RecordKind.delivered;
    if (!isArrival && kind !== RecordKind.sent) return;
    const node = columns.node[i]!;
    const peer = columns.peer[i]!;
    if (peer < 0 || node < 0) return;
    const timeMicros = columns.timeMicros[i]!;
    if (isArrival) {
      if (timeMicros < this.fromMicros) return;
      this.#add({
        from: peer,
        to: node,
        startMicros: columns.causeTimeMicros[i]!,
        endMicros: timeMicros,
      });
    } else if (this.#reader.text(columns.reason[i]!) !== "") {
      const endMicros = timeMicros + LOST_MICROS;
      if (endMicros < this.fromMicros) return;
      this.#add({ from: node, to: peer, startMicros: timeMicros, endMicros });
      this.columns.isLost[this.columns.count - 1] = 1;
    } else return;
    this.columns.name[this.columns.count - 1] = columns.name[i]!;
  }

  #add({
    from,
    to,
    startMicros,
    endMicros,
  }: {
    readonly from: number;
    readonly to: number;
    readonly startMicros: number;
    readonly endMicros: number;
  }): void {
    const { columns } = this;
    const i = columns.next();
    columns.from[i] = from;
    columns.to[i] = to;
    columns.startMicros[i] = startMicros;
    columns.endMicros[i] = endMicros;
    columns.isLost[i] = 0;
  }
}
