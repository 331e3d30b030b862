// How a live run bears on its machine: how late the event loop is, and what memory the nodes take. Times that a live run
// measures are no better than this.

import { readFileSync } from "node:fs";
import { clearInterval, setInterval } from "node:timers";
import { performance } from "node:perf_hooks";

/** What one process of a live run took. */
export interface ProcessLoad {
  /** How late timers are, of such that are due at any moment of the run. */
  readonly lagMillis: { readonly median: number; readonly p99: number; readonly max: number };
  /** Processors that it kept busy: 0.5 is half of one. Where timers are late all the same, others had them. */
  readonly processorShare: number;
  /**
   * Share (0–1) of the time in which it could have gone on and other processes had the processors; null where the system
   * does not tell (it is Linux that does).
   */
  readonly waitedShare: number | null;
  /** Memory of the process before its nodes started, and the most it had. */
  readonly baseBytes: number;
  readonly peakBytes: number;
}

const PROBE_MILLIS = 20;
const MEMORY_EVERY_PROBES = 25;
/** Buckets of a tenth of a millisecond, up to a second; beyond it the last one counts. */
const BUCKET_MILLIS = 0.1;
const BUCKETS = 10_000;

/** Measures from its making until `stop`. */
export class LoadMeter {
  readonly #buckets = new Uint32Array(BUCKETS);
  readonly #baseBytes = process.memoryUsage.rss();
  readonly #interval: NodeJS.Timeout;
  readonly #startedMillis = performance.now();
  readonly #usageBefore = process.cpuUsage();
  readonly #waitedBefore = waitedNanos();
  #peakBytes = this.#baseBytes;
  #maxMillis = 0;
  /** Timers in the buckets, and those of them that were really there. */
  #count = 0;
  #probeCount = 0;
  #lastMillis = performance.now();

  constructor() {
    this.#interval = setInterval(() => {
      this.#probe();
    }, PROBE_MILLIS);
  }

  stop(): ProcessLoad {
    clearInterval(this.#interval);
    this.#peakBytes = Math.max(this.#peakBytes, process.memoryUsage.rss());
    const { user, system } = process.cpuUsage(this.#usageBefore);
    const wallMillis = performance.now() - this.#startedMillis;
    const waited = waitedNanos();
    const isKnown = waited !== null && this.#waitedBefore !== null;
    return {
      waitedShare: isKnown ? shareOf(waited - this.#waitedBefore, wallMillis * 1e6) : null,
      processorShare: shareOf(user + system, wallMillis * 1000),
      lagMillis: {
        median: this.#quantile(0.5),
        p99: this.#quantile(0.99),
        max: Math.round(this.#maxMillis * 10) / 10,
      },
      baseBytes: this.#baseBytes,
      peakBytes: this.#peakBytes,
    };
  }

  #probe(): void {
    const nowMillis = performance.now();
    // Timers of the machine are up to a millisecond late without being so.
    const lateMillis = Math.max(0, nowMillis - this.#lastMillis - PROBE_MILLIS - 1);
    this.#lastMillis = nowMillis;
    this.#maxMillis = Math.max(this.#maxMillis, lateMillis);
    // A loop that stands still looks at no timer: those that would have been due meanwhile were late as well.
    for (let millis = lateMillis; millis >= 0; millis -= PROBE_MILLIS) {
      this.#buckets[Math.min(BUCKETS - 1, Math.floor(millis / BUCKET_MILLIS))]!++;
      this.#count++;
    }
    if (++this.#probeCount % MEMORY_EVERY_PROBES === 0) {
      this.#peakBytes = Math.max(this.#peakBytes, process.memoryUsage.rss());
    }
  }

  #quantile(share: number): number {
    let left = Math.ceil(this.#count * share);
    for (let bucket = 0; bucket < BUCKETS; bucket++) {
      left -= this.#buckets[bucket]!;
      if (left <= 0) return Math.round(bucket * BUCKET_MILLIS * 10) / 10;
    }
    return this.#maxMillis;
  }
}

/** Rounded to hundredths. */
function shareOf(part: number, whole: number): number {
  return Math.round((100 * part) / whole) / 100;
}

/** How long the main thread has waited for a processor so far. */
function waitedNanos(): number | null {
  try {
    return Number(readFileSync("/proc/self/schedstat", "utf8").split(" ")[1]);
  } catch {
    return null;
  }
}

/** The loads of several processes as one: the latest event loop, processors and memory of all together. */
export function joinLoads(loads: readonly ProcessLoad[]): ProcessLoad {
  const most = (pick: (load: ProcessLoad) => number): number => Math.max(0, ...loads.map(pick));
  const sum = (pick: (load: ProcessLoad) => number): number =>
    loads.reduce((total, load) => total + pick(load), 0);
  const isKnown = loads.some(({ waitedShare }) => waitedShare !== null);
  return {
    lagMillis: {
      median: most(({ lagMillis }) => lagMillis.median),
      p99: most(({ lagMillis }) => lagMillis.p99),
      max: most(({ lagMillis }) => lagMillis.max),
    },
    processorShare: Math.round(100 * sum(({ processorShare }) => processorShare)) / 100,
    waitedShare: isKnown ? most(({ waitedShare }) => waitedShare ?? 0) : null,
    baseBytes: sum(({ baseBytes }) => baseBytes),
    peakBytes: sum(({ peakBytes }) => peakBytes),
  };
}
