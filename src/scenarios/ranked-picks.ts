// Which others a node knows in a random start overlay. Each choice is a pure function of the seed and names, and never
// of positions in a list: a node that is added or left out moves only the choices that fall on it. See
// docs/decisions/0005-picks.md.

import { mixUnit } from "../sim/mix.js";
import type { MixKey } from "../sim/mix.js";
import { hashText } from "../trace/names.js";

/** Up to so many nodes every pair is ranked: 25 million draws, less than a second. */
export const RANKED_NODES_MAX = 5000;
/** Seats of a cell. At one node a cell, a thirteenth occurs once in 10^10 cells; nobody would pick it. */
const CELL_SEATS = 12;
const NO_NODE = -1;

export interface RankedPicksOptions {
  /** Who picks and is picked, in order of index. */
  readonly nodes: readonly number[];
  readonly key: MixKey;
  readonly nameOf: (node: number) => string;
}

/** The random picks of nodes among themselves. */
export class RankedPicks {
  readonly #nodes: readonly number[];
  readonly #hashes: Uint32Array;
  readonly #key: MixKey;
  readonly #nameOf: (node: number) => string;
  /** By cell and seat; null where every pair is ranked. */
  readonly #seats: Int32Array | null;

  constructor({ nodes, key, nameOf }: RankedPicksOptions) {
    this.#nodes = nodes;
    this.#key = key;
    this.#nameOf = nameOf;
    this.#hashes = Uint32Array.from(nodes, (node) => hashText(nameOf(node)));
    this.#seats = nodes.length > RANKED_NODES_MAX ? this.#seat() : null;
  }

  /** `count` distinct others for a node, all equally likely; all others when there are no more. */
  of(node: number, count: number): number[] {
    const name = hashText(this.#nameOf(node));
    const some = Math.min(count, this.#nodes.length - 1);
    // Where most are picked, drawing would hit the same ones again and again.
    const isRanked = this.#seats === null || some > this.#nodes.length / 2;
    return isRanked ? this.#lowest(node, name, some) : this.#drawn(node, name, some);
  }

  /** Those whose rank for this node is lowest. */
  #lowest(node: number, name: number, count: number): number[] {
    // Ranks are uniform, so hardly ever fewer than `count` lie below this: a short list is sorted instead of all.
    const likelyMax = (count + 5 * Math.sqrt(count) + 10) / this.#nodes.length;
    let ranked = this.#rankedBelow(likelyMax, node, name);
    if (ranked.length < count) ranked = this.#rankedBelow(1, node, name);
    ranked.sort((a, b) => a.rank - b.rank || a.other - b.other);
    return ranked.slice(0, count).map(({ other }) => other);
  }

  #rankedBelow(rankMax: number, node: number, name: number): { other: number; rank: number }[] {
    const ranked: { other: number; rank: number }[] = [];
    for (const [place, other] of this.#nodes.entries()) {
      const rank = mixUnit(this.#key, name, this.#hashes[place]!, 0, 0);
      if (rank < rankMax && other !== node) ranked.push({ other, rank });
    }
    return ranked;
  }

  /** Draws seats until enough of them were taken by somebody new. */
  #drawn(node: number, name: number, count: number): number[] {
    const seats = this.#seats ?? new Int32Array();
    const chosen = new Set<number>();
    for (let n = 0; chosen.size < count; n++) {
      const seat = Math.floor(mixUnit(this.#key, name, n, 1, 0) * seats.length);
      const other = seats[seat]!;
      if (other !== NO_NODE && other !== node) chosen.add(other);
    }
    return [...chosen];
  }

  /** Gives every node a seat in the cell that its name says, behind those of lower index. */
  #seat(): Int32Array {
    let cells = 1;
    while (cells < this.#nodes.length) cells *= 2;
    const seats = new Int32Array(cells * CELL_SEATS).fill(NO_NODE);
    for (const [place, node] of this.#nodes.entries()) {
      const cell = Math.floor(mixUnit(this.#key, this.#hashes[place]!, 0, 2, 0) * cells);
      const first = cell * CELL_SEATS;
      const free = seats.subarray(first, first + CELL_SEATS).indexOf(NO_NODE);
      if (free >= 0) seats[first + free] = node;
    }
    return seats;
  }
}
