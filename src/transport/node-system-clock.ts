// The clock of a live node: real time since an epoch that the nodes of a run share, and timers as data.
//
// Timers are a heap of our own behind one timer of Node.js: those fire up to a millisecond early and in the order of
// their whole milliseconds, while the contract promises microseconds, never early, in order.

import { clearImmediate, clearTimeout, setImmediate, setTimeout } from "node:timers";

import type { HostClock, TimerArgument, TimerHandle, TimerHandler } from "./clock.js";
import { monotonicMicros } from "./node-monotonic-time.js";

interface PendingTimer {
  readonly handle: TimerHandle;
  readonly dueMicros: number;
  readonly kind: string;
  readonly argument: TimerArgument | undefined;
  isCleared: boolean;
}

/** The longest that a timer of Node.js waits: 2^31 − 1 ms. */
const WAIT_MILLIS_MAX = 2 ** 31 - 1;
/** Cleared timers that are kept until they are as many as the others. */
const CLEARED_MIN = 64;
/** Handle of a timer that was never set. */
const NO_TIMER = 0;

/** Real time for one node. */
export class SystemClock implements HostClock {
  readonly #epochMicros: number;
  #handler: TimerHandler | null = null;
  /** Ordered as a binary heap by due time, then by handle. */
  #heap: PendingTimer[] = [];
  readonly #pending = new Map<TimerHandle, PendingTimer>();
  #clearedCount = 0;
  #lastHandle = NO_TIMER;
  #wakeMicros = Infinity;
  #timeout: NodeJS.Timeout | null = null;
  #immediate: NodeJS.Immediate | null = null;
  #isStopped = false;

  /** `epochMicros` is what `SystemClock.machineMicros` gave at the beginning of the run; the present unless given. */
  constructor(epochMicros: number = monotonicMicros()) {
    this.#epochMicros = epochMicros;
  }

  /** The machine's time, from which epochs are taken: the same in all its processes. */
  static machineMicros(): number {
    return monotonicMicros();
  }

  listen(handler: TimerHandler): void {
    this.#handler = handler;
  }

  nowMicros(): number {
    return Math.max(0, monotonicMicros() - this.#epochMicros);
  }

  setTimer(delayMicros: number, kind: string, argument?: TimerArgument): TimerHandle {
    if (Number.isNaN(delayMicros)) {
      throw new RangeError(
        `Timer ${kind} has a delay of ${delayMicros}; it must be a number of µs`,
      );
    }
    if (this.#isStopped) return NO_TIMER;
    const dueMicros = monotonicMicros() + Math.max(0, Math.ceil(delayMicros));
    const handle = ++this.#lastHandle;
    const timer: PendingTimer = { handle, dueMicros, kind, argument, isCleared: false };
    this.#pending.set(handle, timer);
    this.#insert(timer);
    this.#wakeFor(this.#heap[0]!.dueMicros);
    return handle;
  }

  clearTimer(handle: TimerHandle): void {
    const timer = this.#pending.get(handle);
    if (timer === undefined) return;
    this.#pending.delete(handle);
    timer.isCleared = true;
    this.#clearedCount++;
    // A protocol that sets and clears far-off timers all the time must not fill the heap with them.
    if (this.#clearedCount > CLEARED_MIN && this.#clearedCount * 2 > this.#heap.length) {
      this.#clearedCount = 0;
      this.#heap = [...this.#pending.values()].sort(compareTimers);
    }
  }

  /** Ends the clock with its node: nothing fires any more, and timers that are set never will. Idempotent. */
  stop(): void {
    this.#isStopped = true;
    this.#pending.clear();
    this.#heap = [];
    this.#sleep();
  }

  /** Makes sure of being woken at that time, or soon after. */
  #wakeFor(dueMicros: number): void {
    if (dueMicros >= this.#wakeMicros) return;
    this.#sleep();
    this.#wakeMicros = dueMicros;
    const waitMicros = dueMicros - monotonicMicros();
    if (waitMicros <= 0) {
      this.#immediate = setImmediate(() => {
        this.#fireDue();
      });
      return;
    }
    const waitMillis = Math.min(Math.ceil(waitMicros / 1000), WAIT_MILLIS_MAX);
    this.#timeout = setTimeout(() => {
      this.#fireDue();
    }, waitMillis);
  }

  #sleep(): void {
    this.#wakeMicros = Infinity;
    if (this.#timeout !== null) clearTimeout(this.#timeout);
    if (this.#immediate !== null) clearImmediate(this.#immediate);
    this.#timeout = this.#immediate = null;
  }

  /** Fires what is due now; what its handlers set comes later, even without a delay. */
  #fireDue(): void {
    this.#sleep();
    const nowMicros = monotonicMicros();
    const lastHandle = this.#lastHandle;
    try {
      while (this.#heap.length > 0) {
        const first = this.#heap[0]!;
        if (!first.isCleared && (first.dueMicros > nowMicros || first.handle > lastHandle)) break;
        this.#removeFirst();
        if (first.isCleared) {
          this.#clearedCount = Math.max(0, this.#clearedCount - 1);
          continue;
        }
        this.#pending.delete(first.handle);
        this.#handler?.onTimer(first.kind, first.argument);
      }
    } finally {
      // Also when a handler throws: the others' timers are not its to lose.
      if (this.#heap.length > 0) this.#wakeFor(this.#heap[0]!.dueMicros);
    }
  }

  #insert(timer: PendingTimer): void {
    const heap = this.#heap;
    let index = heap.push(timer) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (compareTimers(heap[parent]!, timer) <= 0) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = timer;
  }

  #removeFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && compareTimers(heap[child + 1]!, heap[child]!) < 0) child++;
      if (compareTimers(last, heap[child]!) <= 0) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
  }
}

function compareTimers(a: PendingTimer, b: PendingTimer): number {
  return a.dueMicros - b.dueMicros || a.handle - b.handle;
}
