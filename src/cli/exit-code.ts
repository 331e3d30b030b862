// What the program answers to its caller, and what it says about errors: people get sentences, never a stack
// trace, unless the fault is ours.

import { HandlerError } from "../protocol/handler-error.js";
import { StateError } from "../protocol/plain-state.js";
import { LiveScenarioError } from "../scenarios/live-refusal.js";
import { LiveNodeError } from "../scenarios/node-live-host.js";
import { WorkerOverrunError } from "../scenarios/node-live-worker.js";
import { WorkerError } from "../scenarios/node-worker-process.js";
import { ScenarioError } from "../scenarios/scenario-error.js";
import { DeterminismError } from "../sim/guard.js";
import { LimitError } from "../sim/limits.js";
import type { Limits } from "../sim/limits.js";
import { TraceDamageError } from "../trace/native/byte-reader.js";
import { TraceFileError } from "../trace/trace-file-error.js";
import { codePlace } from "./code-place.js";
import { OutputFileError } from "./output-file.js";
import { RunFailure } from "./run-failure.js";
import { UsageError } from "./usage-error.js";

/** Exit codes, a public interface. */
export const ExitCode = {
  /** Every expectation holds. */
  ok: 0,
  /** An expectation failed, a protocol broke a rule, or a limit stopped the run. */
  failed: 1,
  /** Wrong usage or scenario, or a file that cannot be read or written. */
  usage: 2,
  /** Peerscape's own invariant broke. */
  broken: 3,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** The exit code for an error, and what to print of it. */
export function explainError(error: unknown): { readonly code: number; readonly text: string } {
  if (
    error instanceof ScenarioError ||
    error instanceof UsageError ||
    error instanceof LiveScenarioError ||
    error instanceof OutputFileError ||
    error instanceof TraceFileError ||
    error instanceof TraceDamageError
  ) {
    return { code: ExitCode.usage, text: `${error.message}\n` };
  }
  if (error instanceof LiveNodeError || error instanceof WorkerOverrunError) {
    return { code: ExitCode.failed, text: `${error.message}\n` };
  }
  if (error instanceof WorkerError) {
    return { code: error.code, text: `${error.message}\n` };
  }
  if (error instanceof LimitError) {
    return { code: ExitCode.failed, text: `${error.message}${howToSet(error)}\n` };
  }
  if (
    error instanceof HandlerError ||
    error instanceof DeterminismError ||
    error instanceof StateError
  ) {
    return { code: ExitCode.failed, text: `${error.message}\n${codePlace(error)}` };
  }
  if (error instanceof RunFailure) {
    const { cause, timeMicros } = error;
    const { code, text } = explainError(cause);
    return { code, text: `At ${timeMicros / 1e6} s of virtual time: ${text}` };
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    code: ExitCode.broken,
    text: `Peerscape is at fault here, not you. Please report this:\n${stack}\n`,
  };
}

const LIMIT_OPTIONS: Partial<Record<keyof Limits, string>> = {
  eventsMax: "--events-max",
  pendingMax: "--pending-max",
  heapBytesMax: "--heap-max",
};

/** The option by which a limit is raised, where there is one. */
function howToSet({ limit }: LimitError): string {
  const option = LIMIT_OPTIONS[limit];
  return option === undefined ? "" : ` The option is ${option}.`;
}
