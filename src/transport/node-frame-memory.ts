// The memory of frames that have begun, over all connections of a node. Each frame has a limit of its own; peers that
// each begin one and never end it would take as much of them as there are connections.

import { invariant } from "../trace/invariant.js";

/** Someone who keeps a frame in parts. */
export interface FrameKeeper {
  /** Of all who keep frames it keeps the most, and all together keep too much: it is to give its frame up. */
  onMemoryOver(): void;
}

export class FrameMemory {
  readonly #bytesMax: number;
  readonly #kept = new Map<FrameKeeper, number>();
  #bytes = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Bytes that all frames take which have begun and not ended. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Before a keeper takes so much for its frame, in all. Whoever keeps the most is told to give up until it fits. */
  keep(keeper: FrameKeeper, byteCount: number): void {
    this.release(keeper);
    this.#kept.set(keeper, byteCount);
    this.#bytes += byteCount;
    while (this.#bytes > this.#bytesMax) this.#largest().onMemoryOver();
  }

  /** Its frame has ended, or is given up. */
  release(keeper: FrameKeeper): void {
    this.#bytes -= this.#kept.get(keeper) ?? 0;
    this.#kept.delete(keeper);
  }

  /** Takes the largest away and answers whose it was. */
  #largest(): FrameKeeper {
    let [largest, most] = [null as FrameKeeper | null, -1];
    for (const [keeper, byteCount] of this.#kept) {
      if (byteCount > most) [largest, most] = [keeper, byteCount];
    }
    invariant(largest !== null, "memory that is over its limit is kept by someone");
    this.release(largest);
    return largest;
  }
}
