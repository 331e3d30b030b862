// Turns real time into virtual time while a trace is played.

const MICROS_PER_MILLI = 1000;
/** A pause of the page (another tab in front) is no time that passed. */
const FRAME_MILLIS_MAX = 100;

/** The clock of one view: calls back once a frame while it runs. */
export class Clock {
  /** Virtual seconds a second. */
  speed = 1;
  /** Virtual time now; set it to go elsewhere. */
  timeMicros = 0;
  #endMicros: number;
  readonly #onFrame: (timeMicros: number) => void;
  #frame = 0;
  #lastMillis = 0;
  /** Called when it begins or ceases to run. */
  onToggle: () => void = () => undefined;

  constructor(endMicros: number, onFrame: (timeMicros: number) => void) {
    this.#endMicros = endMicros;
    this.#onFrame = onFrame;
  }

  /** The run has gone on: where it ends now. */
  set endMicros(endMicros: number) {
    this.#endMicros = endMicros;
  }

  get isPlaying(): boolean {
    return this.#frame !== 0;
  }

  /** Runs; from the start when the end was reached. */
  play(): void {
    if (this.isPlaying) return;
    if (this.timeMicros >= this.#endMicros) this.timeMicros = 0;
    this.#lastMillis = performance.now();
    this.#frame = requestAnimationFrame(this.#tick);
    this.onToggle();
  }

  pause(): void {
    if (!this.isPlaying) return;
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    this.onToggle();
  }

  toggle(): void {
    if (this.isPlaying) this.pause();
    else this.play();
  }

  readonly #tick = (nowMillis: number): void => {
    const passed = Math.min(FRAME_MILLIS_MAX, Math.max(0, nowMillis - this.#lastMillis));
    this.#lastMillis = nowMillis;
    this.timeMicros += passed * MICROS_PER_MILLI * this.speed;
    if (this.timeMicros >= this.#endMicros) {
      this.timeMicros = this.#endMicros;
      this.#onFrame(this.timeMicros);
      this.pause();
      return;
    }
    this.#frame = requestAnimationFrame(this.#tick);
    this.#onFrame(this.timeMicros);
  };
}
