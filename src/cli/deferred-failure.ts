// A sink that fails must not look like a protocol that does: records are written while handlers run. What the sink
// throws is kept, and thrown between two events.

import type { RecordKind, RecordSink, RunRecord } from "../trace/record.js";

/** Passes records on until that fails. */
export class DeferredFailure implements RecordSink {
  readonly kinds: readonly RecordKind[];
  readonly #sink: RecordSink;
  #failure: { readonly thrown: unknown } | null = null;

  constructor(sink: RecordSink) {
    this.#sink = sink;
    this.kinds = sink.kinds;
  }

  accept(record: RunRecord): void {
    if (this.#failure !== null) return;
    try {
      this.#sink.accept(record);
    } catch (thrown) {
      this.#failure = { thrown };
    }
  }

  /** Throws what the sink threw, if it did. */
  check(): void {
    if (this.#failure !== null) throw this.#failure.thrown;
  }
}
