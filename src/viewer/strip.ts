// The overview of the whole run beneath the map: what is sent and lost second by second, faults and scenario events as
// ticks, and the moment that is shown. A click or a drag goes there.

import type { TraceReader } from "../trace/native/trace-reader.js";
import type { Marker } from "../trace/native/run-facts.js";

const MICROS_PER_SECOND = 1_000_000;
/** What arrow keys move by, as a share of the run. */
const KEY_STEP = 1 / 200;

interface Second {
  readonly startMicros: number;
  readonly sent: number;
  readonly lost: number;
}

/** The overview strip. */
export class Strip {
  readonly #canvas: HTMLCanvasElement;
  #seconds: readonly Second[] = [];
  #endMicros = 1;
  markers: readonly Marker[] = [];
  #timeMicros = 0;
  readonly #listening = new AbortController();

  private constructor(canvas: HTMLCanvasElement, onSeek: (timeMicros: number) => void) {
    this.#canvas = canvas;
    canvas.setAttribute("aria-valuemin", "0");
    this.#listen(onSeek);
  }

  /** Makes the strip of a trace: reads its measures and markers, no record. */
  static async of(
    canvas: HTMLCanvasElement,
    reader: TraceReader,
    onSeek: (timeMicros: number) => void,
  ): Promise<Strip> {
    const strip = new Strip(canvas, onSeek);
    await strip.load(reader);
    return strip;
  }

  /** Reads measures and markers, anew when the trace has grown. */
  async load(reader: TraceReader): Promise<void> {
    const tables = await reader.metrics();
    const traffic = tables.find(({ names }) => names.includes("sent") && names.includes("dropped"));
    const sent = traffic?.names.indexOf("sent") ?? 0;
    const lost = traffic?.names.indexOf("dropped") ?? 0;
    this.#seconds = (traffic?.rows ?? []).map((row) => ({
      startMicros: row[0] ?? 0,
      sent: row[sent + 1] ?? 0,
      lost: row[lost + 1] ?? 0,
    }));
    this.markers = [...(await reader.markers())].sort((a, b) => a.timeMicros - b.timeMicros);
    this.#endMicros = Math.max(1, reader.endMicros);
    this.#canvas.setAttribute("aria-valuemax", String(this.#endMicros / MICROS_PER_SECOND));
  }

  /** The first marker after a time; undefined behind the last. */
  markerAfter(timeMicros: number): Marker | undefined {
    return this.markers.find((marker) => marker.timeMicros > timeMicros);
  }

  show(timeMicros: number): void {
    this.#timeMicros = timeMicros;
    this.#canvas.setAttribute("aria-valuenow", String(timeMicros / MICROS_PER_SECOND));
    this.draw();
  }

  /** Draws all of it; a few hundred bars. */
  draw(): void {
    const canvas = this.#canvas;
    const ratio = window.devicePixelRatio;
    const { clientWidth: width, clientHeight: height } = canvas;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext("2d");
    if (context === null) return;
    context.scale(ratio, ratio);
    const text = getComputedStyle(canvas).color;
    const most = this.#seconds.reduce((max, { sent }) => Math.max(max, sent), 1);
    const barWidth = Math.max(1, (width * MICROS_PER_SECOND) / this.#endMicros - 0.5);
    for (const { startMicros, sent, lost } of this.#seconds) {
      const x = this.#pixelOf(startMicros);
      const tall = (height - 12) * Math.sqrt(sent / most);
      context.globalAlpha = 0.28;
      context.fillStyle = text;
      context.fillRect(x, height - tall, barWidth, tall);
      context.globalAlpha = 0.85;
      context.fillStyle = "#d55e00";
      const lostTall = (height - 12) * Math.sqrt(Math.min(lost, sent) / most);
      if (lost > 0) context.fillRect(x, height - lostTall, barWidth, lostTall);
    }
    context.globalAlpha = 1;
    for (const { timeMicros, kind } of this.markers) {
      context.fillStyle = kind === "action" ? "#0072b2" : kind === "fault" ? "#d55e00" : "#cc79a7";
      context.fillRect(this.#pixelOf(timeMicros) - 1, 0, 2, 9);
    }
    context.fillStyle = text;
    context.fillRect(this.#pixelOf(this.#timeMicros) - 0.75, 0, 1.5, height);
  }

  stop(): void {
    this.#listening.abort();
  }

  #pixelOf(timeMicros: number): number {
    return (timeMicros / this.#endMicros) * this.#canvas.clientWidth;
  }

  #listen(onSeek: (timeMicros: number) => void): void {
    const { signal } = this.#listening;
    const canvas = this.#canvas;
    const seekTo = (event: PointerEvent): void => {
      const { left, width } = canvas.getBoundingClientRect();
      const share = Math.min(1, Math.max(0, (event.clientX - left) / width));
      onSeek(share * this.#endMicros);
    };
    canvas.addEventListener(
      "pointerdown",
      (event) => {
        canvas.setPointerCapture(event.pointerId);
        seekTo(event);
      },
      { signal },
    );
    canvas.addEventListener(
      "pointermove",
      (event) => {
        if (event.buttons === 1) seekTo(event);
        else canvas.title = this.#titleAt(event.offsetX);
      },
      { signal },
    );
    canvas.addEventListener(
      "keydown",
      (event) => {
        const step = { ArrowLeft: -KEY_STEP, ArrowRight: KEY_STEP, PageUp: 0.1, PageDown: -0.1 }[
          event.key
        ];
        if (step === undefined) return;
        event.preventDefault();
        event.stopPropagation();
        onSeek(Math.min(this.#endMicros, Math.max(0, this.#timeMicros + step * this.#endMicros)));
      },
      { signal },
    );
    window.addEventListener("resize", () => this.draw(), { signal });
  }

  /** What is under the pointer: the marker nearest to it, or the time. */
  #titleAt(pixel: number): string {
    const near = this.markers.find(
      ({ timeMicros }) => Math.abs(this.#pixelOf(timeMicros) - pixel) < 4,
    );
    if (near === undefined) return "";
    const seconds = (near.timeMicros / MICROS_PER_SECOND).toFixed(3);
    return `${seconds} s ${near.kind} ${near.name} ${near.text}`.trim();
  }
}
