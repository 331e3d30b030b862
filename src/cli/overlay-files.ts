// `--picture FILE.svg[@TIME]` and `--graph FILE.gexf|.graphml[@TIME]`: an overlay at an instant of virtual time, drawn
// or as a graph file. They look when the run passes the instant, and change nothing.

import { writeGexf } from "../analysis/gexf.js";
import { writeGraphMl } from "../analysis/graphml.js";
import { snapshotOverlay } from "../analysis/overlay-snapshot.js";
import type { OverlaySnapshot } from "../analysis/overlay-snapshot.js";
import type { OverlayTracker } from "../analysis/overlay-tracker.js";
import { drawPicture } from "../analysis/picture.js";
import type { PictureLayout } from "../analysis/picture.js";
import { NEVER } from "../scenarios/checkers/checker.js";
import type { Sampler } from "../scenarios/checkers/checker.js";
import type { OverlayFileOptions } from "../scenarios/run-options.js";
import type { RunView } from "../scenarios/run-view.js";
import { didYouMean } from "../scenarios/suggestion.js";
import { UnitError, formatDuration, parseDurationMicros } from "../scenarios/units.js";
import { UsageError } from "./usage-error.js";

/** What an overlay can be written as, by the end of the file's name. */
const WRITERS = {
  ".svg": (snapshot: OverlaySnapshot, about: Caption): string =>
    drawPicture(snapshot, { ...about, layout: about.layout }),
  ".gexf": (snapshot: OverlaySnapshot, about: Caption): string => writeGexf(snapshot, about.title),
  ".graphml": (snapshot: OverlaySnapshot, about: Caption): string =>
    writeGraphMl(snapshot, about.title),
} as const;

type FileEnding = keyof typeof WRITERS;

interface Caption {
  readonly title: string;
  readonly timeMicros: number;
  readonly layout: PictureLayout;
}

/** Reads `FILE.svg[@TIME]`. Throws `UsageError` for another ending, and for what is no time of the run. */
export function parsePictureOption(text: string, endMicros: number): OverlayFileOptions {
  return parseOverlayFile("--picture", text, { endings: [".svg"], endMicros });
}

/** Reads `FILE.gexf[@TIME]` or `FILE.graphml[@TIME]`. Throws `UsageError`. */
export function parseGraphOption(text: string, endMicros: number): OverlayFileOptions {
  return parseOverlayFile("--graph", text, { endings: [".gexf", ".graphml"], endMicros });
}

function parseOverlayFile(
  option: string,
  text: string,
  { endings, endMicros }: { readonly endings: readonly FileEnding[]; readonly endMicros: number },
): OverlayFileOptions {
  const expected = endings.map((ending) => `FILE${ending}[@TIME]`).join(" or ");
  const ending = endings.find((one) => text.endsWith(one));
  if (ending !== undefined) return { path: text, atMicros: null, overlay: null };
  const at = text.lastIndexOf("@");
  const path = text.slice(0, Math.max(at, 0));
  if (!endings.some((one) => path.endsWith(one))) {
    const example = `overlay${endings[0] ?? ""}@30s`;
    throw new UsageError(option, text, expected, `write for instance ${example}`);
  }
  const atMicros = parseTime(option, text, text.slice(at + 1));
  if (atMicros <= endMicros) return { path, atMicros, overlay: null };
  // The end of the run under the name of a later time would show what never was.
  throw new UsageError(
    option,
    text,
    `a time up to ${formatDuration(endMicros)} after @, the end of the run`,
    "write an earlier time, or none for the end",
  );
}

function parseTime(option: string, text: string, time: string): number {
  try {
    return parseDurationMicros(time);
  } catch (error) {
    if (!(error instanceof UnitError)) throw error;
    throw new UsageError(option, text, `${error.expected} after @`, error.remedy);
  }
}

export interface OverlayFileWriterOptions {
  readonly file: OverlayFileOptions;
  readonly layout: PictureLayout;
  readonly scenarioName: string;
  readonly view: RunView;
  readonly tracker: OverlayTracker;
  /** When to look where no time was given: the last instant before the network is shut down, or the run's end. */
  readonly lastMicros: number;
  /** Writes the file; throws when that fails. */
  readonly write: (path: string, text: string) => void;
}

/** Writes one file when virtual time passes its instant. */
export class OverlayFileWriter implements Sampler {
  nextSampleMicros: number;
  readonly #options: OverlayFileWriterOptions;
  #isWritten = false;

  constructor(options: OverlayFileWriterOptions) {
    this.#options = options;
    this.nextSampleMicros = options.file.atMicros ?? options.lastMicros;
  }

  sampleAt(timeMicros: number): void {
    this.nextSampleMicros = NEVER;
    this.#isWritten = true;
    const { file, view, tracker, layout, scenarioName, write } = this.#options;
    const overlay = this.#overlayName();
    const snapshot = snapshotOverlay(tracker, overlay, (index) => ({
      name: view.nodeName(index),
      className: view.className(index),
      region: view.regionName(index),
    }));
    const title = `${scenarioName}, ${overlay}`;
    write(file.path, writerOf(file.path)(snapshot, { title, timeMicros, layout }));
  }

  /** A run that ended before the instant is written as it ended: whoever asked for a file gets one. */
  finish(endMicros: number): void {
    if (!this.#isWritten) this.sampleAt(endMicros);
  }

  #overlayName(): string {
    const { file, tracker } = this.#options;
    const names = tracker.overlayNames();
    if (file.overlay === null) return names[0] ?? "overlay";
    if (names.includes(file.overlay)) return file.overlay;
    const meant = didYouMean(file.overlay, names);
    const known = names.length === 0 ? "the run has none" : `the run has ${names.join(", ")}`;
    throw new UsageError("--overlay", file.overlay, "the name of an overlay", meant || known);
  }
}

function writerOf(path: string): (typeof WRITERS)[FileEnding] {
  if (path.endsWith(".svg")) return WRITERS[".svg"];
  return path.endsWith(".gexf") ? WRITERS[".gexf"] : WRITERS[".graphml"];
}
