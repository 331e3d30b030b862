// Judges a number of the report against bounds. No record breaks it: it is looked up when the run is over.

import { DROP_REASONS } from "../../sim/drop-reasons.js";
import type { MetricExpectation } from "../expectation.js";
import { showNumber } from "../../trace/show-quantity.js";
import type { CheckResult } from "./checker.js";
import { boundsText } from "./traffic-checker.js";

/**
 * Judges one metric. A path is made of names joined by dots, `overlay.discovery.clustering`; in a list a
 * name picks the entry with that `name` or `overlay`, or at that place. What is not there fails, since a bound on
 * a misspelt path would otherwise hold for ever; a count of messages dropped for a reason that never occurred is 0.
 */
export function checkMetric(expectation: MetricExpectation, report: unknown): CheckResult {
  const { name, path, atLeast, atMost, equals } = expectation;
  const expected =
    equals !== null ? `${path} is ${String(equals)}` : boundsText(atLeast, atMost, path);
  const value = valueAt(path, report);
  if (value === undefined) {
    return { name, expected, holds: false, observed: `the report has no ${path}` };
  }
  if (equals !== null) return { name, expected, holds: value === equals, observed: show(value) };
  if (typeof value !== "number") {
    return { name, expected, holds: false, observed: `${show(value)} is no number` };
  }
  const holds = (atLeast === null || value >= atLeast) && (atMost === null || value <= atMost);
  return { name, expected, holds, observed: show(value) };
}

/** What stands in the report at a path; undefined when nothing does. */
export function valueAt(path: string, report: unknown): unknown {
  const segments = path.split(".");
  let value: unknown = report;
  for (const [i, segment] of segments.entries()) {
    const inner = child(value, segment);
    const isCount = segments[i - 1] === "dropped" && typeof value === "object";
    if (inner === undefined && isCount && DROP_REASONS.includes(segment)) return 0;
    value = inner;
  }
  return value;
}

function child(value: unknown, segment: string): unknown {
  if (Array.isArray(value)) {
    const entries: readonly unknown[] = value;
    return entries.find((entry) => isNamed(entry, segment)) ?? entries[Number(segment)];
  }
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, segment)) {
    return undefined;
  }
  return (value as Readonly<Record<string, unknown>>)[segment];
}

function isNamed(entry: unknown, name: string): boolean {
  if (typeof entry !== "object" || entry === null) return false;
  return ("name" in entry && entry.name === name) || ("overlay" in entry && entry.overlay === name);
}

function show(value: unknown): string {
  if (typeof value === "number") return showNumber(value);
  return JSON.stringify(value);
}
