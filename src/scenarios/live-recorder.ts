// The recorder of a live run: every record gets the real time and the key of what the node was doing, since no event
// of a simulator says so. Kinds and fields are those of the simulator; there is no digest, as nothing repeats.

import { Recorder } from "../trace/recorder.js";
import type { RecordKind, RunRecord } from "../trace/record.js";

/** What names a stretch in records. */
export interface StretchKey {
  readonly timeMicros: number;
  readonly origin: number;
  readonly counter: number;
}

/** What a node, or the scenario, does at a stretch: one handler, one planned action. */
interface Stretch extends StretchKey {
  timeMicros: number;
  /** Whether it is one of another process: it causes what is recorded here, and none of it belongs to it. */
  readonly isElsewhere: boolean;
  readonly causeTimeMicros: number;
  readonly causeOrigin: number;
  readonly causeCounter: number;
}

export interface LiveRecorderOptions {
  /** Time of the run so far; never goes back. Whole microseconds. */
  readonly nowMicros: () => number;
  /** The next number of an origin's records: 0 is the scenario, a node is its index plus one. */
  readonly nextCounter: (origin: number) => number;
}

/** Stamps the records of live nodes. */
export class LiveRecorder extends Recorder {
  readonly #options: LiveRecorderOptions;
  #stretch: Stretch | null = null;
  #lastMicros = 0;
  /** Told of each instant before its first record: checkers look at what was. */
  onInstant: (nowMicros: number) => void = () => undefined;

  constructor(options: LiveRecorderOptions) {
    super(null);
    this.#options = options;
  }

  /** Runs something that an origin does: its records, and what it causes elsewhere, carry its key. */
  within(origin: number, run: () => void): void {
    const outer = this.#stretch;
    const stretch: Stretch = {
      timeMicros: this.#now(),
      origin,
      counter: this.#options.nextCounter(origin),
      isElsewhere: false,
      causeTimeMicros: outer?.timeMicros ?? 0,
      causeOrigin: outer?.origin ?? 0,
      causeCounter: outer?.counter ?? 0,
    };
    this.#during(stretch, run);
  }

  /** Runs something that an earlier stretch, or one of another process, causes here and now. */
  causedBy(key: StretchKey | null, run: () => void): void {
    const isElsewhere = true;
    const before = { causeTimeMicros: 0, causeOrigin: 0, causeCounter: 0 };
    this.#during(key === null ? null : { ...key, ...before, isElsewhere }, run);
  }

  /** What is going on; null between stretches. */
  get key(): StretchKey | null {
    if (this.#stretch === null) return null;
    const { timeMicros, origin, counter } = this.#stretch;
    return { timeMicros, origin, counter };
  }

  override open(kind: RecordKind, node: number): RunRecord {
    const row = super.open(kind, node);
    const stretch = this.#stretch;
    // What the scenario does to a node belongs to the scenario's action.
    const isWithin = stretch?.origin === 0 || stretch?.origin === node + 1;
    if (stretch !== null && isWithin && !stretch.isElsewhere) {
      row.timeMicros = stretch.timeMicros;
      row.origin = stretch.origin;
      row.counter = stretch.counter;
      row.causeTimeMicros = stretch.causeTimeMicros;
      row.causeOrigin = stretch.causeOrigin;
      row.causeCounter = stretch.causeCounter;
    } else {
      row.timeMicros = this.#now();
      row.origin = node + 1;
      row.counter = this.#options.nextCounter(node + 1);
      row.causeTimeMicros = stretch?.timeMicros ?? 0;
      row.causeOrigin = stretch?.origin ?? 0;
      row.causeCounter = stretch?.counter ?? 0;
    }
    return row;
  }

  #during(stretch: Stretch | null, run: () => void): void {
    const outer = this.#stretch;
    this.#stretch = stretch;
    try {
      run();
    } finally {
      this.#stretch = outer;
      // What the outer one still records has not happened before this.
      if (outer !== null && !outer.isElsewhere) outer.timeMicros = this.#now();
    }
  }

  #now(): number {
    const nowMicros = Math.max(this.#lastMicros, this.#options.nowMicros());
    if (nowMicros > this.#lastMicros) {
      this.#lastMicros = nowMicros;
      this.onInstant(nowMicros);
    }
    return nowMicros;
  }
}
