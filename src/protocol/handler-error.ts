// A protocol's handler failed. Names where, so that the author of the protocol need not search.

import { InvariantError } from "../trace/invariant.js";

/** Where a handler runs. */
export interface HandlerPlace {
  /** Name of the node. */
  readonly node: string;
  /** Slot of the protocol. */
  readonly slot: string;
  /** Name of the method, as `onMessage`. */
  readonly handler: string;
}

/** Something was thrown or returned by a protocol that must not be. `cause` is what was thrown. */
export class HandlerError extends Error {
  override readonly name = "HandlerError";
  readonly node: string;
  readonly slot: string;
  readonly handler: string;

  constructor({ node, slot, handler }: HandlerPlace, problem: string, cause?: unknown) {
    super(`Protocol ${slot} of node ${node}, in ${handler}: ${problem}`, { cause });
    this.node = node;
    this.slot = slot;
    this.handler = handler;
  }
}

/** What a dispatcher throws on for something that a handler threw: our own broken rules pass unchanged. */
export function asHandlerError(thrown: unknown, place: HandlerPlace): Error {
  if (thrown instanceof HandlerError || thrown instanceof InvariantError) return thrown;
  return new HandlerError(place, problemOf(thrown), thrown);
}

/** How engines say that a frozen object was to be changed. */
const FROZEN = /read.?only|not extensible|Cannot delete property|frozen|not configurable/iu;

function problemOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return `threw ${String(thrown)}`;
  // The guard's error names the place as well, and less of it: what is wrong is told once.
  if ("problem" in thrown && typeof thrown.problem === "string") return thrown.problem;
  if (thrown instanceof TypeError && FROZEN.test(thrown.message)) {
    return (
      `${thrown.message}: a message is frozen once it was sent, since its receivers hold the same ` +
      "object; make a new one"
    );
  }
  return thrown.message;
}

/** The error for a handler that returned something. */
export function returnedSomething(returned: unknown, place: HandlerPlace): HandlerError {
  const isPromise = typeof returned === "object" && returned !== null && "then" in returned;
  // What becomes of it is of no interest any more: without this, a rejection would end the process on its own.
  if (isPromise) Promise.resolve(returned).catch(() => undefined);
  return new HandlerError(
    place,
    isPromise
      ? "returned a promise; handlers are synchronous, since virtual time cannot wait: set a timer instead"
      : `returned a ${typeof returned}; expected nothing`,
  );
}
