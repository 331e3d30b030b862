// A run that a handler, the guard or a bug stopped: with the virtual time at which it happened, which whoever looks
// for the reason needs first.

import { DeterminismError } from "../sim/guard.js";
import { HandlerError } from "../protocol/handler-error.js";
import { StateError } from "../protocol/plain-state.js";
import { WorkerError } from "../scenarios/node-worker-process.js";
import { InvariantError } from "../trace/invariant.js";

/** Something stopped a run. `cause` is what. */
export class RunFailure extends Error {
  override readonly name = "RunFailure";

  constructor(
    override readonly cause: Error,
    readonly timeMicros: number,
  ) {
    super(`At ${timeMicros / 1e6} s of virtual time: ${cause.message}`, { cause });
  }
}

/** Adds the time to what happened inside the run; files and wrong usage fail at no virtual time. */
export function asRunFailure(thrown: unknown, timeMicros: number): unknown {
  const isInside =
    thrown instanceof HandlerError ||
    thrown instanceof DeterminismError ||
    thrown instanceof InvariantError ||
    thrown instanceof WorkerError ||
    thrown instanceof StateError;
  return isInside ? new RunFailure(thrown, timeMicros) : thrown;
}
