// What is wrong with a scenario, for people: file, line and column, the line itself, what was expected and
// what to write instead.

import type { SourcePosition } from "./scenario.js";

/** One thing that is wrong. */
export interface ScenarioProblem {
  /** What is wrong, with the value. */
  readonly message: string;
  /** What was expected; empty where the message says it. */
  readonly expected: string;
  /** What to do; empty where the message says it. */
  readonly remedy: string;
  /** Where in the scenario, as `events[2].at`; empty for the whole of it. */
  readonly path: string;
  /** Where in the file; null when the file could not be read at all. */
  readonly position: SourcePosition | null;
  /** The line at `position`. */
  readonly sourceLine: string;
}

/** Problems reported of one file; a file with more of them is not a scenario yet. */
export const PROBLEMS_MAX = 20;

/** Columns of a source line that are shown: more would wrap on a terminal. */
const SHOWN_COLUMNS = 100;

/** A scenario cannot be used. Its message lists every problem, ready to print. */
export class ScenarioError extends Error {
  override readonly name = "ScenarioError";
  /** At most `PROBLEMS_MAX`, in the order of the file. */
  readonly problems: readonly ScenarioProblem[];
  /** How many more there are. */
  readonly omittedCount: number;

  constructor(
    readonly file: string,
    problems: readonly ScenarioProblem[],
  ) {
    const sorted = [...problems].sort(compareByPosition);
    const shown = sorted.slice(0, PROBLEMS_MAX);
    const omittedCount = sorted.length - shown.length;
    const more = omittedCount > 0 ? [`… and ${omittedCount} more problems`] : [];
    super([...shown.map((problem) => formatProblem(file, problem)), ...more].join("\n"));
    this.problems = shown;
    this.omittedCount = omittedCount;
  }
}

function compareByPosition(a: ScenarioProblem, b: ScenarioProblem): number {
  const lines = (a.position?.line ?? 0) - (b.position?.line ?? 0);
  return lines !== 0 ? lines : (a.position?.column ?? 0) - (b.position?.column ?? 0);
}

/** `file:line:column: message` with the line, a caret, what was expected and what to do. */
function formatProblem(file: string, problem: ScenarioProblem): string {
  const { message, expected, remedy, path, position, sourceLine } = problem;
  const place = position === null ? file : `${file}:${position.line}:${position.column}`;
  const lines = [`${place}: ${path === "" ? "" : `${path}: `}${message}`];
  if (position !== null) lines.push(...showLine(sourceLine, position));
  if (expected !== "" && !message.endsWith(expected)) lines.push(`    expected: ${expected}`);
  if (remedy !== "") lines.push(`    remedy: ${remedy}`);
  return lines.map(printable).join("\n");
}

/** The line and a caret below its column; a long line is cut around it. */
function showLine(sourceLine: string, { line, column }: SourcePosition): string[] {
  const cut = column <= SHOWN_COLUMNS - 20 ? 0 : column - SHOWN_COLUMNS / 2;
  const text = sourceLine.slice(cut, cut + SHOWN_COLUMNS);
  if (text.trim() === "") return [];
  const margin = `${line} | `;
  return [
    `    ${margin}${text}`,
    `    ${" ".repeat(margin.length - 2)}| ${" ".repeat(Math.max(0, column - 1 - cut))}^`,
  ];
}

/** Replaces what would move the cursor or colour a terminal. Tabs become one blank, to keep the caret in place. */
function printable(text: string): string {
  return text.replace(/\t/gu, " ").replace(/\p{Cc}|\p{Cf}/gu, "\u{FFFD}");
}
