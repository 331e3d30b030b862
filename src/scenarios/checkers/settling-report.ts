// What the report says about settling, and how the same is said in a line of text.

import { showSeconds, showShare } from "../../trace/show-quantity.js";
import type { Episode, EpisodeOutcome, SettlingBooks } from "./settling-ledger.js";

/** How one condition settled: an entry of the report's `convergence`. Its field names are a public interface. */
export interface SettlingReport {
  /** Name of the expectation, or of the overlay where none asked. */
  readonly name: string;
  readonly overlay: string;
  readonly as: "full" | "valid" | "mixed" | "connected";
  /** How exact times are: 0 for judged at every record, else the distance of samples. */
  readonly resolutionMicros: number;
  readonly episodes: Readonly<Record<EpisodeOutcome, number>> & { readonly unjudged: number };
  readonly relapses: number;
  readonly slowestMicros: number | null;
  readonly meanMicros: number | null;
  /** Share of time (0–1) that the condition held, from the first disturbance on; null before any. */
  readonly availability: number | null;
  /** Since when it held at the end of the observation; null when it did not. */
  readonly holdsSinceMicros: number | null;
  /** The first hundred episodes one by one. */
  readonly listed: readonly Episode[];
}

/** The report of a ledger's books. */
export function settlingReport(
  about: Pick<SettlingReport, "name" | "overlay" | "as" | "resolutionMicros">,
  books: SettlingBooks,
): SettlingReport {
  return {
    ...about,
    episodes: { ...books.outcomes, unjudged: books.unjudged },
    relapses: books.relapses,
    slowestMicros: books.slowestMicros,
    meanMicros: books.meanMicros,
    availability: books.observedMicros === 0 ? null : books.heldMicros / books.observedMicros,
    holdsSinceMicros: books.holdsSinceMicros,
    listed: books.episodes,
  };
}

/** What was seen, in one line: `slowest of 3: 2.4 s; 1 overtaken; held 97.2 % of the time`. */
export function showSettling(report: SettlingReport): string {
  const { settled, late, overtaken, cut } = report.episodes;
  const parts: string[] = [];
  if (report.slowestMicros !== null) {
    const slowest = showSeconds(report.slowestMicros);
    parts.push(
      settled + late === 1 ? `in ${slowest}` : `slowest of ${String(settled)}: ${slowest}`,
    );
  }
  if (late > 0) parts.push(`${String(late)} too late or never`);
  if (overtaken > 0) parts.push(`${String(overtaken)} overtaken`);
  if (cut > 0) parts.push(showCut(cut, report));
  if (settled + late + overtaken + cut === 0) parts.push("nothing disturbed it");
  if (report.relapses > 0)
    parts.push(`lost again ${report.relapses === 1 ? "once" : `${String(report.relapses)} times`}`);
  if (report.availability !== null)
    parts.push(`held ${showShare(report.availability)} of the time`);
  return parts.join("; ");
}

function showCut(cut: number, report: SettlingReport): string {
  const held =
    report.holdsSinceMicros === null
      ? "not settled"
      : `held since ${showSeconds(report.holdsSinceMicros)}, too short`;
  return `${String(cut)} cut by the end (${held})`;
}
