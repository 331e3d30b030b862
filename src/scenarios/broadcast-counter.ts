// What broadcasts cost and how long they took, over the whole run: the report's `broadcasts`. Whom one should have
// reached is the business of `delivered`; here every first receipt counts, whoever received.

import { DurationHistogram } from "../analysis/duration-histogram.js";
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
  /** From start to first receipt; quantiles to one part in 256. All null without receipts. */
  readonly latency: {
    readonly meanMicros: number | null;
    readonly medianMicros: number | null;
    readonly p90Micros: number | null;
    readonly p99Micros: number | null;
    readonly maxMicros: number | null;
  };
}

/** Broadcasts that are remembered: what is received of an older one is counted no more. */
const BROADCASTS_MAX = 8192;

/** A broadcast as it was started. */
interface Started {
  readonly atMicros: number;
  readonly payloadBytes: number;
}

/** Counts broadcasts. O(1) a record; memory for the latest broadcasts, and none for receipts. */
export class BroadcastCounter implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.broadcast, RecordKind.sent];
  readonly #words: RecordWords;
  readonly #broadcastsMax: number;
  /** The latest, oldest first. */
  readonly #started = new Map<number, Started>();
  readonly #latencies = new DurationHistogram();
  #startedCount = 0;
  #receipts = 0;
  #copies = 0;
  #hopsMax = 0;
  #latencySumMicros = 0;
  #latencyMaxMicros = 0;

  constructor(words: RecordWords, broadcastsMax = BROADCASTS_MAX) {
    this.#words = words;
    this.#broadcastsMax = broadcastsMax;
  }

  accept(record: RunRecord): void {
    if (record.application === 0) return;
    const started = this.#started.get(record.application);
    if (record.kind === RecordKind.sent) {
      // What is shorter than the payload only tells of it: an announcement, or a request for it.
      if (started !== undefined && record.bytes >= started.payloadBytes) this.#copies++;
    } else if (this.#words.text(record.name) === "started") {
      if (record.peer !== NO_PEER) return;
      this.#start(record);
    } else if (started !== undefined) {
      this.#receive(record.timeMicros - started.atMicros, record.number);
    }
  }

  #start({ application, timeMicros: atMicros, bytes: payloadBytes }: RunRecord): void {
    this.#startedCount++;
    this.#started.set(application, { atMicros, payloadBytes });
    for (const oldest of this.#started.keys()) {
      if (this.#started.size <= this.#broadcastsMax) break;
      this.#started.delete(oldest);
    }
  }

  #receive(latencyMicros: number, hops: number): void {
    this.#receipts++;
    this.#hopsMax = Math.max(this.#hopsMax, hops);
    this.#latencySumMicros += latencyMicros;
    this.#latencyMaxMicros = Math.max(this.#latencyMaxMicros, latencyMicros);
    this.#latencies.add(latencyMicros);
  }

  /** A quantile; the middle of its bucket may lie above all that was received. */
  #latencyAt(share: number): number | null {
    const micros = this.#latencies.quantile(share);
    return micros === null ? null : Math.min(micros, this.#latencyMaxMicros);
  }

  report(): BroadcastReport {
    const receipts = this.#receipts;
    const has = receipts > 0;
    return {
      started: this.#startedCount,
      receipts,
      copies: this.#copies,
      redundancy: has ? this.#copies / receipts - 1 : null,
      maxHops: has ? this.#hopsMax : null,
      latency: {
        meanMicros: has ? this.#latencySumMicros / receipts : null,
        medianMicros: this.#latencyAt(0.5),
        p90Micros: this.#latencyAt(0.9),
        p99Micros: this.#latencyAt(0.99),
        maxMicros: has ? this.#latencyMaxMicros : null,
      },
    };
  }
}
