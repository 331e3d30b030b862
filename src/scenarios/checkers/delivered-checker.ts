// Judges deliveries: of all pairs (application message, node) that could be expected, how many came in time.

import type { RecordKind, RunRecord } from "../../trace/record.js";
import type { TraceLine } from "../../trace/trace-line.js";
import type { DeliveredExpectation } from "../expectation.js";
import { plural, showCount, showSeconds, showShare } from "../../trace/show-quantity.js";
import { Broadcasts } from "./broadcasts.js";
import type { BroadcastsOptions, DeliveryCounts, JudgedMessage } from "./broadcasts.js";
import { NAMES_MAX, NEVER } from "./checker.js";
import type { Checker, CheckResult } from "./checker.js";
import { StandingBreak } from "./standing-break.js";

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

export type DeliveredCheckerOptions = Pick<BroadcastsOptions, "view" | "lives">;

/** Why the expectation fails. */
interface Failure {
  readonly text: string;
  readonly firstBreak?: TraceLine | undefined;
  /** Names of nodes. */
  readonly concerned?: readonly string[];
}

/**
 * The checker of `delivered`. The record that broke it is the start of the message that took the share below what is
 * asked, where it stayed: misses that others made up for broke nothing.
 */
export class DeliveredChecker implements Checker {
  readonly kinds: readonly RecordKind[] = Broadcasts.kinds;
  readonly nextSampleMicros = NEVER;
  readonly #expectation: DeliveredExpectation;
  readonly #options: DeliveredCheckerOptions;
  readonly #broadcasts: Broadcasts;
  readonly #tooFew = new StandingBreak<JudgedMessage>();
  readonly #tooManyExcluded = new StandingBreak<JudgedMessage>();

  constructor(expectation: DeliveredExpectation, options: DeliveredCheckerOptions) {
    this.#expectation = expectation;
    this.#options = options;
    this.#broadcasts = new Broadcasts({
      ...options,
      withinMicros: expectation.withinMicros,
      onJudged: (message) => {
        const { counts } = this.#broadcasts;
        this.#tooFew.see(this.#isTooFew(counts), message);
        this.#tooManyExcluded.see(isTooManyExcluded(counts), message);
      },
    });
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
    const { counts } = this.#broadcasts;
    const failure = this.#failure(counts);
    const result = {
      name,
      holds: failure === null,
      observed: describe(counts) + (failure === null ? "" : `; ${failure.text}`),
      expected: `${showShare(shareMin)} of pairs within ${showSeconds(withinMicros)}, each once`,
    };
    if (failure === null) return result;
    const { firstBreak, concerned = [] } = failure;
    return {
      ...result,
      ...(firstBreak === undefined ? {} : { firstBreak }),
      ...(concerned.length === 0 ? {} : { concerned: concerned.slice(0, NAMES_MAX) }),
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

  #failure(counts: DeliveryCounts): Failure | null {
    if (counts.messages === 0) return { text: "nothing was sent" };
    if (counts.counted === 0) return { text: "no pair could be judged" };
    if (isTooManyExcluded(counts)) {
      const firstBreak = this.#tooManyExcluded.culprit?.line;
      return { text: "more than half of the pairs could not be judged", firstBreak };
    }
    const { firstRepeat } = this.#broadcasts;
    if (firstRepeat !== null) {
      const text = `${plural(counts.repeatedReceipts, "message")} received more than once`;
      const { node } = firstRepeat;
      return { text, firstBreak: firstRepeat, concerned: node === undefined ? [] : [node] };
    }
    if (!this.#isTooFew(counts)) return null;
    const { line, missed = [] } = this.#tooFew.culprit ?? {};
    return {
      text: `${showCount(counts.counted - counts.delivered)} missed`,
      firstBreak: line,
      concerned: missed.map((node) => this.#options.view.nodeName(node)),
    };
  }

  #isTooFew({ counted, delivered }: DeliveryCounts): boolean {
    return delivered < counted * this.#expectation.shareMin;
  }
}

function isTooManyExcluded(counts: DeliveryCounts): boolean {
  return excludedPairs(counts) > counts.pairs * EXCLUDED_SHARE_MAX;
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
