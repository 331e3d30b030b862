// Round trips as the King data set of p2psim gives them: a line for each pair of hosts.

import { invariant } from "../../trace/invariant.js";
import { LatencyMatrixBuilder, PLACES_MAX, ROUND_TRIP_MICROS_MAX } from "./latency-matrix.js";
import type { LatencyMatrix } from "./latency-matrix.js";
import { LatencyMatrixError } from "./latency-matrix-error.js";
import { numberedLines } from "./numbered-lines.js";
import type { NumberedLine } from "./numbered-lines.js";

const HOST = /^\d{1,9}$/;
const MICROS = /^\d{1,9}(\.\d+)?$/;

/** A measured pair, its hosts as numbered in the text. */
interface Measurement {
  readonly line: number;
  readonly from: number;
  readonly to: number;
  readonly roundTripMicros: number;
}

/**
 * Reads lines of `i j rtt-micros`, hosts being whole numbers from 0 or 1. The places are in the order of their
 * numbers and named by them. Throws `LatencyMatrixError` with the line for what is none, for a pair given
 * twice and for more than 4,096 hosts, and by name for pairs given in neither direction.
 */
export function parseKingText(text: string): LatencyMatrix {
  const measurements: Measurement[] = [];
  const hosts = new Set<number>();
  for (const line of numberedLines(text)) {
    const measurement = readMeasurement(line);
    measurements.push(measurement);
    hosts.add(measurement.from).add(measurement.to);
    if (hosts.size > PLACES_MAX) {
      throw new LatencyMatrixError(
        `more than ${PLACES_MAX} hosts, which are the most allowed`,
        line.line,
      );
    }
  }
  const ordered = [...hosts].sort((a, b) => a - b);
  const rowOf = new Map(ordered.map((host, row) => [host, row]));
  const builder = new LatencyMatrixBuilder(ordered.map(String));
  for (const { line, from, to, roundTripMicros } of measurements) {
    const fromRow = rowOf.get(from);
    const toRow = rowOf.get(to);
    invariant(fromRow !== undefined && toRow !== undefined, "every host that was read has a row");
    if (builder.has(fromRow, toRow)) {
      throw new LatencyMatrixError(
        `the pair ${from} ${to} is given twice: keep one of the lines`,
        line,
      );
    }
    builder.setRoundTrip(fromRow, toRow, roundTripMicros);
  }
  return builder.build();
}

function readMeasurement({ line, text }: NumberedLine): Measurement {
  // One field more than expected is enough to know: a binary file may be one line of megabytes.
  const fields = text.split(/\s+/, 4);
  const [from, to, micros] = fields;
  if (from === undefined || to === undefined || micros === undefined || fields.length !== 3) {
    throw new LatencyMatrixError(`expected "i j rtt-micros", got ${quoted(text)}`, line);
  }
  for (const host of [from, to]) {
    if (!HOST.test(host)) {
      throw new LatencyMatrixError(`expected a host as a whole number, got ${quoted(host)}`, line);
    }
  }
  const roundTripMicros = MICROS.test(micros) ? Number(micros) : NaN;
  if (!(roundTripMicros <= ROUND_TRIP_MICROS_MAX)) {
    throw new LatencyMatrixError(
      `expected a round trip of 0 to ${ROUND_TRIP_MICROS_MAX} microseconds, got ${quoted(micros)}: ` +
        "leave out pairs that were not measured",
      line,
    );
  }
  return { line, from: Number(from), to: Number(to), roundTripMicros };
}

/** A value as errors show it. */
function quoted(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}
