// Recorded lengths of time, as `trace` of a distribution names them: sessions or downtimes that somebody
// measured.

import { ImportError } from "./import-error.js";
import { parseDurationMicros, UnitError } from "./units.js";

/** A million lengths: 8 MB, and far more than any published record of sessions needs. */
const TRACE_LENGTHS_MAX = 1_000_000;

/**
 * Reads a CSV file of lengths of time with units, one a line: `90s`. A first line that is no length is a
 * heading; of several columns the one headed `duration` counts, or the first. Empty lines and lines that
 * begin with `#` do not count. Throws `ImportError` with the line.
 */
export function parseDurationTrace(text: string): number[] {
  const lengths: number[] = [];
  let column = 0;
  let isFirst = true;
  for (const [i, line] of text.split(/\r?\n/u).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const cells = line.split(",").map((cell) => cell.trim().replace(/^"(.*)"$/u, "$1"));
    const heading = isFirst && !/^\d/u.test(cells[0] ?? "");
    isFirst = false;
    if (heading) {
      column = Math.max(0, cells.indexOf("duration"));
      continue;
    }
    if (lengths.length === TRACE_LENGTHS_MAX) {
      throw new ImportError(
        `more than ${TRACE_LENGTHS_MAX} lengths`,
        "take a sample of them",
        i + 1,
      );
    }
    lengths.push(readLength(cells[column] ?? "", i + 1));
  }
  if (lengths.length === 0)
    throw new ImportError("no length of time", "write one a line, such as 90s");
  if (lengths.every((length) => length === 0)) {
    throw new ImportError("every length is zero", "write lengths above zero");
  }
  return lengths;
}

function readLength(text: string, line: number): number {
  try {
    return parseDurationMicros(text);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    throw new ImportError(
      `${text || "an empty cell"} is not ${error.expected}`,
      error.remedy,
      line,
    );
  }
}
