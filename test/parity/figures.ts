// The figures of a run's report by which two worlds are compared, and the bounds of each.

import type { RatioBounds } from "../../src/analysis/bootstrap-ratio.js";
import type { RunReport } from "../../src/scenarios/run-report.js";

/** Settling and delivery times, and counts; never to be widened. */
const OF_TIMES: RatioBounds = { lowest: 0.9, highest: 1.1 };
const OF_COUNTS: RatioBounds = { lowest: 0.95, highest: 1.05 };

/** What both worlds' reports have. */
export type ComparedReport = Pick<RunReport, "convergence" | "peers" | "deliveries" | "messages">;

export interface Figure {
  readonly name: string;
  readonly bounds: RatioBounds;
  readonly value: number;
}

/** The figures of one run; those that did not come about are left out. What took no time at all has taken 0. */
export function figuresOf(report: ComparedReport): Figure[] {
  const { convergence, peers, deliveries, messages } = report;
  const times: (readonly [string, number | null])[] = [
    ...convergence.map(({ name, meanMicros }) => [`settling: ${name}`, meanMicros] as const),
    ...peers.flatMap(({ overlay, joins, deaths }) => [
      [`a join is known: ${overlay}`, joins.medianMicros] as const,
      [`a death is known: ${overlay}`, deaths.medianMicros] as const,
    ]),
    ...deliveries.map(
      ({ name, meanLatencyMicros }) => [`delivery: ${name}`, meanLatencyMicros] as const,
    ),
  ];
  const counts: (readonly [string, number])[] = [
    ["messages sent", messages.sent],
    ["messages delivered", messages.delivered],
    ...deliveries.map(({ name, delivered }) => [`pairs delivered: ${name}`, delivered] as const),
  ];
  return [
    ...times.map(([name, value]) => ({ name, bounds: OF_TIMES, value })),
    ...counts.map(([name, value]) => ({ name, bounds: OF_COUNTS, value })),
  ].flatMap(({ value, ...figure }) => (value === null ? [] : [{ ...figure, value }]));
}
