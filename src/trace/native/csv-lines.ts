// Records as comma-separated values, as RFC 4180 has them: one table for all kinds, empty where a kind has no field.

import type { TraceLine } from "../trace-line.js";

const COLUMNS = [
  ...(["timeMicros", "kind", "node", "name", "channel", "peer", "bytes", "number"] as const),
  ...(["reason", "application", "value", "content", "text"] as const),
];

/** The first line: names of the columns. Origins and counters of event and cause come last. */
export const CSV_HEADER = `${[
  ...COLUMNS,
  ...["eventOrigin", "eventCounter", "causeTimeMicros", "causeOrigin", "causeCounter"],
].join(",")}\r\n`;

/** A record's line, with its line end. */
export function csvLine(line: TraceLine): string {
  const [, origin, counter] = line.event;
  const cells = [...COLUMNS.map((column) => line[column]), origin, counter, ...line.cause];
  return `${cells.map(csvCell).join(",")}\r\n`;
}

function csvCell(value: string | number | undefined): string {
  if (value === undefined) return "";
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
