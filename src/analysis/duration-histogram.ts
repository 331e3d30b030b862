// Quantiles of durations in constant memory: counts in buckets whose width grows with what they hold, so that each value
// is known to one part in 256. The layout is that of HdrHistogram (G. Tene), with integer arithmetic alone, so that
// every machine gives the same numbers.

/** Buckets for each doubling: half of them wide is as far as a value is from its bucket's middle. */
const BUCKETS_A_DOUBLING = 128;
/** Below this each whole number has a bucket of its own. */
const EXACT_BELOW = 2 * BUCKETS_A_DOUBLING;
/** The longest time that the numbers of a run can say. */
const LARGEST = Number.MAX_SAFE_INTEGER;

/** Counts durations: whole numbers from 0 to `Number.MAX_SAFE_INTEGER`, in one unit. */
export class DurationHistogram {
  /** By bucket; those that hold long durations are made when one comes. */
  #counts = new Float64Array(EXACT_BELOW);
  #count = 0;

  add(duration: number): void {
    const bucket = bucketOf(Math.min(LARGEST, Math.max(0, duration)));
    if (bucket >= this.#counts.length) {
      const grown = new Float64Array(Math.max(bucket + 1, 2 * this.#counts.length));
      grown.set(this.#counts);
      this.#counts = grown;
    }
    this.#counts[bucket]!++;
    this.#count++;
  }

  /** The duration of the given rank, from 0 to 1, to one part in 256 (nearest rank); null of none. */
  quantile(share: number): number | null {
    if (this.#count === 0) return null;
    const rank = Math.max(1, Math.ceil(share * this.#count));
    let passed = 0;
    for (const [bucket, count] of this.#counts.entries()) {
      passed += count;
      if (passed >= rank) return middleOf(bucket);
    }
    return null;
  }
}

function bucketOf(duration: number): number {
  let shift = 0;
  let left = Math.floor(duration);
  while (left >= EXACT_BELOW) {
    left = Math.floor(left / 2);
    shift++;
  }
  return shift * BUCKETS_A_DOUBLING + left;
}

function middleOf(bucket: number): number {
  if (bucket < EXACT_BELOW) return bucket;
  const shift = Math.floor(bucket / BUCKETS_A_DOUBLING) - 1;
  let width = 1;
  for (let i = 0; i < shift; i++) width *= 2;
  return (bucket - shift * BUCKETS_A_DOUBLING) * width + width / 2;
}
