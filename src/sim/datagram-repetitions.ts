// How often the same datagram has left in the same microsecond. Two copies of one message to one peer must draw apart,
// and what else was sent in that instant must not matter to either.

import type { PlainData } from "./plain-data.js";

/** Places of the table: more than the different datagrams that one instant of one run normally sees. */
const PLACES = 256;
/** Places looked at before an older entry gives way. */
const PROBES = 8;

/** Counts repetitions within one instant, in a small table that forgets by itself when time moves on. */
export class DatagramRepetitions {
  readonly #micros = new Float64Array(PLACES).fill(-1);
  readonly #sources = new Int32Array(PLACES);
  readonly #targets = new Int32Array(PLACES);
  readonly #contentHighs = new Int32Array(PLACES);
  readonly #contentLows = new Int32Array(PLACES);
  readonly #counts = new Int32Array(PLACES);

  /** How many datagrams of this content have gone this way in this instant before; counts this one. */
  next(
    nowMicros: number,
    source: number,
    target: number,
    { contentHigh, contentLow }: { readonly contentHigh: number; readonly contentLow: number },
  ): number {
    const home = Math.imul(source ^ Math.imul(target, 0x9e3779b1) ^ contentLow, 0x85ebca6b) >>> 24;
    for (let probe = 0; probe < PROBES; probe++) {
      const place = (home + probe) & (PLACES - 1);
      if (this.#micros[place] !== nowMicros)
        return this.#claim(place, nowMicros, source, target, contentHigh, contentLow);
      if (
        this.#sources[place] === source &&
        this.#targets[place] === target &&
        this.#contentLows[place] === contentLow &&
        this.#contentHighs[place] === contentHigh
      ) {
        return ++this.#counts[place]!;
      }
    }
    return this.#claim(home, nowMicros, source, target, contentHigh, contentLow);
  }

  #claim(
    place: number,
    nowMicros: number,
    source: number,
    target: number,
    contentHigh: number,
    contentLow: number,
  ): number {
    this.#micros[place] = nowMicros;
    this.#sources[place] = source;
    this.#targets[place] = target;
    this.#contentHighs[place] = contentHigh;
    this.#contentLows[place] = contentLow;
    this.#counts[place] = 0;
    return 0;
  }

  snapshot(): PlainData {
    return [
      this.#micros,
      this.#sources,
      this.#targets,
      this.#contentHighs,
      this.#contentLows,
      this.#counts,
    ].map((column) => Array.from(column));
  }

  restore(state: PlainData): void {
    const columns = state as readonly (readonly number[])[];
    const own = [
      this.#micros,
      this.#sources,
      this.#targets,
      this.#contentHighs,
      this.#contentLows,
      this.#counts,
    ];
    own.forEach((column, i) => {
      column.set(columns[i] ?? []);
    });
  }
}
