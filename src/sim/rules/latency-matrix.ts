// How far places are apart: the one form into which tables, King text and CSV are brought.

import { requireBetween } from "../require-range.js";
import { LatencyMatrixError } from "./latency-matrix-error.js";

/** The round trip within one place where nothing else is said: a data centre, or a city. */
const SAME_PLACE_ROUND_TRIP_MICROS = 1_000;

/** 128 MiB of latencies; the largest published matrix of hosts (Meridian's) has 2,500. */
export const PLACES_MAX = 4_096;

/** Beyond a minute a measurement was a time-out, or its unit was not microseconds. */
export const ROUND_TRIP_MICROS_MAX = 60_000_000;

/** How many missing pairs an error names before it counts the rest. */
const MISSING_NAMED_MAX = 5;

/** One-way latencies between named places. */
export interface LatencyMatrix {
  readonly names: readonly string[];
  /** In float microseconds from row to column, row after row: `names.length` squared entries. */
  readonly latencyMicros: Float64Array;
}

/** Collects round trips between places and makes the matrix of one-way latencies, which are their halves. */
export class LatencyMatrixBuilder {
  readonly #names: readonly string[];
  /** Round trips; `NaN` where none was given. */
  readonly #roundTripMicros: Float64Array;

  /** Throws `LatencyMatrixError` for no place, for too many, and for two of one name. */
  constructor(names: readonly string[]) {
    if (names.length === 0)
      throw new LatencyMatrixError("the matrix has no place: give at least one");
    if (names.length > PLACES_MAX) {
      throw new LatencyMatrixError(
        `the matrix has ${names.length} places, at most ${PLACES_MAX} are allowed`,
      );
    }
    const seen = new Set<string>();
    for (const name of names) {
      if (seen.has(name)) throw new LatencyMatrixError(`the place "${name}" is listed twice`);
      seen.add(name);
    }
    this.#names = names;
    this.#roundTripMicros = new Float64Array(names.length * names.length).fill(NaN);
  }

  /**
   * Sets the round trip measured from one place, by its number, to another. Throws `RangeError` for one that
   * is negative, not finite or above a minute.
   */
  setRoundTrip(from: number, to: number, roundTripMicros: number): void {
    requireRoundTrip(roundTripMicros);
    this.#roundTripMicros[from * this.#names.length + to] = roundTripMicros;
  }

  /** Whether a round trip was set in this direction. */
  has(from: number, to: number): boolean {
    return !Number.isNaN(this.#roundTripMicros[from * this.#names.length + to]!);
  }

  /**
   * The matrix. A pair measured in one direction only is symmetric; a place without a round trip to itself
   * gets 1 ms. Throws `LatencyMatrixError` that names the pairs measured in neither direction.
   */
  build(): LatencyMatrix {
    const count = this.#names.length;
    const latencyMicros = new Float64Array(count * count);
    const missing: string[] = [];
    let missingCount = 0;
    for (let from = 0; from < count; from++) {
      for (let to = 0; to < count; to++) {
        const roundTripMicros = this.#roundTrip(from, to);
        latencyMicros[from * count + to] = roundTripMicros / 2;
        if (!Number.isNaN(roundTripMicros) || from > to) continue;
        if (missingCount++ < MISSING_NAMED_MAX)
          missing.push(`${this.#names[from]!}–${this.#names[to]!}`);
      }
    }
    if (missingCount > 0) throw missingPairs(missing, missingCount);
    return { names: this.#names, latencyMicros };
  }

  #roundTrip(from: number, to: number): number {
    const count = this.#names.length;
    const given = this.#roundTripMicros[from * count + to]!;
    if (!Number.isNaN(given)) return given;
    return from === to ? SAME_PLACE_ROUND_TRIP_MICROS : this.#roundTripMicros[to * count + from]!;
  }
}

function missingPairs(named: readonly string[], count: number): LatencyMatrixError {
  const rest = count > named.length ? ` and ${count - named.length} more` : "";
  return new LatencyMatrixError(
    `no round trip is given for ${named.join(", ")}${rest}: add ${count === 1 ? "it" : "them"}, ` +
      "or leave the places out",
  );
}

/** A matrix from its upper triangle: for each place its round trips to those after it. */
export function matrixFromUpperTriangle(
  names: readonly string[],
  roundTripsMillis: readonly (readonly number[])[],
): LatencyMatrix {
  const builder = new LatencyMatrixBuilder(names);
  roundTripsMillis.forEach((row, from) => {
    row.forEach((millis, index) => {
      builder.setRoundTrip(from, from + 1 + index, millis * 1000);
    });
  });
  return builder.build();
}

/** The matrix with another round trip within each place. Throws `RangeError` as `setRoundTrip` does. */
export function withSamePlaceRoundTrip(
  matrix: LatencyMatrix,
  roundTripMicros: number,
): LatencyMatrix {
  requireRoundTrip(roundTripMicros);
  const latencyMicros = matrix.latencyMicros.slice();
  const count = matrix.names.length;
  for (let place = 0; place < count; place++) {
    latencyMicros[place * count + place] = roundTripMicros / 2;
  }
  return { names: matrix.names, latencyMicros };
}

function requireRoundTrip(micros: number): void {
  requireBetween("round trip in microseconds", micros, 0, ROUND_TRIP_MICROS_MAX);
}
