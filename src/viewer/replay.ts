// A position in a trace and the network as it is there. Backwards is as good as forwards: a keyframe before the place,
// and the records from there on.

import { CHANGES_STATE, NetworkState } from "../trace/native/network-state.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { RunRecord } from "../trace/record.js";

/** Records that are applied one after the other before a keyframe is worth being read. */
const FORWARD_RECORDS_MAX = 150_000;

/** Whether a record is one that somebody looks for. */
export type RecordTest = (record: RunRecord) => boolean;

/** Replays one trace. Its methods must not overlap: await each before the next is called. */
export class Replay {
  readonly #reader: TraceReader;
  #state = new NetworkState();
  #index = 0;
  #timeMicros = 0;
  readonly #record = new RunRecord();
  /** Nodes that were changed since somebody asked; null for any of them. */
  #changed: Set<number> | null = null;

  constructor(reader: TraceReader) {
    this.#reader = reader;
  }

  /** The network after the records before `index`. */
  get state(): NetworkState {
    return this.#state;
  }

  /** How many records have been applied: the number of the next one. */
  get index(): number {
    return this.#index;
  }

  /** The nodes that are not as they were at the last call; null when any may be another. */
  takeChanged(): ReadonlySet<number> | null {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  get timeMicros(): number {
    return this.#timeMicros;
  }

  /** Goes to a time: all records up to and including it have been applied. Beyond the ends it goes to the end. */
  async seek(timeMicros: number): Promise<void> {
    const reader = this.#reader;
    const target = Math.max(0, Math.min(Math.floor(timeMicros), reader.endMicros));
    const block = reader.blocks.findLast(({ startMicros }) => startMicros <= target);
    const leftMin = (block?.firstRecord ?? 0) - this.#index;
    if (target < this.#timeMicros || leftMin > FORWARD_RECORDS_MAX) await this.#startAt(target);
    else await this.#applyUpTo(await reader.recordAt(target + 1));
    this.#timeMicros = target;
  }

  /** Goes to before the record of this number; the time is that of the record before it. */
  async goTo(index: number): Promise<void> {
    const reader = this.#reader;
    const target = Math.max(0, Math.min(index, reader.recordCount));
    if (target < this.#index || target - this.#index > FORWARD_RECORDS_MAX) {
      await this.#startNear(target);
    }
    await this.#applyUpTo(target);
    this.#timeMicros = target === 0 ? 0 : await this.#timeOf(target - 1);
  }

  /** Goes behind the next record that passes the test; false when there is none, and nothing has changed. */
  async stepForward(test: RecordTest): Promise<boolean> {
    let found = -1;
    await this.#reader.visit(this.#index, (record, index) => {
      if (!test(record)) return true;
      found = index;
      return false;
    });
    if (found < 0) return false;
    await this.goTo(found + 1);
    return true;
  }

  /** Goes behind the record that passes the test before the one gone to last; false when there is none. */
  async stepBack(test: RecordTest): Promise<boolean> {
    const reader = this.#reader;
    const record = new RunRecord();
    const last = this.#index - 2;
    for (let block = reader.blockOfRecord(Math.max(0, last)); last >= 0 && block >= 0; block--) {
      const { firstRecord, count } = reader.blocks[block]!;
      const columns = await reader.load(block);
      for (let i = Math.min(last - firstRecord, count - 1); i >= 0; i--) {
        columns.read(i, record);
        if (!test(record)) continue;
        await this.goTo(firstRecord + i + 1);
        return true;
      }
    }
    return false;
  }

  /** Begins anew from the keyframe before a record: with the network as it was before the record's instant. */
  async #startNear(target: number): Promise<void> {
    const reader = this.#reader;
    const timeMicros = target >= reader.recordCount ? reader.endMicros : await this.#timeOf(target);
    await this.#startAt(timeMicros - 1);
  }

  /** Begins anew from the keyframe before a time: with all records up to and including it applied. */
  async #startAt(timeMicros: number): Promise<void> {
    const { state, index } = await this.#reader.momentAt(timeMicros);
    this.#changed = null;
    this.#state = state;
    this.#index = index;
  }

  /** Most records change nothing that is kept here: they are passed over without being read. */
  async #applyUpTo(target: number): Promise<void> {
    const reader = this.#reader;
    while (this.#index < target) {
      const block = reader.blockOfRecord(this.#index);
      const { firstRecord } = reader.blocks[block]!;
      const columns = await reader.load(block);
      const end = Math.min(columns.count, target - firstRecord);
      for (let i = this.#index - firstRecord; i < end; i++) {
        if (CHANGES_STATE[columns.kind[i]!] !== true) continue;
        columns.read(i, this.#record);
        this.#state.apply(this.#record, reader);
        this.#changed?.add(this.#record.node);
      }
      this.#index = firstRecord + end;
    }
  }

  async #timeOf(index: number): Promise<number> {
    const reader = this.#reader;
    const block = reader.blockOfRecord(index);
    const columns = await reader.load(block);
    return columns.timeMicros[index - reader.blocks[block]!.firstRecord]!;
  }
}
