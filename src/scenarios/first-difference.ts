// Says in words where two runs that should be equal part: the first record that differs, field by field, its
// neighbours in both runs and the event that caused it.

import type { PlacedLine, RecordWindow, RunDifference } from "../trace/difference-finder.js";
import { describeLine } from "../trace/trace-line.js";
import type { TraceLine } from "../trace/trace-line.js";

/** The first difference of two runs of one scenario. */
export interface FirstDifference {
  /** Place of the record in both runs, counted from 0. */
  readonly index: number;
  /** The record of each run; null for a run that had ended. */
  readonly first: TraceLine | null;
  readonly second: TraceLine | null;
  /** Names of the fields in which they differ; empty when one is missing. */
  readonly fields: readonly string[];
  /** Both runs around that place, the record itself included. */
  readonly firstLines: readonly PlacedLine[];
  readonly secondLines: readonly PlacedLine[];
  /** What the event that caused it wrote. */
  readonly causeLines: readonly PlacedLine[];
}

/**
 * Puts together what the second run showed and what a repetition of the first did. When the repetition agrees with the
 * second run at that place, the first run does not even repeat itself: `fields` is empty and both records are there.
 */
export function firstDifference(difference: RunDifference, first: RecordWindow): FirstDifference {
  const firstLine = at(first.lines, difference.index);
  const secondLine = at(difference.lines, difference.index);
  return {
    index: difference.index,
    first: firstLine,
    second: secondLine,
    fields: firstLine === null || secondLine === null ? [] : fieldsApart(firstLine, secondLine),
    firstLines: first.lines,
    secondLines: difference.lines,
    causeLines: first.causeLines,
  };
}

/** How the two runs were made, for the text: `objects` and `bytes`. */
export interface RunLabels {
  readonly first: string;
  readonly second: string;
}

/** The difference as text, one record a line. */
export function describeFirstDifference(difference: FirstDifference, labels: RunLabels): string {
  const { index, first, second, fields } = difference;
  const lines = [`The runs differ from record ${String(index)} on.`];
  if (first === null) lines.push(`The run with ${labels.first} had ended; the other had not.`);
  else if (second === null)
    lines.push(`The run with ${labels.second} had ended; the other had not.`);
  else if (fields.length === 0) {
    lines.push(`Repeated once more, the run with ${labels.first} differs from itself.`);
  } else lines.push(`They differ in ${fields.join(", ")}.`);
  lines.push("", `With ${labels.first}:`, ...showLines(difference.firstLines, index));
  lines.push("", `With ${labels.second}:`, ...showLines(difference.secondLines, index));
  const cause = (second ?? first)?.cause;
  if (cause !== undefined) {
    const [timeMicros, origin, counter] = cause;
    const key = `(${String(timeMicros)} µs, origin ${String(origin)}, number ${String(counter)})`;
    lines.push("", `Caused by the event ${key}, which wrote:`);
    if (difference.causeLines.length === 0) lines.push("    no record");
    else lines.push(...showLines(difference.causeLines, -1));
  }
  return `${lines.join("\n")}\n`;
}

function showLines(lines: readonly PlacedLine[], marked: number): string[] {
  if (lines.length === 0) return ["    no record"];
  return lines.map(({ index, line }) => {
    const mark = index === marked ? "  > " : "    ";
    return `${mark}${String(index)}  ${describeLine(line)}`;
  });
}

function at(lines: readonly PlacedLine[], index: number): TraceLine | null {
  return lines.find((placed) => placed.index === index)?.line ?? null;
}

function fieldsApart(first: TraceLine, second: TraceLine): string[] {
  const firstFields = new Map<string, unknown>(Object.entries(first));
  const secondFields = new Map<string, unknown>(Object.entries(second));
  const names = new Set([...firstFields.keys(), ...secondFields.keys()]);
  return [...names].filter(
    (name) => JSON.stringify(firstFields.get(name)) !== JSON.stringify(secondFields.get(name)),
  );
}
