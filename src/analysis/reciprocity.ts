// How far views agree: whether the peers a node knows know it too.

import type { Adjacency } from "./adjacency.js";

/** The share of links whose reverse is a link as well (0 to 1); null when there are no links. */
export function reciprocity(links: Adjacency): number | null {
  const { nodeCount, offsets, targets } = links;
  if (targets.length === 0) return null;
  let returned = 0;
  for (let source = 0; source < nodeCount; source++) {
    for (let i = offsets[source]!; i < offsets[source + 1]!; i++) {
      if (hasLink(links, targets[i]!, source)) returned++;
    }
  }
  return returned / targets.length;
}

/** Binary search, since a node's targets ascend. */
function hasLink({ offsets, targets }: Adjacency, source: number, target: number): boolean {
  let low = offsets[source]!;
  let high = offsets[source + 1]!;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (targets[middle]! < target) low = middle + 1;
    else high = middle;
  }
  return low < offsets[source + 1]! && targets[low] === target;
}
