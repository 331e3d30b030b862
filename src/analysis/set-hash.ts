// A hash of a set that does not depend on the order in which it came together: the sum of 64 mixed bits a
// member. Two nodes know the same peers when their counts and hashes are equal, which takes no comparison
// of lists; by chance it errs once in 2^64 pairs of sets.

const TWO_TO_32 = 4294967296;
const TWENTY_ONE_BITS = 0x1fffff;

/** The order-free hash of a set of node indexes, in two 32-bit halves. Adding and removing are inverse. */
export class SetHash {
  high = 0;
  low = 0;

  /** Adds a node that is not in the set. */
  add(index: number): void {
    this.high = (this.high + highBits(index)) | 0;
    this.low = (this.low + lowBits(index)) | 0;
  }

  /** Removes a node that is in the set. */
  remove(index: number): void {
    this.high = (this.high - highBits(index)) | 0;
    this.low = (this.low - lowBits(index)) | 0;
  }

  /** Back to the hash of the empty set. */
  clear(): void {
    this.high = 0;
    this.low = 0;
  }

  /** Whether both are hashes of the same set. */
  equals(other: SetHash): boolean {
    return this.high === other.high && this.low === other.low;
  }

  /** The hash of the set with one node added, cut to 53 bits: a key for maps. */
  keyWith(index: number): number {
    return toKey(this.high + highBits(index), this.low + lowBits(index));
  }

  /** The hash cut to 53 bits: a key for maps. */
  key(): number {
    return toKey(this.high, this.low);
  }
}

function toKey(high: number, low: number): number {
  return (high & TWENTY_ONE_BITS) * TWO_TO_32 + (low >>> 0);
}

function highBits(index: number): number {
  return scramble((index ^ 0x5bd1e995) | 0);
}

function lowBits(index: number): number {
  return scramble(Math.imul(index, 0x9e3779b1) ^ 0x27d4eb2f);
}

/** The murmur3 finaliser: a bijection of 32 bits in which every input bit moves every output bit. */
function scramble(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
