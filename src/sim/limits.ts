// What a run may take before it is stopped with a clear error, instead of filling the machine.

import { TIME_MICROS_MAX } from "./event-queue.js";

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

const PENDING_REMEDY = "Look for a storm of messages or timers, or raise the limit.";

/** Watches over the limits of one run: every check throws `LimitError` where one is reached. */
export class LimitWatch {
  readonly #limits: Limits;
  readonly #heapBytes: (() => number) | null;
  /** What the run and the queue both allow. */
  readonly #timeMicrosMax: number;

  /** `heapBytes` tells the bytes of the heap in use, where the platform can. */
  constructor(limits: Partial<Limits>, heapBytes?: () => number) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
    this.#heapBytes = heapBytes ?? null;
    this.#timeMicrosMax = Math.min(this.#limits.timeMicrosMax, TIME_MICROS_MAX);
  }

  /** Before a node is declared: with it there are `nodeCount`. */
  checkNodes(nodeCount: number, nowMicros: number): void {
    if (nodeCount <= this.#limits.nodesMax) return;
    throw this.#error("nodesMax", nowMicros, "Declare fewer nodes, or raise the limit.");
  }

  /** Before each event. */
  checkEvent(eventCount: number, timeMicros: number, pendingCount: number): void {
    const limits = this.#limits;
    if (eventCount > limits.eventsMax) {
      const remedy = "Shorten the run or look for a storm of messages, or raise it.";
      throw this.#error("eventsMax", timeMicros, remedy);
    }
    if (timeMicros > this.#timeMicrosMax) {
      throw this.#error("timeMicrosMax", timeMicros, "End the run earlier, or raise the limit.");
    }
    if (pendingCount > limits.pendingMax) {
      throw this.#error("pendingMax", timeMicros, PENDING_REMEDY);
    }
  }

  /** Now and then: what takes a while to find out. */
  checkMemory(pendingCount: number, timeMicros: number): void {
    const limits = this.#limits;
    if (pendingCount > limits.pendingMax) {
      throw this.#error("pendingMax", timeMicros, PENDING_REMEDY);
    }
    if (this.#heapBytes !== null && this.#heapBytes() > limits.heapBytesMax) {
      const remedy = "Run fewer nodes, look for what grows, or raise the limit.";
      throw this.#error("heapBytesMax", timeMicros, remedy);
    }
  }

  #error(limit: keyof Limits, timeMicros: number, remedy: string): LimitError {
    return new LimitError(limit, this.#limits[limit], timeMicros, remedy);
  }
}
