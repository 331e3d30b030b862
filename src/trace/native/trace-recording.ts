// A run on its way into a trace: everything, part by part as it comes, or the last stretch alone, which is written when
// something went wrong (a flight recorder).

import { Part, packPart } from "./trace-parts.js";
import { ContainerWriter } from "./container-writer.js";
import type { TimedPart, WriteBytes } from "./container-writer.js";
import type { RecordKind, RecordSink, RunRecord } from "../record.js";
import { writeJson } from "./run-facts.js";
import type { EndFacts, EndPart, Marker, MetricRows } from "./run-facts.js";
import { TraceEncoder } from "./trace-encoder.js";
import type { TraceEncoderOptions } from "./trace-encoder.js";

/** Blocks of a flight recorder's window: it keeps at most one more than it was asked for. */
const BLOCKS_A_WINDOW = 8;
/** What a window never lets go. */
const LASTING_PARTS: ReadonlySet<Part> = new Set([Part.run, Part.nodes, Part.words]);

export interface TraceRecordingOptions extends Omit<TraceEncoderOptions, "emit" | "blockMicros"> {
  /** A block ends early when it spans so much virtual time; 64k records alone end it where this is left out. */
  readonly blockMicros?: number | null;
  /** How much virtual time a flight recorder keeps; null to write everything at once. */
  readonly windowMicros: number | null;
  /** Takes the bytes of the file in order. Of a flight recorder nothing comes before `close`. */
  readonly write: WriteBytes;
}

/** What is known when a run is over. */
export interface RecordingEnd extends Omit<EndFacts, "records"> {
  /** Expectations that failed, and what else no record tells of. */
  readonly markers: readonly Marker[];
  readonly metrics: readonly MetricRows[];
  /** Whether a flight recorder's window is worth writing. */
  readonly isWanted: boolean;
}

/** The sink that writes a trace. */
export class TraceRecording implements RecordSink {
  readonly kinds: readonly RecordKind[];
  readonly #options: TraceRecordingOptions;
  readonly #encoder: TraceEncoder;
  #container: ContainerWriter | null = null;
  #window: TimedPart[] = [];
  #endMicros = 0;
  #isClosed = false;

  constructor(options: TraceRecordingOptions) {
    const { windowMicros, write, run } = options;
    this.#options = options;
    if (windowMicros === null) this.#container = new ContainerWriter(write, run.version);
    this.#encoder = new TraceEncoder({
      ...options,
      blockMicros:
        windowMicros === null
          ? (options.blockMicros ?? null)
          : Math.ceil(windowMicros / BLOCKS_A_WINDOW),
      emit: (part) => {
        this.#take(part);
      },
    });
    this.kinds = this.#encoder.kinds;
  }

  accept(record: RunRecord): void {
    this.#encoder.accept(record);
  }

  /** Writes the block that is open, so that it is kept whatever ends the process. A flight recorder keeps its own. */
  flush(): void {
    if (!this.#isClosed && this.#options.windowMicros === null) this.#encoder.flush();
  }

  /** Writes what is open, the end's part and the index. Idempotent: the first call counts. */
  close(end: RecordingEnd): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const { write, run, deflate } = this.#options;
    for (const marker of end.markers) this.#encoder.mark(marker);
    this.#encoder.flush();
    for (const metrics of end.metrics) this.#encoder.metrics(metrics);
    if (this.#container === null) {
      if (!end.isWanted) return;
      this.#container = new ContainerWriter(write, run.version);
      for (const part of this.#window) this.#container.add(part);
    }
    const { endMicros, digest, ending } = end;
    const { counts } = this.#container;
    const records = this.#records();
    const { words } = this.#encoder;
    const facts: EndPart = { records, endMicros, digest, ending, counts, words };
    this.#container.add({
      part: Part.end,
      startMicros: endMicros,
      endMicros,
      count: 1,
      data: packPart(writeJson(facts), 1, deflate),
    });
    this.#container.end();
  }

  #records(): number {
    if (this.#options.windowMicros === null) return this.#encoder.records;
    return this.#window.reduce((sum, { part, count }) => {
      return part === Part.records ? sum + count : sum;
    }, 0);
  }

  #take(part: TimedPart): void {
    if (this.#container !== null) {
      this.#container.add(part);
      return;
    }
    this.#window.push(part);
    if (part.part !== Part.records) return;
    this.#endMicros = part.endMicros;
    this.#forget(this.#endMicros - (this.#options.windowMicros ?? 0));
  }

  /** Lets go of the parts that are over before a time. Every block of a window has its keyframe before it. */
  #forget(beforeMicros: number): void {
    const isPast = ({ part, endMicros }: TimedPart): boolean =>
      part === Part.records && endMicros < beforeMicros;
    if (!this.#window.some(isPast)) return;
    const last = this.#window.findLastIndex(isPast);
    this.#window = this.#window.filter(({ part }, i) => i > last || LASTING_PARTS.has(part));
  }
}
