// Groups of a partition that have nodes in common, as far as that can be told before the run. A node of two groups
// counts to the first, so the second would be less than it says.

import type { NodeDirectory } from "./node-directory.js";
import type { Selector } from "./selector.js";

type Range = readonly [first: number, last: number];

/** The positions of two groups that share nodes for sure; null where no two do. */
export function overlappingGroups(
  groups: readonly Selector[],
  nodes: NodeDirectory,
): readonly [earlier: number, later: number] | null {
  const known = groups.map((group) => ({
    ranges: certainRanges(group, nodes),
    regions: certainRegions(group),
    text: JSON.stringify(group),
  }));
  for (const [later, group] of known.entries()) {
    const earlier = known.findIndex(
      (other, i) =>
        i < later &&
        // One choice made twice comes to the same nodes, whatever they are.
        ((other.text === group.text && groups[i]?.kind !== "rest") ||
          other.regions.some((region) => group.regions.includes(region)) ||
          other.ranges.some((a) => group.ranges.some((b) => a[0] <= b[1] && b[0] <= a[1]))),
    );
    if (earlier >= 0) return [earlier, later];
  }
  return null;
}

/** Nodes that the selector means at any time; those that depend on the run are left out. */
function certainRanges(selector: Selector, nodes: NodeDirectory): readonly Range[] {
  switch (selector.kind) {
    case "all":
      return [[0, nodes.nodeCount - 1]];
    case "class":
      return nodes.classes
        .filter(({ name }) => name === selector.class)
        .map(({ firstNode, count }): Range => [firstNode, firstNode + count - 1]);
    case "name": {
      const index = nodes.indexOf(selector.name);
      return index === undefined ? [] : [[index, index]];
    }
    case "id":
      return [[selector.first, selector.last]];
    case "union":
      return selector.of.flatMap((part) => certainRanges(part, nodes));
    default:
      return [];
  }
}

function certainRegions(selector: Selector): readonly string[] {
  if (selector.kind === "region") return selector.regions;
  return selector.kind === "union" ? selector.of.flatMap(certainRegions) : [];
}
