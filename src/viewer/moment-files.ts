// What a person takes along: the moment that is shown as a picture of the map, as an overlay for graph tools, and what
// is played as a film. Everything is made in the page; nothing is sent anywhere.

import { writeGexf } from "../analysis/gexf.js";
import { drawPicture } from "../analysis/picture.js";
import { describeNodes, snapshotState } from "../analysis/state-snapshot.js";
import type { NetworkState } from "../trace/native/network-state.js";
import type { TraceReader } from "../trace/native/trace-reader.js";

export const MOMENT_FORMATS = ["png", "svg", "gexf"] as const;
export type MomentFormat = (typeof MOMENT_FORMATS)[number];

const FILM_TYPE = "video/webm";
const FILM_FRAMES_A_SECOND = 30;
/** Enough for small points on their way to stay points. */
const FILM_BITS_A_SECOND = 8_000_000;

/** A moment of a run. */
export interface Moment {
  readonly reader: TraceReader;
  readonly state: NetworkState;
  readonly overlay: string;
  readonly timeMicros: number;
  /** Where nodes stand in the text picture: it knows no map of the world. */
  readonly layout: "ring" | "force";
}

/** The overlay of a moment as an SVG or GEXF file, as `trace export` and `sim --picture` write them. */
export function writeMoment(format: "svg" | "gexf", moment: Moment): Blob {
  const { reader, state, overlay, timeMicros, layout } = moment;
  const snapshot = snapshotState(state, overlay, describeNodes(reader));
  const title = `${reader.run.scenario}, ${overlay}`;
  if (format === "svg") {
    const text = drawPicture(snapshot, { title, timeMicros, layout });
    return new Blob([text], { type: "image/svg+xml" });
  }
  const at = `${title} at ${(timeMicros / 1_000_000).toFixed(6)} s`;
  return new Blob([writeGexf(snapshot, at)], { type: "application/gexf+xml" });
}

/** A canvas as a PNG file. Rejects with `Error` when it is too large for the browser. */
export async function writePng(canvas: HTMLCanvasElement): Promise<Blob> {
  return await new Promise((resolve, reject) => {
    canvas.toBlob((blob) => {
      if (blob !== null) resolve(blob);
      else reject(new Error("The picture is too large for this browser: make the window smaller"));
    }, "image/png");
  });
}

/** A film of a canvas, frame by frame, while it is drawn. */
export class Film {
  readonly #recorder: MediaRecorder;
  readonly #pieces: Blob[] = [];

  /** Throws `Error` where the browser writes no WebM. */
  constructor(canvas: HTMLCanvasElement) {
    if (!MediaRecorder.isTypeSupported(FILM_TYPE)) {
      throw new Error("This browser writes no WebM: use Chromium or Firefox");
    }
    this.#recorder = new MediaRecorder(canvas.captureStream(FILM_FRAMES_A_SECOND), {
      mimeType: FILM_TYPE,
      videoBitsPerSecond: FILM_BITS_A_SECOND,
    });
    this.#recorder.addEventListener("dataavailable", ({ data }) => this.#pieces.push(data));
    this.#recorder.start();
  }

  /** Ends it, and answers the whole of it. */
  async end(): Promise<Blob> {
    const ended = new Promise((resolve) => {
      this.#recorder.addEventListener("stop", resolve);
    });
    this.#recorder.stop();
    await ended;
    return new Blob(this.#pieces, { type: FILM_TYPE });
  }
}

/** Hands a file to the person, as a download. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  // The browser has taken it by then: a download is begun at once.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
