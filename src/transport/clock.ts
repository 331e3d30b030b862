// The contract of a node's time. A pending timer is data, never a closure: that is what lets a run be
// cut at any event, saved, and continued in another process.

/** What a timer may carry: plain data. */
export type TimerArgument =
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | { readonly id: string; readonly address: string }
  | readonly TimerArgument[];

/** Names one pending timer. Opaque; a handle that has fired or was cleared is never reused for another. */
export type TimerHandle = number;

/** A node's clock. In simulation it is virtual, and may run fast, slow or apart from the others'. */
export interface Clock {
  /** Whole microseconds on this node's clock. Never goes backwards. */
  nowMicros(): number;
  /**
   * Calls the owner's `onTimer(kind, argument)` once, when `delayMicros` have passed on this clock and
   * never before. A delay of zero or less fires as soon as possible, yet always after the running
   * handler has returned.
   */
  setTimer(delayMicros: number, kind: string, argument?: TimerArgument): TimerHandle;
  /** Takes a pending timer back: it never fires. Does nothing for one that fired or was cleared. */
  clearTimer(handle: TimerHandle): void;
}

/** Whoever owns a clock: told of its timers. */
export interface TimerHandler {
  onTimer(kind: string, argument: TimerArgument | undefined): void;
}

/** A clock as a world hands it to a node: the node says once who is told. */
export interface HostClock extends Clock {
  listen(handler: TimerHandler): void;
}
