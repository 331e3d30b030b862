// Judges when a partial view is *mixed*: its in-degrees spread, and its neighbours cluster, as they do in the long
// run. What the long run is shows at the end only, so the samples are judged then.

import { degrees, transpose, undirected } from "../../analysis/adjacency.js";
import { clusteringCoefficient } from "../../analysis/clustering.js";
import { degreeDistribution } from "../../analysis/degree-distribution.js";
import type { RecordKind, RunRecord } from "../../trace/record.js";
import type { SettledExpectation } from "../expectation.js";
import { showNumber, showSeconds, showShare } from "../../trace/show-quantity.js";
import { NEVER } from "./checker.js";
import type { Checker, CheckResult } from "./checker.js";
import { Disturbances } from "./disturbances.js";
import { KeptRecord } from "./kept-record.js";
import { overlayParts } from "./overlay-parts.js";
import type { OverlayLook } from "./overlay-parts.js";
import { SettlingLedger } from "./settling-ledger.js";
import { settlingReport, showSettling } from "./settling-report.js";
import type { SettlingReport } from "./settling-report.js";

/** A view is mixed when both quantities are this near to their stationary values, … */
const TOLERANCE = 0.1;
/** … for this many periods. As many at the end of the observation give the stationary values. */
const PERIODS = 10;

/** What an overlay was like at one sample. */
interface MixingSample {
  readonly timeMicros: number;
  readonly inDegreeDeviation: number;
  readonly clustering: number;
}

export interface MixedOptions {
  readonly look: OverlayLook;
  /** When a shutdown of the network ends the observation; `Infinity` for never. */
  readonly endsAtMicros: number;
}

/** The checker of `settled` as `mixed`: sampled once a period. */
export class MixedChecker implements Checker {
  readonly kinds: readonly RecordKind[] = Disturbances.kinds;
  nextSampleMicros: number;
  readonly #expectation: SettledExpectation;
  readonly #options: MixedOptions;
  readonly #disturbances: Disturbances;
  readonly #lastDisturbance: KeptRecord;
  readonly #disturbedMicros: number[] = [];
  readonly #samples: MixingSample[] = [];
  #report: SettlingReport | null = null;

  constructor(expectation: SettledExpectation, options: MixedOptions) {
    this.#expectation = expectation;
    this.#options = options;
    this.#disturbances = new Disturbances(options.look.view);
    this.#lastDisturbance = new KeptRecord(options.look.view);
    this.nextSampleMicros = expectation.periodMicros;
  }

  accept(record: RunRecord): void {
    if (record.timeMicros >= this.#options.endsAtMicros) return;
    if (!this.#disturbances.isOne(record)) return;
    this.#disturbedMicros.push(record.timeMicros);
    this.#lastDisturbance.keep(record);
  }

  passTo(): void {
    // Time alone changes nothing between samples.
  }

  sampleAt(timeMicros: number): void {
    const { look, endsAtMicros } = this.#options;
    const { periodMicros, graceMicros } = this.#expectation;
    this.nextSampleMicros = timeMicros + periodMicros;
    if (timeMicros >= endsAtMicros) {
      this.nextSampleMicros = NEVER;
      return;
    }
    const bornBeforeMicros = timeMicros - graceMicros;
    const parts = overlayParts(look, (node) => look.lives.runningSince(node) <= bornBeforeMicros);
    const largest = parts.reduce<(typeof parts)[number] | null>(
      (best, part) => (best === null || part.nodes.length > best.nodes.length ? part : best),
      null,
    );
    if (largest === null) return;
    this.#samples.push({
      timeMicros,
      inDegreeDeviation: degreeDistribution(degrees(transpose(largest.links))).standardDeviation,
      clustering: clusteringCoefficient(undirected(largest.links)),
    });
  }

  finish(endMicros: number): CheckResult {
    const { name, overlay, withinMicros, periodMicros } = this.#expectation;
    const untilMicros = Math.min(endMicros, this.#options.endsAtMicros);
    const stationary = stationaryOf(this.#samples);
    const books = this.#replay(stationary, untilMicros);
    const report = settlingReport(
      { name, overlay, as: "mixed", resolutionMicros: periodMicros },
      books,
    );
    this.#report = report;
    const holds = report.episodes.late === 0 && report.episodes.settled > 0;
    const result = {
      name,
      holds,
      observed:
        stationary === null
          ? `fewer than ${String(PERIODS)} samples`
          : `${showSettling(report)}; at the end in-degrees spread by ` +
            `${showNumber(stationary.inDegreeDeviation)}, clustering ${showNumber(stationary.clustering)}`,
      expected:
        `both within ${showShare(TOLERANCE)} of their last ${String(PERIODS)} periods ` +
        `within ${showSeconds(withinMicros)}`,
    };
    const firstBreak = this.#lastDisturbance.line();
    return holds || firstBreak === undefined ? result : { ...result, firstBreak };
  }

  /** The entry of the report's `convergence`. Asked after `finish`. */
  report(): SettlingReport | null {
    return this.#report;
  }

  /** Goes through disturbances and samples again, now that the stationary values are known. */
  #replay(
    stationary: MixingSample | null,
    untilMicros: number,
  ): ReturnType<SettlingLedger["finish"]> {
    const { holdMicros, periodMicros, mergeMicros, withinMicros, afterMicros } = this.#expectation;
    const ledger = new SettlingLedger({
      holdMicros: Math.max(holdMicros, PERIODS * periodMicros),
      mergeMicros,
      withinMicros,
      afterMicros,
    });
    let next = 0;
    for (const sample of this.#samples) {
      while ((this.#disturbedMicros[next] ?? NEVER) <= sample.timeMicros) {
        ledger.disturb(this.#disturbedMicros[next++]!);
      }
      ledger.note(sample.timeMicros, stationary !== null && isNear(sample, stationary));
    }
    while (next < this.#disturbedMicros.length) ledger.disturb(this.#disturbedMicros[next++]!);
    return ledger.finish(untilMicros);
  }
}

/** The mean of the last samples; null when there are too few. */
function stationaryOf(samples: readonly MixingSample[]): MixingSample | null {
  const last = samples.at(-1);
  if (samples.length < PERIODS || last === undefined) return null;
  let inDegreeDeviation = 0;
  let clustering = 0;
  for (const sample of samples.slice(-PERIODS)) {
    inDegreeDeviation += sample.inDegreeDeviation / PERIODS;
    clustering += sample.clustering / PERIODS;
  }
  return { timeMicros: last.timeMicros, inDegreeDeviation, clustering };
}

function isNear(sample: MixingSample, stationary: MixingSample): boolean {
  return (
    isWithin(sample.inDegreeDeviation, stationary.inDegreeDeviation) &&
    isWithin(sample.clustering, stationary.clustering)
  );
}

function isWithin(value: number, target: number): boolean {
  // A stationary value of zero is met exactly or not at all.
  return Math.abs(value - target) <= TOLERANCE * target;
}
