// Sorts the events of one opened bucket by key. Keys lie in dense arrays beside the slots they belong to, so
// that comparing touches no event: with a million pending events that is what keeps the sort in the cache.

/** Below this length insertion sort wins: measured flat between 12 and 32. */
const INSERTION_MAX = 24;

/** The arrays of one run of events: the key in two parts, and the slot it belongs to. */
export class KeyedSlots {
  /** Time within the bucket × 2^32 + origin: exact in a double, since a bucket is 16 µs wide. */
  major: Float64Array;
  /** The origin's counter. */
  minor: Uint32Array;
  slots: Int32Array;

  constructor(capacity: number) {
    this.major = new Float64Array(capacity);
    this.minor = new Uint32Array(capacity);
    this.slots = new Int32Array(capacity);
  }

  get capacity(): number {
    return this.slots.length;
  }

  /** Doubles the capacity until it is at least `needed`, keeping the contents. */
  grow(needed: number): void {
    let capacity = this.capacity;
    while (capacity < needed) capacity *= 2;
    if (capacity === this.capacity) return;
    const { major, minor, slots } = this;
    this.major = new Float64Array(capacity);
    this.minor = new Uint32Array(capacity);
    this.slots = new Int32Array(capacity);
    this.major.set(major);
    this.minor.set(minor);
    this.slots.set(slots);
  }
}

/** Sorts the first `length` entries of `run` by (major, minor). `scratch` is overwritten. */
export function sortKeyedSlots(run: KeyedSlots, length: number, scratch: KeyedSlots): void {
  if (length <= INSERTION_MAX) {
    insertionSort(run, 0, length);
    return;
  }
  for (let start = 0; start < length; start += INSERTION_MAX) {
    insertionSort(run, start, Math.min(start + INSERTION_MAX, length));
  }
  scratch.grow(length);
  let from = run;
  let to = scratch;
  for (let width = INSERTION_MAX; width < length; width *= 2) {
    for (let start = 0; start < length; start += 2 * width) {
      merge(from, to, start, Math.min(start + width, length), Math.min(start + 2 * width, length));
    }
    [from, to] = [to, from];
  }
  if (from === run) return;
  run.major.set(from.major.subarray(0, length));
  run.minor.set(from.minor.subarray(0, length));
  run.slots.set(from.slots.subarray(0, length));
}

function insertionSort({ major, minor, slots }: KeyedSlots, start: number, end: number): void {
  for (let i = start + 1; i < end; i++) {
    const keyMajor = major[i]!;
    const keyMinor = minor[i]!;
    const slot = slots[i]!;
    let j = i - 1;
    while (
      j >= start &&
      (major[j]! > keyMajor || (major[j]! === keyMajor && minor[j]! > keyMinor))
    ) {
      major[j + 1] = major[j]!;
      minor[j + 1] = minor[j]!;
      slots[j + 1] = slots[j]!;
      j--;
    }
    major[j + 1] = keyMajor;
    minor[j + 1] = keyMinor;
    slots[j + 1] = slot;
  }
}

/** Merges the sorted runs [start, middle) and [middle, end) of `from` into the same place of `to`. */
function merge(from: KeyedSlots, to: KeyedSlots, start: number, middle: number, end: number): void {
  let left = start;
  let right = middle;
  for (let at = start; at < end; at++) {
    const takeLeft =
      right >= end ||
      (left < middle &&
        (from.major[left]! < from.major[right]! ||
          (from.major[left] === from.major[right] && from.minor[left]! < from.minor[right]!)));
    const source = takeLeft ? left++ : right++;
    to.major[at] = from.major[source]!;
    to.minor[at] = from.minor[source]!;
    to.slots[at] = from.slots[source]!;
  }
}
