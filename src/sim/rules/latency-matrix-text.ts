// The user's own matrix, from the text of a file. Takes text, not a path, so that it works in a browser.

import { parseKingText } from "./king-text.js";
import { parseLatencyCsv } from "./latency-csv.js";
import type { LatencyMatrix } from "./latency-matrix.js";

/** `king`: lines of `i j rtt-micros`. `csv`: a table of names with round trips in milliseconds. */
export type LatencyMatrixFormat = "king" | "csv";

/** Reads a matrix of round trips. Throws `LatencyMatrixError` with the line where there is one. */
export function parseLatencyMatrix(text: string, format: LatencyMatrixFormat): LatencyMatrix {
  return format === "king" ? parseKingText(text) : parseLatencyCsv(text);
}
