// What a checker is: a streaming consumer of records that ends with a verdict. It never schedules an event and never
// reads a protocol's fields, so the same checker judges simulated and live runs.

import type { RecordSink } from "../../trace/record.js";
import type { TraceLine } from "../../trace/trace-line.js";

/**
 * Something that looks at the run at instants of virtual time. The run calls `sampleAt` when virtual time is about
 * to pass an instant: after every event up to it and itself, before the first event after it.
 */
export interface Sampler {
  /** The next instant at which it wants to look; `Infinity` for none. Rises with every `sampleAt`. */
  readonly nextSampleMicros: number;
  sampleAt(timeMicros: number): void;
}

/** What a checker found. Its fields are part of the report, a public interface. */
export interface CheckResult {
  /** Name of the expectation. */
  readonly name: string;
  readonly holds: boolean;
  /** What was seen, in words and numbers. */
  readonly observed: string;
  /** What was wanted, in the same words. */
  readonly expected: string;
  /** The first record that broke it; absent when it holds or when no record did (something never came). */
  readonly firstBreak?: TraceLine;
  /** Nodes by name that it concerns: who did not stop, who is missing. At most `NAMES_MAX`. */
  readonly concerned?: readonly string[];
}

/** Judges one expectation. */
export interface Checker extends RecordSink, Sampler {
  /**
   * Virtual time is about to pass to `timeMicros`: called before anyone sees the first record of a later instant, so
   * that what it asks trackers for is the state at the end of the instant before. Times never fall.
   */
  passTo(timeMicros: number): void;
  /** Ends the observation: every record up to `endMicros` has been seen. Called once. */
  finish(endMicros: number): CheckResult;
}

/** How many node names a result lists at most: enough to find the cause, little enough to read. */
export const NAMES_MAX = 20;

/** The value of `nextSampleMicros` for whoever does not sample. */
export const NEVER = Infinity;
