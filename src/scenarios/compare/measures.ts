// What protocols are compared by: a number of the report, how it is called and in which unit it is shown.

import { valueAt } from "../checkers/metric-check.js";

/** How the report's number is shown; `seconds` and `millis` are of microseconds. */
export const MEASURE_UNITS = ["share", "seconds", "millis", "bytes", "number"] as const;

export type MeasureUnit = (typeof MEASURE_UNITS)[number];

/** One measure. */
export interface Measure {
  readonly name: string;
  /** What tables and pictures call it. */
  readonly label: string;
  readonly unit: MeasureUnit;
  /** Paths in the report; the first that leads to a number counts, since overlays differ in their names. */
  readonly metrics: readonly string[];
}

/** The measures that a comparison may call by name. */
export const MEASURES: readonly Measure[] = [
  measure("coverage", "Coverage", "share", "deliveries.0.deliveredShare"),
  measure("latency-median", "Latency, median", "millis", "broadcasts.latency.medianMicros"),
  measure("latency-p99", "Latency, 99th percentile", "millis", "broadcasts.latency.p99Micros"),
  measure("redundancy", "Redundancy (copies beyond one)", "number", "broadcasts.redundancy"),
  measure(
    "maintenance",
    "Maintenance, bytes a node and second",
    "bytes",
    "phases.run.maintenanceBytesPerNodeSecond",
  ),
  measure(
    "traffic",
    "All traffic, bytes a node and second",
    "bytes",
    "phases.run.bytesPerNodeSecond",
  ),
  measure("converge", "Time to converge", "seconds", "convergence.0.slowestMicros"),
  measure("held", "Share of time converged", "share", "convergence.0.availability"),
  measure(
    "stale-links",
    "Stale links at the end",
    "share",
    "overlay.members.staleShare",
    "overlay.neighbours.staleShare",
  ),
  measure("lookup-success", "Lookups that succeed", "share", "lookups.lookup.successShare"),
  measure("lookup-median", "Lookup, median", "millis", "lookups.lookup.latency.medianMicros"),
  measure("lookup-p99", "Lookup, 99th percentile", "millis", "lookups.lookup.latency.p99Micros"),
  measure("get-success", "Values found", "share", "lookups.get.successShare"),
  measure("detection", "Crash to first detection", "seconds", "beliefs.detections.meanMicros"),
  measure("false-suspicions", "False suspicions", "number", "beliefs.falseSuspicions"),
  measure("false-deaths", "False deaths", "number", "beliefs.falseDeaths"),
];

function measure(name: string, label: string, unit: MeasureUnit, ...metrics: string[]): Measure {
  return { name, label, unit, metrics };
}

/** What a run comes to by a measure: the report's own number; null where it has none. */
export function readMeasure({ metrics }: Measure, report: unknown): number | null {
  for (const metric of metrics) {
    const value = valueAt(metric, report);
    if (typeof value === "number") return value;
  }
  return null;
}

/** The number as it is shown: per cent, seconds, milliseconds. */
export function inUnit(value: number, unit: MeasureUnit): number {
  if (unit === "share") return value * 100;
  if (unit === "seconds") return value / 1e6;
  return unit === "millis" ? value / 1e3 : value;
}

/** What stands behind a label; empty for plain numbers, and for bytes, whose labels say it. */
export function unitText(unit: MeasureUnit): string {
  const texts = { share: "%", seconds: "s", millis: "ms", bytes: "", number: "" } as const;
  return texts[unit];
}

/** A label with its unit. */
export function labelOf({ label, unit }: Measure): string {
  const text = unitText(unit);
  return text === "" ? label : `${label} (${text})`;
}
