// Records as Chrome's trace events (JSON), which ui.perfetto.dev and chrome://tracing draw: a process for each node, a
// slice for each event at it, an arrow for each message from where it was sent to where it arrived, counters for what
// was sampled. Virtual time stands still during an event; its slice is a microsecond long so that it can be seen.

import { NO_NAME } from "../names.js";
import { RECORD_KIND_NAMES, RecordKind, WORLD } from "../record.js";
import type { RunRecord } from "../record.js";
import { describeLine, traceLine } from "../trace-line.js";
import type { RecordWords } from "../trace-line.js";
import { FlyingMessages } from "./flying-messages.js";
import type { Marker, MetricRows, RunFacts } from "./run-facts.js";

/** Records told of in one slice: an event that sends to a thousand peers needs no thousand lines. */
const RECORDS_A_SLICE = 24;
/** How long a slice lasts: the least that the format can tell. */
const SLICE_MICROS = 1;
/** The one thread of each process. */
const THREAD = 1;

/** What is kept of a slice until its event is over. */
interface Slice {
  readonly node: number;
  readonly timeMicros: number;
  readonly origin: number;
  readonly counter: number;
  readonly name: string;
  readonly records: string[];
  count: number;
}

/** Writes trace events as text, piece by piece. What it keeps is the messages that are on their way. */
export class ChromeTraceWriter {
  readonly #words: RecordWords;
  readonly #named = new Set<number>();
  /** Numbers of the arrows that have not ended. */
  readonly #flying = new FlyingMessages<number>();
  #slice: Slice | null = null;
  #arrows = 0;
  #isFirst = true;

  constructor(words: RecordWords) {
    this.#words = words;
  }

  /** What comes before all events. */
  begin({ scenario, seed, version }: Pick<RunFacts, "scenario" | "seed" | "version">): string {
    const about = JSON.stringify({ scenario, seed: String(seed), version });
    return `{"displayTimeUnit":"ms","otherData":${about},"traceEvents":[`;
  }

  /** The events that a record ends or adds; often none. */
  record(record: RunRecord): string {
    const { node, timeMicros, origin, counter } = record;
    let slice = this.#slice;
    let text = "";
    const isSame =
      slice?.node === node &&
      slice.timeMicros === timeMicros &&
      slice.origin === origin &&
      slice.counter === counter;
    if (slice === null || !isSame) {
      text += this.#endSlice() + this.#nameProcess(node);
      const kind = RECORD_KIND_NAMES[record.kind] ?? "";
      const name = `${kind} ${this.#words.text(record.name)}`.trim();
      slice = { node, timeMicros, origin, counter, name, records: [], count: 0 };
      this.#slice = slice;
    }
    slice.count++;
    if (slice.records.length < RECORDS_A_SLICE) {
      slice.records.push(describeLine(traceLine(record, this.#words)));
    }
    return text + this.#arrow(record);
  }

  /** A line across all nodes at a moment worth finding. */
  marker({ timeMicros, kind, name, text }: Marker): string {
    const args = text === "" ? {} : { text };
    const about = { ph: "i", s: "g", name: `${kind} ${name}`, cat: "marker", ts: timeMicros };
    return this.#event({ ...about, pid: 0, tid: THREAD, args });
  }

  /** Measures over time, as counters. */
  metrics({ names, rows }: MetricRows): string {
    let text = "";
    for (const [timeMicros, ...values] of rows) {
      values.forEach((value, i) => {
        if (value === null) return;
        const about = { ph: "C", name: names[i], cat: "metric", ts: timeMicros ?? 0 };
        text += this.#event({ ...about, pid: 0, args: { value } });
      });
    }
    return text;
  }

  /** What comes after all events. */
  end(): string {
    return `${this.#endSlice()}\n]}\n`;
  }

  #arrow(record: RunRecord): string {
    const { kind, reason } = record;
    if (kind === RecordKind.sent) {
      if (reason !== NO_NAME) return "";
      const arrow = ++this.#arrows;
      this.#flying.start(record, arrow);
      return this.#arrowEnd(record, { ph: "s", id: arrow });
    }
    if (kind !== RecordKind.delivered && kind !== RecordKind.dropped) return "";
    const end = this.#flying.end(record);
    // A message that was sent before the window.
    if (end === null) return "";
    return this.#arrowEnd(record, { ph: "f", bp: "e", id: end.about });
  }

  #arrowEnd({ name, timeMicros, node }: RunRecord, about: object): string {
    return this.#event({
      ...about,
      ...{ name: this.#words.text(name), cat: "message", ts: timeMicros },
      ...{ pid: node + 1, tid: THREAD },
    });
  }

  #endSlice(): string {
    const slice = this.#slice;
    if (slice === null) return "";
    this.#slice = null;
    const { node, timeMicros, name, records, count } = slice;
    const more = count - records.length;
    if (more > 0) records.push(`and ${more} more`);
    const about = { ph: "X", name, cat: "event", ts: timeMicros, dur: SLICE_MICROS };
    return this.#event({ ...about, pid: node + 1, tid: THREAD, args: { records } });
  }

  #nameProcess(node: number): string {
    if (this.#named.has(node)) return "";
    this.#named.add(node);
    const name = node === WORLD ? "world" : this.#words.nodeName(node);
    const about = { pid: node + 1, tid: THREAD };
    return (
      this.#event({ ph: "M", name: "process_name", ...about, args: { name } }) +
      this.#event({ ph: "M", name: "process_sort_index", ...about, args: { sort_index: node + 1 } })
    );
  }

  #event(event: object): string {
    const comma = this.#isFirst ? "\n" : ",\n";
    this.#isFirst = false;
    return comma + JSON.stringify(event);
  }
}
