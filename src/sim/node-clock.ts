// A node's own clock, which may stand apart from virtual time (skew) and run faster or slower (drift). All
// in whole numbers: a clock is part of what a run repeats to the bit.

import { requireBetween } from "./require-range.js";

const MILLION = 1_000_000;
/** Quartz stays within 100 ppm; 100,000 (a tenth) leaves room to exaggerate and keeps products exact. */
const DRIFT_PPM_MAX = 100_000;
/** A day: more is not skew but a clock that was never set, and whole sums stay far below 2^53. */
export const SKEW_MICROS_MAX = 24 * 3600 * MILLION;
/** Two days: clocks a day apart either way, all set ahead so that none is below zero. */
const OFFSET_MICROS_MAX = 2 * SKEW_MICROS_MAX;

export interface NodeClockOptions {
  /** What the clock shows at virtual time zero. Whole; where negative, it stands at zero until it gets there. */
  readonly offsetMicros?: number;
  /** Microseconds gained in each virtual second; negative for a slow clock. Whole. */
  readonly driftPpm?: number;
}

/**
 * Converts between virtual and local time, exactly as long as both stay below 2^53 (285 years).
 *
 * Local time never goes backwards and is never negative. A delay on this clock becomes the shortest virtual
 * delay after which the clock has advanced at least that much: a timer never fires early on its own clock.
 */
export class NodeClock {
  readonly #offsetMicros: number;
  readonly #driftPpm: number;

  /** Throws `RangeError` for an offset beyond two days or a drift beyond a tenth, or for one that is not whole. */
  constructor({ offsetMicros = 0, driftPpm = 0 }: NodeClockOptions = {}) {
    this.#offsetMicros = requireWhole("clock offsetMicros", offsetMicros, OFFSET_MICROS_MAX);
    this.#driftPpm = requireWhole("clock driftPpm", driftPpm, DRIFT_PPM_MAX);
  }

  /** What the clock shows at a virtual time. */
  localMicros(virtualMicros: number): number {
    return Math.max(0, this.#offsetMicros + virtualMicros + this.#gainedMicros(virtualMicros));
  }

  /** The virtual delay, from `virtualNowMicros` on, of a timer of `localDelayMicros` on this clock. */
  virtualDelayMicros(localDelayMicros: number, virtualNowMicros: number): number {
    const delay = Math.max(0, Math.ceil(localDelayMicros));
    if (delay === 0 || (this.#driftPpm === 0 && this.#offsetMicros >= 0)) return delay;
    const showsMicros = this.localMicros(virtualNowMicros) + delay;
    return Math.max(0, this.#virtualMicros(showsMicros) - virtualNowMicros);
  }

  /** ⌊time × drift / 10^6⌋, split so that no product passes 2^53. */
  #gainedMicros(virtualMicros: number): number {
    if (this.#driftPpm === 0) return 0;
    const rest = virtualMicros % MILLION;
    const seconds = (virtualMicros - rest) / MILLION;
    return seconds * this.#driftPpm + Math.floor((rest * this.#driftPpm) / MILLION);
  }

  /** The first virtual time at which the clock shows at least `localMicros`: ⌈elapsed × 10^6 / rate⌉. */
  #virtualMicros(localMicros: number): number {
    const elapsed = localMicros - this.#offsetMicros;
    const rate = MILLION + this.#driftPpm;
    const rest = elapsed % rate;
    return ((elapsed - rest) / rate) * MILLION + Math.ceil((rest * MILLION) / rate);
  }
}

function requireWhole(what: string, value: number, magnitudeMax: number): number {
  if (!Number.isInteger(value))
    throw new RangeError(`${what} must be a whole number, got ${value}`);
  return requireBetween(what, value, -magnitudeMax, magnitudeMax);
}
