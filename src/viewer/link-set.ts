// The links of one overlay as a picture has them: each pair of nodes once, however many of the two hold it, in places
// that stay where they are while a link lasts. What changes from frame to frame is a few places, not all links.

const NO_PEERS: ReadonlySet<number> = new Set();
/** Which end of a pair has the other in its view. */
const LOWER = 1;
const HIGHER = 2;
const ROOM_AT_FIRST = 1024;

/** Pairs of linked nodes. */
export class LinkSet {
  readonly #nodeCount: number;
  #pairs = new Int32Array(2 * ROOM_AT_FIRST);
  #holders = new Uint8Array(ROOM_AT_FIRST);
  #count = 0;
  readonly #places = new Map<number, number>();
  readonly #views = new Map<number, Set<number>>();
  #changed = new Set<number>();

  /** Peers that are no node of the run are left out. */
  constructor(nodeCount: number) {
    this.#nodeCount = nodeCount;
  }

  get count(): number {
    return this.#count;
  }

  /** Lower and higher node of each link, one after the other; `2 * count` numbers count. */
  get pairs(): Int32Array {
    return this.#pairs;
  }

  /** The places of links that are others than at the last call, below `count` or not. */
  takeChanged(): ReadonlySet<number> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  /** Forgets all links. */
  clear(): void {
    this.#count = 0;
    this.#places.clear();
    this.#views.clear();
    this.#changed.clear();
  }

  /** Takes in what a node has in its view now. */
  setView(node: number, view: ReadonlySet<number>): void {
    const known = this.#views.get(node) ?? NO_PEERS;
    for (const peer of known) if (!view.has(peer)) this.#release(node, peer);
    for (const peer of view) if (!known.has(peer)) this.#hold(node, peer);
    if (view.size === 0) this.#views.delete(node);
    else this.#views.set(node, new Set(view));
  }

  #hold(node: number, peer: number): void {
    if (peer < 0 || peer >= this.#nodeCount || peer === node) return;
    const key = this.#key(node, peer);
    const bit = node < peer ? LOWER : HIGHER;
    const known = this.#places.get(key);
    if (known !== undefined) {
      this.#holders[known]! |= bit;
      return;
    }
    if (this.#count === this.#holders.length) this.#grow();
    const place = this.#count++;
    this.#places.set(key, place);
    this.#set(place, Math.min(node, peer), Math.max(node, peer), bit);
  }

  #release(node: number, peer: number): void {
    const key = this.#key(node, peer);
    const place = this.#places.get(key);
    if (place === undefined) return;
    const left = this.#holders[place]! & ~(node < peer ? LOWER : HIGHER);
    this.#holders[place] = left;
    if (left !== 0) return;
    this.#places.delete(key);
    const last = --this.#count;
    this.#changed.add(last);
    if (place === last) return;
    // The last one takes the place that has become free.
    const lower = this.#pairs[2 * last]!;
    const higher = this.#pairs[2 * last + 1]!;
    this.#places.set(this.#key(lower, higher), place);
    this.#set(place, lower, higher, this.#holders[last]!);
  }

  #set(place: number, lower: number, higher: number, holders: number): void {
    this.#pairs[2 * place] = lower;
    this.#pairs[2 * place + 1] = higher;
    this.#holders[place] = holders;
    this.#changed.add(place);
  }

  #key(node: number, peer: number): number {
    return Math.min(node, peer) * this.#nodeCount + Math.max(node, peer);
  }

  #grow(): void {
    const pairs = new Int32Array(2 * this.#pairs.length);
    pairs.set(this.#pairs);
    this.#pairs = pairs;
    const holders = new Uint8Array(2 * this.#holders.length);
    holders.set(this.#holders);
    this.#holders = holders;
  }
}
