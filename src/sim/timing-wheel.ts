// One wheel of the event queue: a circle of bucket lists and a bitmap of those that are not empty. It knows
// buckets and first rows, and nothing of events.

/** The first row of an empty bucket. */
export const NO_ROW = -1;

/** One wheel: a circle of bucket lists and a bitmap of those that are not empty. */
export class TimingWheel {
  readonly heads: Int32Array;
  readonly occupied: Uint32Array;
  readonly mask: number;
  occupiedBuckets = 0;

  constructor(
    readonly widthMicros: number,
    readonly size: number,
  ) {
    this.heads = new Int32Array(size).fill(NO_ROW);
    this.occupied = new Uint32Array(size / 32);
    this.mask = size - 1;
  }

  /** Notes that a bucket has its first event. */
  mark(bucket: number): void {
    this.occupied[bucket >>> 5]! |= 1 << (bucket & 31);
    this.occupiedBuckets++;
  }

  /** Notes that a bucket has lost its last event. */
  clear(bucket: number): void {
    this.occupied[bucket >>> 5]! &= ~(1 << (bucket & 31));
    this.occupiedBuckets--;
  }

  /** Forgets all events. */
  empty(): void {
    this.heads.fill(NO_ROW);
    this.occupied.fill(0);
    this.occupiedBuckets = 0;
  }

  /** Distance from bucket `from` (inclusive) to the first occupied one, going round; -1 when all are empty. */
  distanceToOccupied(from: number): number {
    if (this.occupiedBuckets === 0) return -1;
    const { occupied, mask } = this;
    const words = occupied.length;
    let word = from >>> 5;
    let bits = occupied[word]! & (0xffffffff << (from & 31));
    for (let step = 0; step <= words; step++) {
      if (bits !== 0) {
        const bucket = (word << 5) + (31 - Math.clz32(bits & -bits));
        return (bucket - from) & mask;
      }
      word = (word + 1) % words;
      bits = occupied[word]!;
    }
    return -1;
  }
}
