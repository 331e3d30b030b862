// Messages as arrows between the lines of some nodes over a stretch of time (Lamport, "Time, Clocks, and the Ordering of
// Events in a Distributed System", 1978). Arrows that a picture could not tell apart are drawn as one, so that a dense
// stretch costs what a picture has room for, not what it holds.

import { NO_NAME } from "../trace/names.js";
import { RecordKind } from "../trace/record.js";
import type { TraceReader } from "../trace/native/trace-reader.js";

/** Lines of nodes that a diagram has room for. */
export const ROWS_MAX = 16;

/** Records that are looked through for one diagram. */
export const DIAGRAM_RECORDS_MAX = 400_000;

/** How far behind the stretch arrivals are looked for: longer than nearly every way. */
const LOOK_AHEAD_MICROS = 2_000_000;

/** The stretch that a diagram shows. */
export interface DiagramSpan {
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Columns that the picture tells apart: its width in pixels, or fewer. */
  readonly columns: number;
}

/** Messages from one node to another that left in one column and arrived in another. */
export interface Arrow {
  readonly fromRow: number;
  readonly toRow: number;
  /** When the first of them left and arrived; for a loss, when it was known of. */
  readonly startMicros: number;
  readonly endMicros: number;
  readonly isLost: boolean;
  /** Number of the type's name, of the first. */
  readonly name: number;
  readonly count: number;
  /** Number of the record of the arrival, or of the loss, of the first. */
  readonly index: number;
}

/** Something that happened at one node: a change of its status, or a fault. */
export interface Tick {
  readonly row: number;
  readonly timeMicros: number;
  readonly kind: RecordKind;
  readonly name: number;
  readonly index: number;
}

/** All that a diagram shows. */
export interface Diagram extends DiagramSpan {
  /** The node of each line. */
  readonly nodes: readonly number[];
  readonly arrows: readonly Arrow[];
  readonly ticks: readonly Tick[];
  /** Whether there were more records than were looked through. */
  readonly isCut: boolean;
}

/** The nodes that a node has most to do with in a stretch, itself first. */
export async function busiestPeers(
  reader: TraceReader,
  node: number,
  { fromMicros, toMicros }: DiagramSpan,
): Promise<readonly number[]> {
  const messages = new Map<number, number>();
  let left = DIAGRAM_RECORDS_MAX;
  await reader.visit(await reader.recordAt(fromMicros), (record) => {
    if (record.timeMicros > toMicros || left-- <= 0) return false;
    const isMessage = record.kind === RecordKind.sent || record.kind === RecordKind.delivered;
    if (!isMessage || record.peer < 0) return true;
    // Without a node to begin from, whoever says and hears most.
    if (record.node !== node && node >= 0) return true;
    const met = node < 0 ? record.node : record.peer;
    messages.set(met, (messages.get(met) ?? 0) + 1);
    return true;
  });
  const peers = [...messages]
    .filter(([peer]) => peer !== node)
    .sort(([a, ofA], [b, ofB]) => ofB - ofA || a - b)
    .map(([peer]) => peer);
  return (node < 0 ? peers : [node, ...peers]).slice(0, ROWS_MAX);
}

/** Collects the diagram of these nodes. */
export async function spaceTime(
  reader: TraceReader,
  nodes: readonly number[],
  span: DiagramSpan,
): Promise<Diagram> {
  const collector = new ArrowCollector(nodes, span);
  const ticks: Tick[] = [];
  let left = DIAGRAM_RECORDS_MAX;
  let isCut = false;
  await reader.visit(await reader.recordAt(span.fromMicros), (record, index) => {
    const { kind, node, name, timeMicros } = record;
    if (timeMicros > span.toMicros + LOOK_AHEAD_MICROS) return false;
    if (left-- <= 0) {
      isCut = timeMicros <= span.toMicros;
      return false;
    }
    const isLoss =
      kind === RecordKind.dropped || (kind === RecordKind.sent && record.reason !== NO_NAME);
    if (kind === RecordKind.delivered) collector.add(record, index, false);
    else if (isLoss) collector.add(record, index, true);
    else if (kind === RecordKind.status || kind === RecordKind.fault) {
      const row = collector.rowOf(node);
      if (row >= 0 && timeMicros <= span.toMicros)
        ticks.push({ row, timeMicros, kind, name, index });
    }
    return true;
  });
  return { ...span, nodes, arrows: collector.arrows(), ticks, isCut };
}

/** The fields of a record that an arrow is made from. */
interface Passage {
  readonly kind: RecordKind;
  readonly node: number;
  readonly peer: number;
  readonly name: number;
  readonly timeMicros: number;
  readonly causeTimeMicros: number;
}

class ArrowCollector {
  readonly #rows: ReadonlyMap<number, number>;
  readonly #span: DiagramSpan;
  readonly #arrows = new Map<string, { -readonly [Field in keyof Arrow]: Arrow[Field] }>();

  constructor(nodes: readonly number[], span: DiagramSpan) {
    this.#rows = new Map(nodes.map((node, row) => [node, row]));
    this.#span = span;
  }

  /** The line of a node; -1 for one that has none. */
  rowOf(node: number): number {
    return this.#rows.get(node) ?? -1;
  }

  add(record: Passage, index: number, isLost: boolean): void {
    const { kind, node, peer, name, timeMicros } = record;
    const isAtSender = kind === RecordKind.sent;
    const fromRow = this.rowOf(isAtSender ? node : peer);
    const toRow = this.rowOf(isAtSender ? peer : node);
    if (fromRow < 0 || toRow < 0) return;
    const startMicros = isAtSender ? timeMicros : record.causeTimeMicros;
    const { fromMicros, toMicros } = this.#span;
    if (startMicros > toMicros || timeMicros < fromMicros) return;
    const key = [
      fromRow,
      toRow,
      this.#column(startMicros),
      this.#column(timeMicros),
      isLost,
    ].join();
    const known = this.#arrows.get(key);
    if (known !== undefined) known.count++;
    else {
      const arrow = { fromRow, toRow, startMicros, endMicros: timeMicros, isLost, name };
      this.#arrows.set(key, { ...arrow, count: 1, index });
    }
  }

  arrows(): readonly Arrow[] {
    return [...this.#arrows.values()];
  }

  #column(timeMicros: number): number {
    const { fromMicros, toMicros, columns } = this.#span;
    return Math.floor(((timeMicros - fromMicros) / Math.max(1, toMicros - fromMicros)) * columns);
  }
}
