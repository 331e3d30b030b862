// The one place through which records pass: the kernel fills the row and commits it, and every sink that
// wants its kind sees it. Sinks only look: none of them may schedule an event or draw chance.

import type { Digest } from "./digest.js";
import { DIGESTED_KIND_MAX, RECORD_KIND_MAX, RunRecord } from "./record.js";
import type { RecordKind, RecordSink } from "./record.js";

const NO_SINKS: readonly RecordSink[] = [];

/** Hands each record of a run to the digest and to the sinks that want its kind. */
export class Recorder {
  /** The row being filled. Valid from `open` until `commit`. */
  readonly row = new RunRecord();
  readonly #digest: Digest | null;
  readonly #sinksByKind: (readonly RecordSink[])[] = new Array<readonly RecordSink[]>(
    RECORD_KIND_MAX + 1,
  ).fill(NO_SINKS);

  /** `digest` is null where nobody wants one: hashing costs five times as much in a browser. */
  constructor(digest: Digest | null) {
    this.#digest = digest;
  }

  /** Adds a consumer; from the next record on it sees the kinds it named. */
  attach(sink: RecordSink): void {
    for (const kind of sink.kinds) {
      this.#sinksByKind[kind] = [...(this.#sinksByKind[kind] ?? NO_SINKS), sink];
    }
  }

  /** Whether a record of this kind would reach anyone: saves filling rows that nobody reads. */
  wants(kind: RecordKind): boolean {
    return (
      (this.#digest !== null && kind <= DIGESTED_KIND_MAX) || this.#sinksByKind[kind] !== NO_SINKS
    );
  }

  /** Begins a record of `kind` at `node`: the caller sets the fields of that kind and calls `commit`. */
  open(kind: RecordKind, node: number): RunRecord {
    const row = this.row;
    row.kind = kind;
    row.node = node;
    return row;
  }

  /** Passes the filled row on. */
  commit(): void {
    const row = this.row;
    if (this.#digest !== null && row.kind <= DIGESTED_KIND_MAX) this.#digest.accept(row);
    const sinks = this.#sinksByKind[row.kind];
    if (sinks === undefined || sinks === NO_SINKS) return;
    for (const sink of sinks) sink.accept(row);
  }
}
