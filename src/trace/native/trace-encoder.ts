// Turns the records of a run into parts of a trace, in constant memory: a block's columns, the state of the network for
// keyframes, and what is sampled. Where the parts go (a file, or a window that is mostly thrown away) is another's.

import { RecordKind } from "../record.js";
import type { RecordSink, RunRecord } from "../record.js";
import type { RecordWords } from "../trace-line.js";
import { BlockEncoder } from "./block-encoder.js";
import type { DeflateRaw } from "./compression.js";
import type { TimedPart } from "./container-writer.js";
import { NetworkState } from "./network-state.js";
import type { RecordFilter } from "./record-filter.js";
import { BLOCK_RECORDS_MAX, RecordColumns } from "./record-columns.js";
import { writeJson, writeRunFacts } from "./run-facts.js";
import type { Marker, MetricRows, NodeFacts, RunFacts } from "./run-facts.js";
import { Part, packPart } from "./trace-parts.js";
import { TrafficMetrics } from "./traffic-metrics.js";

/** Texts of a block in characters: a block ends early before its texts fill memory. */
const BLOCK_CHARACTERS_MAX = 4 * 1024 * 1024;
/** A longer text is cut, and says so: messages have at most 16 MiB, and a part must stay readable. */
const TEXT_CHARACTERS_MAX = 16 * 1024 * 1024;
/** At least so many blocks lie between two keyframes: going to a place decodes all since the last … */
const BLOCKS_A_KEYFRAME = 2;
/** … and so many times a keyframe's own bytes: in huge networks keyframes cost no more than an eighth. */
const BYTES_A_KEYFRAME = 8;
/** Markers and metrics that are gathered before they make a part: fewer parts, bounded memory. */
const MARKERS_MAX = 4096;

export interface TraceEncoderOptions {
  readonly run: RunFacts;
  readonly nodes: NodeFacts;
  readonly words: Pick<RecordWords, "text">;
  readonly deflate: DeflateRaw;
  /** Which records are kept; null for all. */
  readonly only: RecordFilter | null;
  /** The network before the first record; nothing when it is left out. */
  readonly state?: NetworkState;
  /** A block ends when it spans so much virtual time; null for no such limit. */
  readonly blockMicros: number | null;
  /** Takes the parts in the order in which they belong in the file. */
  readonly emit: (part: TimedPart) => void;
}

/** The sink that makes the parts of a trace. */
export class TraceEncoder implements RecordSink {
  readonly kinds: readonly RecordKind[] = Object.values(RecordKind);
  readonly #options: TraceEncoderOptions;
  readonly #columns = new RecordColumns();
  readonly #blocks = new BlockEncoder(this.#columns);
  readonly #state: NetworkState;
  readonly #traffic = new TrafficMetrics();
  readonly #words: string[] = [];
  #markers: Marker[] = [];
  #wordEnd = 0;
  #wordMax = 0;
  #characters = 0;
  #records = 0;
  #blockStartMicros = 0;
  #keyframe: Uint8Array | null = null;
  #keyframeBytes = 0;
  #blocksSinceKeyframe = 0;
  #bytesSinceKeyframe = 0;
  #lastMicros = 0;

  /** Emits what is known before the first record. */
  constructor(options: TraceEncoderOptions) {
    this.#options = options;
    this.#state = options.state ?? new NetworkState();
    this.#emit(Part.run, writeRunFacts(options.run), 1);
    this.#emit(Part.nodes, writeJson(options.nodes), options.nodes.names.length);
    this.#keyframe = this.#state.encode();
  }

  /** How many records were kept. */
  get records(): number {
    return this.#records;
  }

  /** All words that blocks name, by their numbers. */
  get words(): readonly string[] {
    return this.#words;
  }

  accept(record: RunRecord): void {
    const { only, words, blockMicros } = this.#options;
    const { kind, timeMicros } = record;
    this.#lastMicros = timeMicros;
    this.#traffic.accept(record);
    const isKept = only === null || only.keeps(record);
    if (isKept) {
      const isOver = blockMicros !== null && timeMicros - this.#blockStartMicros >= blockMicros;
      if (this.#columns.count > 0 && isOver) this.flush();
      if (this.#columns.count === 0) this.#begin(timeMicros);
      this.#keep(record);
    }
    if (kind >= RecordKind.connection && kind <= RecordKind.fault) this.#follow(record, words);
    if (this.#columns.count === BLOCK_RECORDS_MAX) this.flush();
    else if (this.#characters > BLOCK_CHARACTERS_MAX) this.flush();
  }

  /** Adds a marker that no record tells of. */
  mark(marker: Marker): void {
    this.#markers.push(marker);
    if (this.#markers.length >= MARKERS_MAX) this.#emitMarkers();
  }

  /** Emits measures that others took. */
  metrics(metrics: MetricRows): void {
    if (metrics.rows.length > 0) this.#emit(Part.metrics, writeJson(metrics), metrics.rows.length);
  }

  /** Emits the block that is open, and what was sampled. */
  flush(): void {
    const { count } = this.#columns;
    if (count > 0) {
      this.#emitWords();
      if (this.#keyframe !== null) this.#emitKeyframe(this.#keyframe);
      const { deflate, emit } = this.#options;
      const data = packPart(this.#blocks.encode(), count, deflate);
      let startMicros = Infinity;
      let endMicros = 0;
      for (let i = 0; i < count; i++) {
        startMicros = Math.min(startMicros, this.#columns.timeMicros[i]!);
        endMicros = Math.max(endMicros, this.#columns.timeMicros[i]!);
      }
      emit({ part: Part.records, startMicros, endMicros, count, data });
      this.#blocksSinceKeyframe++;
      this.#bytesSinceKeyframe += data.length;
      this.#columns.clear();
      this.#characters = 0;
    }
    this.#emitMarkers();
    const traffic = this.#traffic.take();
    if (traffic !== null) this.metrics(traffic);
  }

  /** Makes a keyframe when there were enough blocks since the last: it is about the moment before this block. */
  #begin(timeMicros: number): void {
    this.#blockStartMicros = timeMicros;
    const bytesWanted = this.#keyframeBytes * BYTES_A_KEYFRAME;
    const isDue =
      this.#blocksSinceKeyframe >= BLOCKS_A_KEYFRAME && this.#bytesSinceKeyframe >= bytesWanted;
    if (this.#options.blockMicros !== null || isDue) this.#keyframe = this.#state.encode();
  }

  #emitKeyframe(state: Uint8Array): void {
    const data = packPart(state, 1, this.#options.deflate);
    const startMicros = this.#blockStartMicros;
    this.#options.emit({
      part: Part.keyframe,
      startMicros,
      endMicros: startMicros,
      count: 1,
      data,
    });
    this.#keyframe = null;
    this.#keyframeBytes = data.length;
    this.#blocksSinceKeyframe = 0;
    this.#bytesSinceKeyframe = 0;
  }

  #keep(record: RunRecord): void {
    const { kind, name, reason, text } = record;
    this.#records++;
    this.#wordMax = Math.max(this.#wordMax, name, reason);
    if (kind < RecordKind.log || kind === RecordKind.decided) {
      this.#columns.add(record, "");
      return;
    }
    const isLong = text.length > TEXT_CHARACTERS_MAX;
    const kept = isLong ? `${text.slice(0, TEXT_CHARACTERS_MAX)}… (cut)` : text;
    this.#characters += kept.length;
    this.#columns.add(record, kept);
  }

  /** What changes the network's state, or is worth a marker. */
  #follow(record: RunRecord, words: Pick<RecordWords, "text">): void {
    const { kind, timeMicros, node, name } = record;
    this.#state.apply(record, words);
    if (kind !== RecordKind.fault && (kind !== RecordKind.action || node !== -1)) return;
    const word = kind === RecordKind.fault ? "fault" : "action";
    this.mark({ timeMicros, kind: word, name: words.text(name), node, text: "" });
  }

  #emitWords(): void {
    if (this.#wordMax < this.#wordEnd) return;
    const added: string[] = [];
    for (let i = this.#wordEnd; i <= this.#wordMax; i++) added.push(this.#options.words.text(i));
    this.#words.push(...added);
    this.#wordEnd = this.#wordMax + 1;
    this.#emit(Part.words, writeJson({ words: added }), added.length);
  }

  #emitMarkers(): void {
    if (this.#markers.length === 0) return;
    const markers = this.#markers;
    this.#markers = [];
    this.#emit(Part.markers, writeJson({ markers }), markers.length);
  }

  #emit(part: Part, body: Uint8Array, count: number): void {
    const time = this.#lastMicros;
    const data = packPart(body, count, this.#options.deflate);
    this.#options.emit({ part, startMicros: time, endMicros: time, count, data });
  }
}
