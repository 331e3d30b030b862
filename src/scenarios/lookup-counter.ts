// What a run's operations on keys came to, by operation: the report's `lookups`.

import { mean, quantile } from "../analysis/summary-statistics.js";
import type { KeyOperation } from "../protocol/key-operation.js";
import type { RecordKind, RecordSink, RunRecord } from "../trace/record.js";
import { KeyOperations } from "./checkers/key-operations.js";
import type {
  JudgedOperation,
  KeyOperationsOptions,
  KeyVerdict,
} from "./checkers/key-operations.js";

/** The report of one kind of operation. Its field names are a public interface. */
export interface LookupReport extends Readonly<Record<KeyVerdict, number>> {
  readonly started: number;
  /** Succeeded of those that succeeded, failed or were wrong, 0–1; null when there is none. */
  readonly successShare: number | null;
  /** Of those that came to an outcome, as are all figures below. */
  readonly meanDepth: number | null;
  readonly maxDepth: number | null;
  readonly meanRequests: number | null;
  readonly meanTimeouts: number | null;
  readonly latency: {
    readonly meanMicros: number | null;
    readonly medianMicros: number | null;
    readonly p90Micros: number | null;
    readonly p99Micros: number | null;
    readonly maxMicros: number | null;
  };
}

/** Sums up operations. Memory: a number for each, for its latency. */
export class LookupCounter implements RecordSink {
  readonly kinds: readonly RecordKind[] = KeyOperations.kinds;
  readonly #operations: KeyOperations;
  readonly #judged = new Map<KeyOperation, JudgedOperation[]>();

  constructor(options: Omit<KeyOperationsOptions, "onJudged">) {
    this.#operations = new KeyOperations({
      ...options,
      onJudged: (judged) => {
        const known = this.#judged.get(judged.operation);
        if (known === undefined) this.#judged.set(judged.operation, [judged]);
        else known.push(judged);
      },
    });
  }

  accept(record: RunRecord): void {
    this.#operations.accept(record);
  }

  finish(endMicros: number): void {
    this.#operations.finish(endMicros);
  }

  /** By operation, those that began at all. Asked after `finish`. */
  report(): Partial<Record<KeyOperation, LookupReport>> {
    return Object.fromEntries(
      [...this.#judged].map(([operation, judged]) => [operation, reportOf(judged)]),
    );
  }
}

function reportOf(all: readonly JudgedOperation[]): LookupReport {
  const counts = { succeeded: 0, wrong: 0, failed: 0, absent: 0, abandoned: 0, unfinished: 0 };
  for (const { verdict } of all) counts[verdict]++;
  const counted = counts.succeeded + counts.wrong + counts.failed;
  const ended = all.filter(({ verdict }) => verdict !== "abandoned" && verdict !== "unfinished");
  const meanOf = (figure: (each: JudgedOperation) => number): number | null =>
    ended.length === 0 ? null : mean(ended.map(figure));
  const ascending = Float64Array.from(ended, ({ tookMicros }) => tookMicros).sort();
  const latencyAt = (share: number): number | null =>
    ascending.length === 0 ? null : quantile(ascending, share);
  return {
    started: all.length,
    ...counts,
    successShare: counted === 0 ? null : counts.succeeded / counted,
    meanDepth: meanOf(({ depth }) => depth),
    maxDepth: ended.reduce<number | null>((most, { depth }) => Math.max(most ?? 0, depth), null),
    meanRequests: meanOf(({ requests }) => requests),
    meanTimeouts: meanOf(({ timeouts }) => timeouts),
    latency: {
      meanMicros: meanOf(({ tookMicros }) => tookMicros),
      medianMicros: latencyAt(0.5),
      p90Micros: latencyAt(0.9),
      p99Micros: latencyAt(0.99),
      maxMicros: latencyAt(1),
    },
  };
}
