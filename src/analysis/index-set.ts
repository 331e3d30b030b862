// A set of node indexes in one typed array: four to eleven bytes a member, where a Set takes forty. A
// network with full membership holds n² of these, and that is what decides how large it may be.

const EMPTY = -1;
/** Capacities are powers of two, so that a hash is cut to a slot by a mask. */
const CAPACITY_MIN = 8;

/** A set of whole numbers from 0 to 2^31 - 1: open addressing, linear probing, at most 3/4 full. */
export class IndexSet {
  #slots = new Int32Array(CAPACITY_MIN).fill(EMPTY);
  #size = 0;

  /** How many members it has. */
  get size(): number {
    return this.#size;
  }

  /** Whether `index` is a member. */
  has(index: number): boolean {
    return this.#slots[this.#find(index)] === index;
  }

  /** Adds a member; false when it was one already. */
  add(index: number): boolean {
    const slot = this.#find(index);
    if (this.#slots[slot] === index) return false;
    this.#slots[slot] = index;
    this.#size++;
    if (this.#size * 4 > this.#slots.length * 3) this.#resize(this.#slots.length * 2);
    return true;
  }

  /** Removes a member; false when it was none. */
  delete(index: number): boolean {
    const slot = this.#find(index);
    if (this.#slots[slot] !== index) return false;
    this.#closeGap(slot);
    this.#size--;
    if (this.#slots.length > CAPACITY_MIN && this.#size * 8 < this.#slots.length) {
      this.#resize(this.#slots.length / 2);
    }
    return true;
  }

  /** Calls `visit` with each member, in an order that depends on nothing but the calls made so far. */
  forEach(visit: (index: number) => void): void {
    for (const index of this.#slots) if (index !== EMPTY) visit(index);
  }

  /** The members in ascending order. */
  toSorted(): Int32Array {
    return this.#slots.filter((index) => index !== EMPTY).sort();
  }

  /** The slot that holds `index`, or the empty slot where it belongs. */
  #find(index: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = home(index, mask);
    while (slots[slot] !== EMPTY && slots[slot] !== index) slot = (slot + 1) & mask;
    return slot;
  }

  /** Empties a slot and moves back those behind it that it had pushed away, so that no search stops short. */
  #closeGap(gap: number): void {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let slot = gap;
    for (;;) {
      slot = (slot + 1) & mask;
      const index = slots[slot]!;
      if (index === EMPTY) break;
      const displaced = (slot - home(index, mask)) & mask;
      if (displaced >= ((slot - gap) & mask)) {
        slots[gap] = index;
        gap = slot;
      }
    }
    slots[gap] = EMPTY;
  }

  #resize(capacity: number): void {
    const members = this.#slots;
    this.#slots = new Int32Array(capacity).fill(EMPTY);
    for (const index of members) if (index !== EMPTY) this.#slots[this.#find(index)] = index;
  }
}

/** The slot where a search begins: multiplicative hashing, since indexes come in runs. */
function home(index: number, mask: number): number {
  const mixed = Math.imul(index, 0x9e3779b1);
  return (mixed ^ (mixed >>> 15)) & mask;
}
