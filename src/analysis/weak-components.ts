// The parts into which an overlay falls when links may be used in both directions: a broadcast by flooding
// over connections reaches exactly one of them.

import type { Adjacency } from "./adjacency.js";

/** How an overlay falls apart. */
export interface Components {
  /** How many parts there are; 0 when there are no nodes. */
  readonly count: number;
  /** Nodes in the largest part. */
  readonly largest: number;
}

/** The weak components of directed or undirected links: union-find with halving of paths. */
export function weakComponents({ nodeCount, offsets, targets }: Adjacency): Components {
  const parents = Int32Array.from({ length: nodeCount }, (_, node) => node);
  const sizes = new Int32Array(nodeCount).fill(1);
  let count = nodeCount;
  let largest = Math.min(1, nodeCount);
  for (let source = 0; source < nodeCount; source++) {
    for (let i = offsets[source]!; i < offsets[source + 1]!; i++) {
      const a = findRoot(parents, source);
      const b = findRoot(parents, targets[i]!);
      if (a === b) continue;
      const [parent, child] = sizes[a]! >= sizes[b]! ? [a, b] : [b, a];
      parents[child] = parent;
      sizes[parent]! += sizes[child]!;
      largest = Math.max(largest, sizes[parent]!);
      count--;
    }
  }
  return { count, largest };
}

function findRoot(parents: Int32Array, node: number): number {
  while (parents[node] !== node) {
    const above = parents[parents[node]!]!;
    parents[node] = above;
    node = above;
  }
  return node;
}
