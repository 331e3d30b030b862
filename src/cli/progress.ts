// Progress on a terminal: virtual time, events a second, live nodes. Nothing at all when standard error is no
// terminal, so that logs of batch runs stay clean.

import cliProgress from "cli-progress";

/** Where progress is drawn: standard error. */
export interface ProgressStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
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

/** One line that is drawn over and over, and gone at the end. */
export class Progress {
  readonly #bar: cliProgress.SingleBar | null;
  readonly #nowMillis: () => number;
  readonly #endMicros: number;
  #drawnMillis: number;
  #drawnEvents = 0;

  constructor({ stream, endMicros, nowMillis }: ProgressOptions) {
    this.#nowMillis = nowMillis;
    this.#endMicros = endMicros;
    this.#drawnMillis = nowMillis();
    this.#bar = stream.isTTY === true ? newBar(stream) : null;
    this.#bar?.start(Math.max(1, endMicros), 0, this.#payload(0, 0, 0));
  }

  /** Whether anything is drawn: where not, nobody needs to call `update`. */
  get isShown(): boolean {
    return this.#bar !== null;
  }

  /** Draws the line when the last drawing is old enough. Meant to be called every few thousand events. */
  update({ virtualMicros, events, liveNodes }: ProgressState): void {
    if (this.#bar === null) return;
    const nowMillis = this.#nowMillis();
    const passedMillis = nowMillis - this.#drawnMillis;
    if (passedMillis < REDRAW_MILLIS) return;
    const perSecond = ((events - this.#drawnEvents) / passedMillis) * 1000;
    this.#drawnMillis = nowMillis;
    this.#drawnEvents = events;
    this.#bar.update(virtualMicros, this.#payload(virtualMicros, perSecond, liveNodes));
  }

  /** Takes the line away. Idempotent. */
  stop(): void {
    this.#bar?.stop();
  }

  #payload(virtualMicros: number, perSecond: number, liveNodes: number): Record<string, string> {
    const now = (virtualMicros / MICROS_PER_SECOND).toFixed(1);
    const end = (this.#endMicros / MICROS_PER_SECOND).toFixed(0);
    return { time: `${now}/${end} s`, rate: short(perSecond), live: short(liveNodes) };
  }
}

function newBar(stream: ProgressStream): cliProgress.SingleBar {
  return new cliProgress.SingleBar({
    stream,
    format: "[{bar}] {time}  {rate} events/s  {live} live",
    barsize: BAR_COLUMNS,
    barCompleteChar: "=",
    barIncompleteChar: " ",
    // Redrawn by `update` alone: a timer would never fire while the run is at work.
    fps: 1000,
    clearOnComplete: true,
    hideCursor: false,
    linewrap: false,
  });
}

/** A count in at most five characters: `812`, `12.3k`, `1.2M`. */
function short(count: number): string {
  if (count >= 999_950) return `${(count / 1_000_000).toFixed(1)}M`;
  if (count >= 10_000) return `${(count / 1000).toFixed(1)}k`;
  return count.toFixed(0);
}
