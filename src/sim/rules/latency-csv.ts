// Round trips as a table: what a spreadsheet or a cloud's status page gives.

import { LatencyMatrixBuilder, ROUND_TRIP_MICROS_MAX } from "./latency-matrix.js";
import type { LatencyMatrix } from "./latency-matrix.js";
import { LatencyMatrixError } from "./latency-matrix-error.js";
import { numberedLines } from "./numbered-lines.js";
import type { NumberedLine } from "./numbered-lines.js";

const MICROS_PER_MILLI = 1_000;
const ROUND_TRIP_MILLIS_MAX = ROUND_TRIP_MICROS_MAX / MICROS_PER_MILLI;
const MILLIS = /^\d{1,9}(\.\d+)?$/;

/**
 * Reads a table whose first row names the places, after an empty or any first cell, and whose other rows hold
 * a place's name and its round trips **in milliseconds** to each of them. An empty cell is a pair not measured
 * in that direction; rows may be left out, so that one triangle is enough. Names may be in double quotes.
 * Throws `LatencyMatrixError` with the line for what is no such table, and by name for missing pairs.
 */
export function parseLatencyCsv(text: string): LatencyMatrix {
  let header: readonly string[] | undefined;
  let builder: LatencyMatrixBuilder | undefined;
  const linesByRow = new Map<number, number>();
  for (const line of numberedLines(text)) {
    const [name = "", ...cells] = splitCells(line);
    if (header === undefined || builder === undefined) {
      header = cells;
      builder = builderOf(cells, line);
      continue;
    }
    const row = rowOf(name, header, line);
    const earlier = linesByRow.get(row);
    if (earlier !== undefined) {
      throw new LatencyMatrixError(
        `the row of "${name}" was on line ${earlier} already`,
        line.line,
      );
    }
    linesByRow.set(row, line.line);
    if (cells.length !== header.length) {
      throw new LatencyMatrixError(
        `expected ${header.length} round trips, one for each place of the first row, got ${cells.length}`,
        line.line,
      );
    }
    for (const [column, cell] of cells.entries()) {
      if (cell !== "") builder.setRoundTrip(row, column, roundTripMicros(cell, line));
    }
  }
  if (builder === undefined) {
    throw new LatencyMatrixError("the table is empty: expected a first row that names the places");
  }
  return builder.build();
}

function builderOf(names: readonly string[], { line }: NumberedLine): LatencyMatrixBuilder {
  const unnamed = names.indexOf("");
  if (unnamed >= 0) {
    throw new LatencyMatrixError(`column ${unnamed + 2} of the first row has no name`, line);
  }
  try {
    return new LatencyMatrixBuilder(names);
  } catch (error) {
    if (error instanceof LatencyMatrixError) throw new LatencyMatrixError(error.message, line);
    throw error;
  }
}

function rowOf(name: string, header: readonly string[], { line }: NumberedLine): number {
  const row = header.indexOf(name);
  if (row >= 0) return row;
  throw new LatencyMatrixError(
    `the place "${name.slice(0, 40)}" is not in the first row, which names ` +
      `${header.slice(0, 12).join(", ")}${header.length > 12 ? ", …" : ""}`,
    line,
  );
}

function roundTripMicros(cell: string, { line }: NumberedLine): number {
  const millis = MILLIS.test(cell) ? Number(cell) : NaN;
  if (millis <= ROUND_TRIP_MILLIS_MAX) return millis * MICROS_PER_MILLI;
  throw new LatencyMatrixError(
    `expected a round trip of 0 to ${ROUND_TRIP_MILLIS_MAX} milliseconds or an empty cell, got ` +
      JSON.stringify(cell.slice(0, 40)),
    line,
  );
}

/** Splits at commas outside double quotes; a quote within quotes is written twice. */
function splitCells({ line, text }: NumberedLine): string[] {
  const cells: string[] = [];
  let cell = "";
  let isQuoted = false;
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    if (character === '"' && isQuoted && text.charAt(i + 1) === '"') cell += text.charAt(i++);
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === "," && !isQuoted) {
      cells.push(cell.trim());
      cell = "";
    } else cell += character;
  }
  if (isQuoted) throw new LatencyMatrixError("a double quote is not closed", line);
  cells.push(cell.trim());
  return cells;
}
