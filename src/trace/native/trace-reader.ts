// Reads a trace, wherever it lies: opens by its index, decodes a block when it is asked for, and gives the state of the
// network at any instant from the keyframe before it. The same class for a file, a server and a dropped file.

import { RunRecord } from "../record.js";
import type { RecordWords } from "../trace-line.js";
import { BlockDecoder } from "./block-decoder.js";
import { TraceDamageError } from "./byte-reader.js";
import type { ByteSource } from "./byte-source.js";
import type { InflateRaw } from "./compression.js";
import { findParts, readPart } from "./container-reader.js";
import type { ContainerParts, PlacedPart } from "./container-reader.js";
import { CHANGES_STATE, NetworkState } from "./network-state.js";
import { RecordColumns } from "./record-columns.js";
import {
  readEndPart,
  readMarkers,
  readMetrics,
  readNodeFacts,
  readRunFacts,
  readWords,
} from "./run-facts.js";
import type { EndFacts, EndPart, Marker, MetricRows, NodeFacts, RunFacts } from "./run-facts.js";
import { Part, unpackPart } from "./trace-parts.js";

/** One block of records in a trace. */
export interface BlockPlace {
  /** Number of its first record, counted from 0. */
  readonly firstRecord: number;
  readonly count: number;
  readonly startMicros: number;
  readonly endMicros: number;
}

interface BlockPart extends BlockPlace {
  readonly place: PlacedPart;
  /** Index in the list of parts. */
  readonly partIndex: number;
}

/** The network at a time, and the number of the first record after that. */
export interface Moment {
  readonly state: NetworkState;
  readonly index: number;
}

/** Visits a record: `record` is reused by the next call; `index` counts from 0. Answers `false` to stop. */
export type VisitRecord = (record: RunRecord, index: number) => boolean | undefined;

/** A trace that is open for reading. */
export class TraceReader implements RecordWords {
  readonly run: RunFacts;
  readonly #source: ByteSource;
  readonly #inflate: InflateRaw;
  #end: EndFacts | null = null;
  #endOffset = 0;
  #parts: readonly PlacedPart[] = [];
  #blocks: readonly BlockPart[] = [];
  #words: readonly string[] = [];
  /** Made with the first block: who only asks what was run needs no room for records. */
  #decoder: BlockDecoder | null = null;
  #loaded = -1;
  /** Of which kinds of record the loaded block has all fields; null for all kinds. */
  #loadedKinds: readonly boolean[] | null = null;
  #nodes: NodeFacts | null = null;

  private constructor(opened: Opened) {
    this.run = opened.run;
    this.#source = opened.source;
    this.#inflate = opened.inflate;
  }

  /** Opens a trace. Rejects with `TraceDamageError` for what is none. */
  static async open(
    source: ByteSource,
    { inflate }: { readonly inflate: InflateRaw },
  ): Promise<TraceReader> {
    const { parts, isWhole, endOffset } = await findParts(source);
    const unpack = async (part: PlacedPart): Promise<Uint8Array> =>
      await unpackPart(await readPart(source, part), inflate);
    const first = parts[0];
    if (first?.channel !== Part.run) {
      throw new TraceDamageError("The trace was cut off before it says what was run");
    }
    const run = readRunFacts(await unpack(first));
    const reader = new TraceReader({ source, inflate, run });
    await reader.#take({ parts, isWhole, endOffset });
    const nodes = parts.find(({ channel }) => channel === Part.nodes);
    if (nodes !== undefined) reader.#nodes = readNodeFacts(await unpack(nodes));
    return reader;
  }

  /**
   * Takes in what the source has grown by, of a run that goes on. Blocks that were there keep their numbers. Rejects as
   * `open` does, and then nothing has changed.
   */
  async grow(): Promise<void> {
    if (this.isWhole) return;
    const known = { parts: this.#parts, isWhole: false, endOffset: this.#endOffset };
    await this.#take(await findParts(this.#source, known));
  }

  async #take({ parts, isWhole, endOffset }: ContainerParts): Promise<void> {
    const last = parts[parts.length - 1]!;
    let end: EndPart | null = null;
    const words = [...this.#words];
    if (isWhole && last.channel === Part.end) end = readEndPart(await this.#unpack(last));
    else {
      for (const part of parts.slice(this.#parts.length)) {
        if (part.channel === Part.words) words.push(...readWords(await this.#unpack(part)));
      }
    }
    this.#parts = parts;
    this.#endOffset = endOffset;
    this.#end = end;
    this.#words = end?.words ?? words;
    this.#blocks = blocksOf(parts, end?.counts ?? null);
  }

  /** How the run ended; null when the trace was cut off. */
  get end(): EndFacts | null {
    return this.#end;
  }

  /** Up to which byte the file was understood. */
  get endOffset(): number {
    return this.#endOffset;
  }

  /** Whether the trace was written to its end. */
  get isWhole(): boolean {
    return this.end !== null;
  }

  get blocks(): readonly BlockPlace[] {
    return this.#blocks;
  }

  get recordCount(): number {
    const last = this.#blocks[this.#blocks.length - 1];
    return last === undefined ? 0 : last.firstRecord + last.count;
  }

  /** The virtual time that the records reach. */
  get endMicros(): number {
    return this.end?.endMicros ?? this.#blocks[this.#blocks.length - 1]?.endMicros ?? 0;
  }

  text(name: number): string {
    return this.#words[name] ?? "";
  }

  /** All words of the trace, by their numbers. */
  get words(): readonly string[] {
    return this.#words;
  }

  nodeName(node: number): string {
    return this.#nodes?.names[node] ?? `node-${node}`;
  }

  className(node: number): string {
    return this.#nodes?.classNames[node] ?? "";
  }

  regionName(node: number): string {
    return this.#nodes?.regionNames[node] ?? "";
  }

  /** The index of the node with this name; -1 for none. */
  nodeIndex(name: string): number {
    return this.#nodes?.names.indexOf(name) ?? -1;
  }

  /** The nodes' names, classes and regions. */
  get nodes(): NodeFacts {
    return this.#nodes ?? { names: [], classNames: [], regionNames: [] };
  }

  /** The records of a block, valid until another block is loaded. Rejects with `TraceDamageError`. */
  async load(block: number): Promise<RecordColumns> {
    return await this.#load(block, null);
  }

  /** All fields of the records of a block, or at least those of some kinds. */
  async #load(block: number, kinds: readonly boolean[] | null): Promise<RecordColumns> {
    this.#decoder ??= new BlockDecoder(new RecordColumns());
    const { columns } = this.#decoder;
    if (block === this.#loaded && (this.#loadedKinds === null || kinds !== null)) return columns;
    const place = this.#blocks[block];
    if (place === undefined) throw new RangeError(`The trace has no block ${block}`);
    this.#loaded = -1;
    this.#decoder.decode(await this.#unpack(place.place), kinds);
    if (columns.count !== place.count) {
      const found = `${columns.count} records, and ${place.count} are promised`;
      throw new TraceDamageError(`A block has ${found}`, place.place.offset);
    }
    this.#loaded = block;
    this.#loadedKinds = kinds;
    return columns;
  }

  /** Visits the records from number `first` on, in order, until the visitor answers `false` or the trace ends. */
  async visit(first: number, visitor: VisitRecord): Promise<void> {
    const record = new RunRecord();
    for (let block = Math.max(this.blockOfRecord(first), 0); block < this.#blocks.length; block++) {
      const { firstRecord, count } = this.#blocks[block]!;
      const columns = await this.load(block);
      for (let i = Math.max(first - firstRecord, 0); i < count; i++) {
        columns.read(i, record);
        if (visitor(record, firstRecord + i) === false) return;
      }
    }
  }

  /** The block that holds the record of this number; -1 past the end. */
  blockOfRecord(index: number): number {
    const blocks = this.#blocks;
    let low = 0;
    let high = blocks.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const { firstRecord, count } = blocks[middle]!;
      if (firstRecord + count <= index) low = middle + 1;
      else high = middle;
    }
    return low < blocks.length ? low : -1;
  }

  /** The number of the first record at or after a time; `recordCount` for none. */
  async recordAt(timeMicros: number): Promise<number> {
    const block = this.#blocks.findIndex(({ endMicros }) => endMicros >= timeMicros);
    if (block < 0) return this.recordCount;
    const { count, timeMicros: times } = await this.load(block);
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (times[middle]! < timeMicros) low = middle + 1;
      else high = middle;
    }
    return this.#blocks[block]!.firstRecord + low;
  }

  /** The network as the records up to and including a time tell it. */
  async stateAt(timeMicros: number): Promise<NetworkState> {
    return (await this.momentAt(timeMicros)).state;
  }

  /**
   * The same with the number of the first record after the time. Decodes the blocks since the last keyframe, and of
   * records that change no state only when they were.
   */
  async momentAt(timeMicros: number): Promise<Moment> {
    const block = this.#blocks.findLastIndex(({ startMicros }) => startMicros <= timeMicros);
    if (block < 0) return { state: new NetworkState(), index: 0 };
    const keyframe = this.#parts.findLastIndex(
      ({ channel }, i) => channel === Part.keyframe && i < this.#blocks[block]!.partIndex,
    );
    const state =
      keyframe < 0
        ? new NetworkState()
        : NetworkState.decode(await this.#unpack(this.#parts[keyframe]!));
    const start = this.#blocks.findIndex(({ partIndex }) => partIndex > keyframe);
    const record = new RunRecord();
    for (let at = start; at <= block; at++) {
      const columns = await this.#load(at, CHANGES_STATE);
      for (let i = 0; i < columns.count; i++) {
        if (columns.timeMicros[i]! > timeMicros) {
          return { state, index: this.#blocks[at]!.firstRecord + i };
        }
        if (CHANGES_STATE[columns.kind[i]!] !== true) continue;
        columns.read(i, record);
        state.apply(record, this);
      }
    }
    const { firstRecord, count } = this.#blocks[block]!;
    return { state, index: firstRecord + count };
  }

  /** All markers, in the order in which they were written. */
  async markers(): Promise<readonly Marker[]> {
    const markers: Marker[] = [];
    for (const part of this.#parts) {
      if (part.channel === Part.markers) markers.push(...readMarkers(await this.#unpack(part)));
    }
    return markers;
  }

  /** All measures over time, by the names of their columns. */
  async metrics(): Promise<readonly MetricRows[]> {
    const byNames = new Map<
      string,
      { names: readonly string[]; rows: MetricRows["rows"][number][] }
    >();
    for (const part of this.#parts) {
      if (part.channel !== Part.metrics) continue;
      const { names, rows } = readMetrics(await this.#unpack(part));
      const key = JSON.stringify(names);
      const known = byNames.get(key) ?? { names, rows: [] };
      byNames.set(key, known);
      known.rows.push(...rows);
    }
    return [...byNames.values()];
  }

  /** Reads and decodes every part. Rejects with `TraceDamageError` at the first that is damaged. */
  async checkParts(): Promise<void> {
    for (const part of this.#parts) await this.#unpack(part);
    for (let block = 0; block < this.#blocks.length; block++) await this.load(block);
    for (const part of this.#parts) {
      if (part.channel === Part.keyframe) NetworkState.decode(await this.#unpack(part));
    }
    await this.markers();
    await this.metrics();
  }

  async #unpack(part: PlacedPart): Promise<Uint8Array> {
    return await unpackPart(await readPart(this.#source, part), this.#inflate);
  }
}

interface Opened {
  readonly source: ByteSource;
  readonly inflate: InflateRaw;
  readonly run: RunFacts;
}

function blocksOf(parts: readonly PlacedPart[], counts: readonly number[] | null): BlockPart[] {
  const blocks: BlockPart[] = [];
  let firstRecord = 0;
  parts.forEach((place, partIndex) => {
    if (place.channel !== Part.records) return;
    const count = place.count ?? counts?.[partIndex];
    if (count === undefined) throw new TraceDamageError("The index lacks a block", place.offset);
    const { startMicros, endMicros } = place;
    blocks.push({ firstRecord, count, startMicros, endMicros, place, partIndex });
    firstRecord += count;
  });
  return blocks;
}
