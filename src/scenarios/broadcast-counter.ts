// What broadcasts cost and how long they took, over the whole run: the report's `broadcasts`. Whom one should have
// reached is the business of `delivered`; here every first receipt counts, whoever received.

import { quantile } from "../analysis/summary-statistics.js";
import { NO_PEER, RecordKind } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import type { RecordWords } from "../trace/trace-line.js";

/** The report of all broadcasts of a run. Its field names are a public interface. */
export interface BroadcastReport {
  /** Broadcasts that nodes started. */
  readonly started: number;
  /** First receipts, summed over nodes and broadcasts. */
  readonly receipts: number;
  /** Messages sent that carried a whole payload. */
  readonly copies: number;
  /** Copies over receipts, less 1: 0 for a tree, what each payload costs beyond it. Null without receipts. */
  readonly redundancy: number | null;
  /** Most hops of a first receipt; null without receipts. */
  readonly maxHops: number | null;
  /** From start to first receipt. All null without receipts; quantiles also above `LATENCIES_MAX` of them. */
  readonly latency: {
    readonly meanMicros: number | null;
    readonly medianMicros: number | null;
    readonly p90Micros: number | null;
    readonly p99Micros: number | null;
    readonly maxMicros: number | null;
  };
}

/** Latencies kept for quantiles: 40 MB at most. A thousand nodes reach it after five thousand broadcasts. */
export const LATENCIES_MAX = 5_000_000;

/** A broadcast as it was started. */
interface Started {
  readonly atMicros: number;
  readonly payloadBytes: number;
}

/** Counts broadcasts. O(1) a record; memory for each broadcast, and a number for each receipt up to the limit. */
export class BroadcastCounter implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.broadcast, RecordKind.sent];
  readonly #words: RecordWords;
  readonly #latenciesMax: number;
  readonly #started = new Map<number, Started>();
  readonly #latencies: number[] = [];
  #receipts = 0;
  #copies = 0;
  #hopsMax = 0;
  #latencySumMicros = 0;
  #latencyMaxMicros = 0;

  constructor(words: RecordWords, latenciesMax = LATENCIES_MAX) {
    this.#words = words;
    this.#latenciesMax = latenciesMax;
  }

  accept(record: RunRecord): void {
    if (record.application === 0) return;
    const started = this.#started.get(record.application);
    if (record.kind === RecordKind.sent) {
      // What is shorter than the payload only tells of it: an announcement, or a request for it.
      if (started !== undefined && record.bytes >= started.payloadBytes) this.#copies++;
    } else if (this.#words.text(record.name) === "started") {
      if (record.peer !== NO_PEER) return;
      const { timeMicros: atMicros, bytes: payloadBytes } = record;
      this.#started.set(record.application, { atMicros, payloadBytes });
    } else if (started !== undefined) {
      this.#receive(record.timeMicros - started.atMicros, record.number);
    }
  }

  #receive(latencyMicros: number, hops: number): void {
    this.#receipts++;
    this.#hopsMax = Math.max(this.#hopsMax, hops);
    this.#latencySumMicros += latencyMicros;
    this.#latencyMaxMicros = Math.max(this.#latencyMaxMicros, latencyMicros);
    if (this.#latencies.length < this.#latenciesMax) this.#latencies.push(latencyMicros);
  }

  report(): BroadcastReport {
    const receipts = this.#receipts;
    const has = receipts > 0;
    return {
      started: this.#started.size,
      receipts,
      copies: this.#copies,
      redundancy: has ? this.#copies / receipts - 1 : null,
      maxHops: has ? this.#hopsMax : null,
      latency: {
        meanMicros: has ? this.#latencySumMicros / receipts : null,
        ...this.#quantiles(),
        maxMicros: has ? this.#latencyMaxMicros : null,
      },
    };
  }

  #quantiles(): Pick<BroadcastReport["latency"], "medianMicros" | "p90Micros" | "p99Micros"> {
    const isWhole = this.#receipts > 0 && this.#latencies.length === this.#receipts;
    if (!isWhole) return { medianMicros: null, p90Micros: null, p99Micros: null };
    const ascending = Float64Array.from(this.#latencies).sort();
    return {
      medianMicros: quantile(ascending, 0.5),
      p90Micros: quantile(ascending, 0.9),
      p99Micros: quantile(ascending, 0.99),
    };
  }
}
