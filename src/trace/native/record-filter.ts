// Which records a trace keeps: some nodes, some kinds, some times. What is left out is gone from the trace and stays
// in the digest.

import type { RunRecord } from "../record.js";

export interface RecordFilterOptions {
  /** Numbers of the kinds to keep; empty for all. */
  readonly kinds: readonly number[];
  /** Indexes of the nodes at which it happened; empty for all. */
  readonly nodes: readonly number[];
  /** Spans of virtual time, both ends included; empty for all. */
  readonly spans: readonly { readonly startMicros: number; readonly endMicros: number }[];
}

/** Says of each record whether it is kept: it must be of a kind, and of a node, and of a time. */
export class RecordFilter {
  readonly #kinds: ReadonlySet<number>;
  readonly #nodes: ReadonlySet<number>;
  readonly #spans: RecordFilterOptions["spans"];

  constructor({ kinds, nodes, spans }: RecordFilterOptions) {
    this.#kinds = new Set(kinds);
    this.#nodes = new Set(nodes);
    this.#spans = spans;
  }

  keeps({ kind, node, timeMicros }: RunRecord): boolean {
    if (this.#kinds.size > 0 && !this.#kinds.has(kind)) return false;
    if (this.#nodes.size > 0 && !this.#nodes.has(node)) return false;
    if (this.#spans.length === 0) return true;
    return this.#spans.some(
      (span) => timeMicros >= span.startMicros && timeMicros <= span.endMicros,
    );
  }
}
