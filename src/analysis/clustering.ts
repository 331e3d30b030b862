// How often a node's neighbours are neighbours of each other: 0 in a tree, 1 where all know all, near
// 2c/n in a random overlay of c links a node. High clustering makes flooding redundant and partitions easy.

import { degrees } from "./adjacency.js";
import type { Adjacency } from "./adjacency.js";
import { sum } from "./summary-statistics.js";

/** Above this many nodes the bits of all pairs no longer fit the memory spent on them (32 MiB). */
const BITSET_NODES_MAX = 16384;
/** What counting the common bits of 32 pairs costs, in steps along a list of neighbours. */
const WORD_STEPS = 5;

/**
 * The mean clustering coefficient (Watts and Strogatz, Nature 393, 1998) of the undirected overlay: for each
 * node the share of pairs of its neighbours that are neighbours, 0 with fewer than two neighbours, averaged
 * over all nodes. 0 when there are no nodes.
 */
export function clusteringCoefficient(neighbours: Adjacency): number {
  const { nodeCount } = neighbours;
  if (nodeCount === 0) return 0;
  const triangles = countTriangles(neighbours);
  const coefficients = Float64Array.from(degrees(neighbours), (degree, node) =>
    degree < 2 ? 0 : (2 * triangles[node]!) / (degree * (degree - 1)),
  );
  return sum(coefficients) / nodeCount;
}

/** Triangles through each node, in the way that is cheaper for these links. */
function countTriangles(neighbours: Adjacency): Float64Array {
  const forward = forwardLinks(neighbours);
  const listSteps = forwardSteps(forward);
  const bitSteps = forward.targets.length * (neighbours.nodeCount / 32) * WORD_STEPS;
  return bitSteps < listSteps && neighbours.nodeCount <= BITSET_NODES_MAX
    ? trianglesByBits(neighbours)
    : trianglesByLists(forward);
}

/** Keeps each link once, from the node of lower degree to that of higher, so that hubs have short lists. */
function forwardLinks(neighbours: Adjacency): Adjacency {
  const { nodeCount, offsets, targets } = neighbours;
  const degreeOf = degrees(neighbours);
  const keptOffsets = new Int32Array(nodeCount + 1);
  const kept = new Int32Array(targets.length / 2);
  let size = 0;
  for (let node = 0; node < nodeCount; node++) {
    const degree = degreeOf[node]!;
    for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
      const target = targets[i]!;
      const targetDegree = degreeOf[target]!;
      if (targetDegree > degree || (targetDegree === degree && target > node)) {
        kept[size++] = target;
      }
    }
    keptOffsets[node + 1] = size;
  }
  return { nodeCount, offsets: keptOffsets, targets: kept };
}

function forwardSteps({ offsets, targets }: Adjacency): number {
  return targets.reduce((steps, node) => steps + offsets[node + 1]! - offsets[node]!, 0);
}

/** Marks the forward neighbours of each node and looks which of theirs are marked. */
function trianglesByLists({ nodeCount, offsets, targets }: Adjacency): Float64Array {
  const triangles = new Float64Array(nodeCount);
  const markedBy = new Int32Array(nodeCount).fill(-1);
  for (let a = 0; a < nodeCount; a++) {
    const end = offsets[a + 1]!;
    for (let i = offsets[a]!; i < end; i++) markedBy[targets[i]!] = a;
    for (let i = offsets[a]!; i < end; i++) {
      const b = targets[i]!;
      for (let j = offsets[b]!; j < offsets[b + 1]!; j++) {
        const c = targets[j]!;
        if (markedBy[c] !== a) continue;
        triangles[a]!++;
        triangles[b]!++;
        triangles[c]!++;
      }
    }
  }
  return triangles;
}

/** Counts the common neighbours of each pair of neighbours in rows of bits: for overlays near full membership. */
function trianglesByBits({ nodeCount, offsets, targets }: Adjacency): Float64Array {
  const width = (nodeCount + 31) >>> 5;
  const rows = new Int32Array(width * nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    for (let i = offsets[node]!; i < offsets[node + 1]!; i++) {
      rows[node * width + (targets[i]! >>> 5)]! |= 1 << (targets[i]! & 31);
    }
  }
  const triangles = new Float64Array(nodeCount);
  for (let a = 0; a < nodeCount; a++) {
    for (let i = offsets[a]!; i < offsets[a + 1]!; i++) {
      const b = targets[i]!;
      if (b < a) continue;
      const common = commonBits(rows, a * width, b * width, width);
      // A node meets each of its triangles at two of its links.
      triangles[a]! += common / 2;
      triangles[b]! += common / 2;
    }
  }
  return triangles;
}

function commonBits(rows: Int32Array, first: number, second: number, width: number): number {
  let count = 0;
  for (let i = 0; i < width; i++) {
    let bits = rows[first + i]! & rows[second + i]!;
    bits -= (bits >>> 1) & 0x55555555;
    bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
    count += Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
  }
  return count;
}
