// Where a metric may point in the report, as far as that is known before the run: a slip is told at once.

import { DROP_REASONS } from "../sim/drop-reasons.js";
import type { ProblemLog } from "./problem-log.js";
import type { SourcePath } from "./scenario-source.js";
import { didYouMean } from "./suggestion.js";

/** The fields of the report that are judged: what the run did, not how it was asked for or how long it took. */
const FIGURES: readonly string[] = [
  "messages",
  "nodes",
  "phases",
  "overlay",
  "convergence",
  "peers",
  "deliveries",
  "broadcasts",
  "lookups",
  "beliefs",
  "observations",
  "sizeEstimates",
  "events",
  "virtualMicros",
];

/** Notes a first name that no report judges, and a reason for which nothing is ever dropped. */
export function checkMetricPath(metric: string, path: SourcePath, log: ProblemLog): void {
  const [figure = "", ...names] = metric.split(".");
  if (!FIGURES.includes(figure)) {
    log.report(path, `${figure} is not a figure of the run`, {
      expected: `a path that begins with one of ${FIGURES.join(", ")}`,
      remedy: didYouMean(figure, FIGURES) || "write where the number is in the report",
    });
    return;
  }
  const reason = figure === "messages" ? names[names.indexOf("dropped") + 1] : undefined;
  if (!names.includes("dropped") || reason === undefined || DROP_REASONS.includes(reason)) return;
  log.report(path, `nothing is ever dropped for ${reason}`, {
    expected: `one of ${DROP_REASONS.join(", ")}`,
    remedy: didYouMean(reason, DROP_REASONS) || "write one of the reasons",
  });
}
