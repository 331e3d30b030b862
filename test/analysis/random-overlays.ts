// Small overlays for properties, and the naive measurements they are compared with: written for being
// obviously right, by the definition, not for speed.

import * as fc from "fast-check";
import type { OverlaySnapshot } from "../../src/analysis/overlay-snapshot.js";

/** A snapshot of `live.length` nodes; those whose entry is false do not run. */
export function snapshotOf(
  live: readonly boolean[],
  links: readonly (readonly [number, number])[],
): OverlaySnapshot {
  return {
    nodes: live.map((isLive, index) => ({
      index,
      name: `n${index}`,
      className: index % 2 === 0 ? "even" : "odd",
      region: "",
      status: isLive ? "active" : "crashed",
      live: isLive,
    })),
    sources: links.map(([source]) => source),
    targets: links.map(([, target]) => target),
  };
}

/** A snapshot of nodes that all run. */
export function liveSnapshotOf(
  nodeCount: number,
  links: readonly (readonly [number, number])[],
): OverlaySnapshot {
  return snapshotOf(new Array<boolean>(nodeCount).fill(true), links);
}

/** Overlays of up to 12 nodes, from empty to complete, some nodes gone, some links to oneself. */
export const anyOverlay: fc.Arbitrary<OverlaySnapshot> = fc
  .integer({ min: 1, max: 12 })
  .chain((count) => {
    const node = fc.integer({ min: 0, max: count - 1 });
    return fc.record({
      live: fc.array(fc.boolean(), { minLength: count, maxLength: count }),
      links: fc.uniqueArray(fc.tuple(node, node), {
        maxLength: count * count,
        // Without it a list has ten links at most, whatever the number of nodes.
        size: "max",
        selector: ([source, target]) => source * count + target,
      }),
    });
  })
  .map(({ live, links }) => snapshotOf(live, links));

/** A snapshot as a table of truth over its running nodes: `table[a][b]` says whether a links to b. */
export function linkTable({ nodes, sources, targets }: OverlaySnapshot): boolean[][] {
  const running = nodes.filter(({ live }) => live).map(({ index }) => index);
  const pairs = new Set(Array.from(sources, (source, i) => `${source}>${targets[i]}`));
  return running.map((a) => running.map((b) => a !== b && pairs.has(`${a}>${b}`)));
}

/** The same table with each link in both directions. */
export function bothWays(table: readonly (readonly boolean[])[]): boolean[][] {
  return table.map((row, a) => row.map((isLink, b) => isLink || (table[b]?.[a] ?? false)));
}

/** Hops between all pairs by Floyd and Warshall; Infinity where there is no way. */
export function hopTable(table: readonly (readonly boolean[])[]): number[][] {
  const hops = table.map((row, a) => row.map((isLink, b) => (a === b ? 0 : isLink ? 1 : Infinity)));
  hops.forEach((_, middle) => {
    hops.forEach((row, a) => {
      row.forEach((known, b) => {
        row[b] = Math.min(known, (hops[a]?.[middle] ?? 0) + (hops[middle]?.[b] ?? 0));
      });
    });
  });
  return hops;
}

/** Sizes of the parts within which all pairs reach each other in both directions. */
export function mutualParts(hops: readonly (readonly number[])[]): number[] {
  const labels = hops.map((row, a) =>
    row.findIndex(
      (there, b) => Number.isFinite(there) && Number.isFinite(hops[b]?.[a] ?? Infinity),
    ),
  );
  return [...new Set(labels)].map((label) => labels.filter((other) => other === label).length);
}
