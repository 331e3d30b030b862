// How many hops apart nodes are: the mean shortest path and the diameter of the undirected overlay.
//
// Breadth-first searches run 32 sources at a time, one bit each (Then et al., "The More the Merrier",
// VLDB 8(4), 2014): where paths are short, as in overlays, all of them look at the same links at once.

import type { Adjacency } from "./adjacency.js";
import { sum } from "./summary-statistics.js";

/** A whole number in [0, bound), each equally likely: how sampling draws its chance. */
export type Pick = (bound: number) => number;

/** Up to this many nodes every pair is measured: two million pairs take a tenth of a second. */
export const EXACT_NODES_MAX = 2000;

/** Sources when not every node is one: an error of the mean near 0.1 % in a random overlay. */
export const SAMPLED_SOURCES = 200;

/** How paths are to be measured. */
export interface PathOptions {
  /** Draws the sources where not every node is one. */
  readonly pick: Pick;
  /** The most nodes measured exactly; `EXACT_NODES_MAX` unless given. Raising it costs its square in time. */
  readonly exactNodesMax?: number;
  /** How many sources are drawn; `SAMPLED_SOURCES` unless given. Raising it costs time in proportion. */
  readonly sampledSources?: number;
}

/** Shortest paths in the undirected overlay, over pairs of different nodes that reach each other. */
export interface PathLengths {
  /** `exact` when every node was a source, `sampled` when some were drawn. */
  readonly method: "exact" | "sampled";
  /** How many nodes were sources. */
  readonly sources: number;
  /** Mean hops over the pairs; null when no pair reaches each other. */
  readonly averageShortestPath: number | null;
  /** Standard error of that mean; 0 when exact. */
  readonly standardError: number;
  /** The longest of the shortest paths; 0 when there is none. When sampled: at least this. */
  readonly diameter: number;
  /** Share of the measured pairs that reach each other (0 to 1); null when there are no pairs. */
  readonly reachableShare: number | null;
}

const BATCH_SOURCES = 32;

/** Measures the paths of the undirected overlay: exactly, or from sources drawn without replacement. */
export function pathLengths(neighbours: Adjacency, options: PathOptions): PathLengths {
  const { nodeCount } = neighbours;
  const { pick, exactNodesMax = EXACT_NODES_MAX, sampledSources = SAMPLED_SOURCES } = options;
  const isExact = nodeCount <= Math.max(exactNodesMax, sampledSources);
  const sources = isExact ? nodeCount : sampledSources;
  const search = new BatchSearch(neighbours);
  const order = drawOrder(nodeCount, sources, isExact ? null : pick);
  const distances = new Float64Array(sources);
  const reached = new Float64Array(sources);
  for (let first = 0; first < sources; first += BATCH_SOURCES) {
    const end = Math.min(first + BATCH_SOURCES, sources);
    search.run(
      order.subarray(first, end),
      distances.subarray(first, end),
      reached.subarray(first, end),
    );
  }
  const pairs = sum(reached);
  const average = pairs === 0 ? null : sum(distances) / pairs;
  const allPairs = sources * (nodeCount - 1);
  return {
    method: isExact ? "exact" : "sampled",
    sources,
    averageShortestPath: average,
    standardError: average === null ? 0 : ratioError(distances, reached, average, nodeCount),
    diameter: search.diameter,
    reachableShare: allPairs <= 0 ? null : pairs / allPairs,
  };
}

/** The first `count` of the nodes in drawn order (Fisher and Yates), or in their own without a `pick`. */
function drawOrder(nodeCount: number, count: number, pick: Pick | null): Int32Array {
  const order = Int32Array.from({ length: nodeCount }, (_, node) => node);
  if (pick !== null) {
    for (let i = 0; i < count; i++) {
      const drawn = i + pick(nodeCount - i);
      [order[i], order[drawn]] = [order[drawn]!, order[i]!];
    }
  }
  return order.subarray(0, count);
}

/**
 * The standard error of a ratio of sums over clusters, one a source, drawn without replacement (Cochran,
 * Sampling Techniques, section 6.3). It is 0 when every node was drawn.
 */
function ratioError(
  distances: Float64Array,
  reached: Float64Array,
  ratio: number,
  population: number,
): number {
  const count = distances.length;
  if (count < 2) return 0;
  const squares = distances.map((distance, i) => {
    const residual = distance - ratio * reached[i]!;
    return residual * residual;
  });
  const meanReached = sum(reached) / count;
  const variance = (sum(squares) / (count - 1) / count) * (1 - count / population);
  return Math.sqrt(variance) / meanReached;
}

/** A breadth-first search from up to 32 sources at once, its arrays kept for the next. */
class BatchSearch {
  /** The longest path found so far. */
  diameter = 0;
  readonly #neighbours: Adjacency;
  /** Bit b of a node's entry: source b has reached it. */
  readonly #seen: Int32Array;
  /** Bit b of a node's entry: source b reached it in the present step, or the next. */
  #present: Int32Array;
  #next: Int32Array;
  #frontier: Int32Array;
  #nextFrontier: Int32Array;

  constructor(neighbours: Adjacency) {
    const { nodeCount } = neighbours;
    this.#neighbours = neighbours;
    this.#seen = new Int32Array(nodeCount);
    this.#present = new Int32Array(nodeCount);
    this.#next = new Int32Array(nodeCount);
    this.#frontier = new Int32Array(nodeCount);
    this.#nextFrontier = new Int32Array(nodeCount);
  }

  /** Fills in, for each source, the sum of its distances to other nodes and how many it reaches. */
  run(sources: Int32Array, distances: Float64Array, reached: Float64Array): void {
    this.#seen.fill(0);
    this.#present.fill(0);
    sources.forEach((source, bit) => {
      this.#seen[source] = this.#present[source] = 1 << bit;
      this.#frontier[bit] = source;
    });
    let size = sources.length;
    let missing = sources.length * (this.#neighbours.nodeCount - 1);
    for (let hops = 1; size > 0 && missing > 0; hops++) {
      size = this.#step(size);
      for (let i = 0; i < size; i++) {
        let bits = this.#present[this.#frontier[i]!]!;
        while (bits !== 0) {
          const bit = 31 - Math.clz32(bits & -bits);
          distances[bit]! += hops;
          reached[bit]!++;
          missing--;
          bits &= bits - 1;
        }
      }
      if (size > 0 && hops > this.diameter) this.diameter = hops;
    }
  }

  /** Goes one hop on from the first `size` nodes of the frontier; the size of the new frontier. */
  #step(size: number): number {
    const { offsets, targets } = this.#neighbours;
    const seen = this.#seen;
    const present = this.#present;
    const next = this.#next;
    let nextSize = 0;
    for (let i = 0; i < size; i++) {
      const node = this.#frontier[i]!;
      const bits = present[node]!;
      present[node] = 0;
      for (let j = offsets[node]!; j < offsets[node + 1]!; j++) {
        const neighbour = targets[j]!;
        const fresh = bits & ~seen[neighbour]!;
        if (fresh === 0) continue;
        if (next[neighbour] === 0) this.#nextFrontier[nextSize++] = neighbour;
        next[neighbour]! |= fresh;
        seen[neighbour]! |= fresh;
      }
    }
    [this.#present, this.#next] = [next, present];
    [this.#frontier, this.#nextFrontier] = [this.#nextFrontier, this.#frontier];
    return nextSize;
  }
}
