// Progress on a terminal: virtual time, events a second, live nodes. Nothing at all when standard error is no
// terminal, so that logs of batch runs stay clean.

/** Where progress is drawn: standard error. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** How far the run is. */
export interface ProgressState {
  readonly virtualMicros: number;
  readonly events: number;
  readonly liveNodes: number;
}

export interface ProgressOptions {
  readonly stream: ProgressStream;
  readonly endMicros: number;
  /** The real time, in milliseconds. */
  readonly nowMillis: () => number;
}

/** How often the line is drawn anew: often enough to look alive, rarely enough to cost nothing. */
const REDRAW_MILLIS = 100;
/** Fits sixty columns with all that stands beside it. */
const BAR_COLUMNS = 12;
const MICROS_PER_SECOND = 1_000_000;
/** Back to the first column, and clear what was drawn there. */
const CLEAR_LINE = "\r\u001b[K";

/** One line that is drawn over and over, and gone at the end. */
export class Progress {
  /** Whether anything is drawn: where not, nobody needs to call `update`. */
  readonly isShown: boolean;
  readonly #stream: ProgressStream;
  readonly #nowMillis: () => number;
  readonly #endMicros: number;
  #drawnMillis: number;
  #drawnEvents = 0;
  #isDrawn = false;

  constructor({ stream, endMicros, nowMillis }: ProgressOptions) {
    this.isShown = stream.isTTY === true;
    this.#stream = stream;
    this.#nowMillis = nowMillis;
    this.#endMicros = endMicros;
    this.#drawnMillis = nowMillis();
  }

  /** Draws the line when the last drawing is old enough. Meant to be called every few thousand events. */
  update({ virtualMicros, events, liveNodes }: ProgressState): void {
    if (!this.isShown) return;
    const nowMillis = this.#nowMillis();
    const passedMillis = nowMillis - this.#drawnMillis;
    if (passedMillis < REDRAW_MILLIS) return;
    const perSecond = ((events - this.#drawnEvents) / passedMillis) * 1000;
    this.#drawnMillis = nowMillis;
    this.#drawnEvents = events;
    this.#isDrawn = true;
    const share = Math.min(1, virtualMicros / Math.max(1, this.#endMicros));
    const filled = Math.round(share * BAR_COLUMNS);
    const bar = "=".repeat(filled) + " ".repeat(BAR_COLUMNS - filled);
    const now = (virtualMicros / MICROS_PER_SECOND).toFixed(1);
    const end = (this.#endMicros / MICROS_PER_SECOND).toFixed(0);
    const counts = `${short(perSecond)} events/s  ${short(liveNodes)} live`;
    this.#stream.write(`${CLEAR_LINE}[${bar}] ${now}/${end} s  ${counts}`);
  }

  /** Takes the line away. Idempotent. */
  stop(): void {
    if (this.#isDrawn) this.#stream.write(CLEAR_LINE);
    this.#isDrawn = false;
  }
}

/** A count in at most six characters: `812`, `12.3k`, `1.2M`. */
function short(count: number): string {
  if (count >= 999_950) return `${(count / 1_000_000).toFixed(1)}M`;
  if (count >= 10_000) return `${(count / 1000).toFixed(1)}k`;
  return count.toFixed(0);
}
