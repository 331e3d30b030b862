// Judges deliveries: of all pairs (application message, node) that could be expected, how many came in time.

import type { RecordKind, RunRecord } from "../../trace/record.js";
import type { DeliveredExpectation } from "../expectation.js";
import { plural, showCount, showSeconds, showShare } from "../show-quantity.js";
import { Broadcasts } from "./broadcasts.js";
import type { BroadcastsOptions, DeliveryCounts } from "./broadcasts.js";
import { NAMES_MAX, NEVER } from "./checker.js";
import type { Checker, CheckResult } from "./checker.js";

/** More excluded pairs than this share mean that the figure says little: the expectation fails. */
const EXCLUDED_SHARE_MAX = 0.5;

/** What the report says about application messages. Its field names are a public interface. */
export interface DeliveryReport {
  readonly name: string;
  readonly withinMicros: number;
  readonly messages: number;
  readonly pairs: number;
  readonly counted: number;
  readonly delivered: number;
  /** Delivered of counted, 0–1; null when nothing counted. */
  readonly deliveredShare: number | null;
  readonly excluded: {
    /** The node was not active from start to bound. */
    readonly inactive: number;
    /** The network's rules cut it off from the sender for a while. */
    readonly unreachable: number;
    /** The run ended before the bound. */
    readonly unfinished: number;
  };
  readonly repeatedReceipts: number;
  /** From start to receipt, over receipts by nodes active since the start and before the bound. */
  readonly meanLatencyMicros: number | null;
  readonly maxLatencyMicros: number | null;
}

/** The checker of `delivered`. */
export class DeliveredChecker implements Checker {
  readonly kinds: readonly RecordKind[] = Broadcasts.kinds;
  readonly nextSampleMicros = NEVER;
  readonly #expectation: DeliveredExpectation;
  readonly #options: Omit<BroadcastsOptions, "withinMicros">;
  readonly #broadcasts: Broadcasts;

  constructor(expectation: DeliveredExpectation, options: Omit<BroadcastsOptions, "withinMicros">) {
    this.#expectation = expectation;
    this.#options = options;
    this.#broadcasts = new Broadcasts({ ...options, withinMicros: expectation.withinMicros });
  }

  accept(record: RunRecord): void {
    this.#broadcasts.accept(record);
  }

  passTo(timeMicros: number): void {
    this.#broadcasts.passTo(timeMicros);
  }

  sampleAt(): void {
    // Judged at records alone.
  }

  finish(endMicros: number): CheckResult {
    this.#broadcasts.finish(endMicros);
    const { name, shareMin, withinMicros } = this.#expectation;
    const { counts, firstMiss, firstRepeat } = this.#broadcasts;
    const failure = this.#failure(counts);
    const result = {
      name,
      holds: failure === "",
      observed: describe(counts) + failure,
      expected: `${showShare(shareMin)} of pairs within ${showSeconds(withinMicros)}, each once`,
    };
    if (result.holds) return result;
    const firstBreak = firstRepeat ?? firstMiss?.line;
    const nodes = firstMiss?.nodes ?? [];
    return {
      ...result,
      ...(firstBreak === undefined ? {} : { firstBreak }),
      ...(nodes.length === 0
        ? {}
        : {
            concerned: nodes.slice(0, NAMES_MAX).map((node) => this.#options.view.nodeName(node)),
          }),
    };
  }

  /** The entry of the report's `deliveries`. Asked after `finish`. */
  report(): DeliveryReport {
    const { counts } = this.#broadcasts;
    const { name, withinMicros } = this.#expectation;
    return {
      name,
      withinMicros,
      messages: counts.messages,
      pairs: counts.pairs,
      counted: counts.counted,
      delivered: counts.delivered,
      deliveredShare: counts.counted === 0 ? null : counts.delivered / counts.counted,
      excluded: {
        inactive: counts.excludedInactive,
        unreachable: counts.excludedUnreachable,
        unfinished: counts.excludedUnfinished,
      },
      repeatedReceipts: counts.repeatedReceipts,
      meanLatencyMicros:
        counts.timedReceipts === 0 ? null : counts.latencySumMicros / counts.timedReceipts,
      maxLatencyMicros: counts.timedReceipts === 0 ? null : counts.latencyMaxMicros,
    };
  }

  #failure(counts: DeliveryCounts): string {
    if (counts.messages === 0) return "; nothing was sent";
    if (counts.counted === 0) return "; no pair could be judged";
    if (excludedPairs(counts) > counts.pairs * EXCLUDED_SHARE_MAX) {
      return "; more than half of the pairs could not be judged";
    }
    if (counts.repeatedReceipts > 0) {
      return `; ${plural(counts.repeatedReceipts, "message")} received more than once`;
    }
    const missing = counts.counted - counts.delivered;
    if (counts.delivered >= counts.counted * this.#expectation.shareMin) return "";
    return `; ${showCount(missing)} missed`;
  }
}

function excludedPairs(counts: DeliveryCounts): number {
  return counts.excludedInactive + counts.excludedUnreachable + counts.excludedUnfinished;
}

function describe(counts: DeliveryCounts): string {
  if (counts.counted === 0) return `none of ${plural(counts.pairs, "pair")}`;
  const share = showShare(counts.delivered / counts.counted);
  return (
    `${share} of ${plural(counts.counted, "pair")} from ${plural(counts.messages, "message")}, ` +
    `${showCount(excludedPairs(counts))} excluded`
  );
}
