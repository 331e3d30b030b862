// How a run is watched. None of these options changes what happens: two runs that differ only here have the
// same digest. What changes the run (seed, nodes, length, parameters) is in the scenario.

import type { PictureLayout } from "../analysis/picture.js";
import type { LogFilter } from "./log-filter.js";

/** A picture or a graph file of an overlay, written at one instant. */
export interface OverlayFileOptions {
  readonly path: string;
  /** Virtual time of the picture; null for the end of the run. */
  readonly atMicros: number | null;
  /** Which overlay; null for the first that appears. */
  readonly overlay: string | null;
}

/** Which records a trace keeps, by name; empty lists for all. */
export interface TraceRestriction {
  /** As it was asked for. */
  readonly text: string;
  readonly kinds: readonly string[];
  readonly nodes: readonly string[];
  readonly spans: readonly { readonly startMicros: number; readonly endMicros: number }[];
}

/** Options that only look. */
export interface LookOptions {
  /** The trace, or null: in its own format when the name ends in `.mcap`, as JSON Lines otherwise. */
  readonly traceFile: string | null;
  /** Which records the trace keeps; null for all. */
  readonly traceOnly: TraceRestriction | null;
  /** Whether the trace has what messages say. */
  readonly traceContents: boolean;
  /** Whether somebody follows the trace while the run goes on: it is written once a second of real time. */
  readonly isWatched: boolean;
  /** How much virtual time a flight recorder keeps; null for a whole trace. */
  readonly flightRecorderMicros: number | null;
  /** JSON report, or null. */
  readonly reportFile: string | null;
  readonly log: LogFilter | null;
  readonly pictures: readonly OverlayFileOptions[];
  readonly graphs: readonly OverlayFileOptions[];
  /** How pictures place the nodes. */
  readonly layout: PictureLayout;
  /** Whether progress is drawn; only ever on a terminal. */
  readonly showsProgress: boolean;
  /** Whether the digest is computed: off only in a browser, where it costs five times as much. */
  readonly digests: boolean;
}
