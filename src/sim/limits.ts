// What a run may take before it is stopped with a clear error, instead of filling the machine.

/** The limits of a run. Each is a number that no sensible run reaches; raising one costs what it bounds. */
export interface Limits {
  /** Events executed. A counter of an origin has 32 bits, so never more than 2^32 − 1. */
  readonly eventsMax: number;
  /** Declared nodes. Each costs about a kilobyte once started. */
  readonly nodesMax: number;
  /** Pending events: messages in flight and timers. Each costs about 80 bytes and its message. */
  readonly pendingMax: number;
  /** Virtual time. */
  readonly timeMicrosMax: number;
  /** Bytes of the heap, as far as whoever runs the simulation can tell. */
  readonly heapBytesMax: number;
}

/** Limits that suit one run on a workstation. */
export const DEFAULT_LIMITS: Limits = {
  eventsMax: 4_000_000_000,
  nodesMax: 2_000_000,
  pendingMax: 50_000_000,
  timeMicrosMax: 400 * 24 * 3_600_000_000,
  heapBytesMax: 16 * 1024 ** 3,
};

/** A run reached one of its limits. */
export class LimitError extends Error {
  override readonly name = "LimitError";

  constructor(
    /** Which one. */
    readonly limit: keyof Limits,
    /** What it was set to. */
    readonly value: number,
    /** Virtual time at which it was reached. */
    readonly timeMicros: number,
    remedy: string,
  ) {
    super(
      `The run was stopped at ${timeMicros / 1e6} s of virtual time: it reached the limit ` +
        `${limit} = ${value}. ${remedy}`,
    );
  }
}
