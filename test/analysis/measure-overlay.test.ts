import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { connectedComponents, stronglyConnectedComponents } from "graphology-components";
import { diameter } from "graphology-metrics/graph/index.js";
import { measureOverlay, measureSnapshot } from "../../src/analysis/measure-overlay.js";
import { buildOverlayGraph } from "../../src/analysis/overlay-graph.js";
import {
  anyOverlay,
  bothWays,
  hopTable,
  linkTable,
  liveSnapshotOf,
  mutualParts,
  snapshotOf,
} from "./random-overlays.js";

/** A pick for overlays that are measured exactly. */
const noPick = (): number => {
  throw new Error("An exact measurement draws no chance");
};

/** A small generator for tests that need no quality, only repeatability. */
function seededPick(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 4294967296) * bound);
  };
}

const sumOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
const maxOf = (values: readonly number[]): number => Math.max(0, ...values);

describe("measureOverlay on any small overlay", () => {
  it("says the same for a snapshot and for its graph", () => {
    fc.assert(
      fc.property(anyOverlay, (snapshot) => {
        const options = { pick: noPick };
        const ofGraph = measureOverlay(buildOverlayGraph(snapshot), options);
        expect(measureSnapshot(snapshot, options)).toEqual(ofGraph);
      }),
    );
  });

  it("counts nodes, links and stale links by their definition", () => {
    fc.assert(
      fc.property(anyOverlay, (snapshot) => {
        const { nodes, sources, targets } = snapshot;
        const measured = measureSnapshot(snapshot, { pick: noPick });
        const isLive = (index: number | undefined): boolean => nodes[index ?? -1]?.live ?? false;
        const stale = Array.from(sources).filter((s, i) => isLive(s) && !isLive(targets[i])).length;
        const table = linkTable(snapshot);
        const links = table.flat().filter(Boolean).length;
        expect(measured.nodes).toBe(table.length);
        expect(measured.links).toBe(links);
        expect(measured.staleLinks).toBe(stale);
        expect(measured.staleShare).toBeCloseTo(stale === 0 ? 0 : stale / (stale + links), 12);
        const pairs = table.length * (table.length - 1);
        expect(measured.density).toBeCloseTo(pairs === 0 ? 0 : links / pairs, 12);
      }),
    );
  });

  it("counts degrees by their definition", () => {
    fc.assert(
      fc.property(anyOverlay, (snapshot) => {
        const table = linkTable(snapshot);
        const { inDegree, outDegree } = measureSnapshot(snapshot, { pick: noPick });
        const out = table.map((row) => row.filter(Boolean).length);
        const ins = table.map((_, b) => table.filter((row) => row[b]).length);
        for (const [measured, degrees] of [
          [inDegree, ins],
          [outDegree, out],
        ] as const) {
          const counted = measured.histogram.flatMap(([degree, nodes]) =>
            new Array<number>(nodes).fill(degree),
          );
          expect(counted).toEqual(degrees.toSorted((a, b) => a - b));
          expect(measured.max).toBe(maxOf(degrees));
          expect(measured.min).toBe(degrees.length === 0 ? 0 : Math.min(...degrees));
        }
      }),
    );
  });

  it("finds weak and strong components as reachability defines them", () => {
    fc.assert(
      fc.property(anyOverlay, (snapshot) => {
        const table = linkTable(snapshot);
        const measured = measureSnapshot(snapshot, { pick: noPick });
        const weak = mutualParts(hopTable(bothWays(table)));
        const strong = mutualParts(hopTable(table));
        expect(measured.weakComponents).toEqual({ count: weak.length, largest: maxOf(weak) });
        expect(measured.strongComponents).toEqual({ count: strong.length, largest: maxOf(strong) });
      }),
    );
  });

  it("measures paths over pairs that reach each other, as Floyd and Warshall do", () => {
    fc.assert(
      fc.property(anyOverlay, (snapshot) => {
        const hops = hopTable(bothWays(linkTable(snapshot))).flat();
        const paths = hops.filter((length) => length > 0 && Number.isFinite(length));
        const measured = measureSnapshot(snapshot, { pick: noPick }).paths;
        const pairs = hops.filter((length) => length > 0).length;
        expect(measured.method).toBe("exact");
        expect(measured.standardError).toBe(0);
        expect(measured.diameter).toBe(maxOf(paths));
        expect(measured.reachableShare).toBe(pairs === 0 ? null : paths.length / pairs);
        if (paths.length === 0) expect(measured.averageShortestPath).toBeNull();
        else expect(measured.averageShortestPath).toBeCloseTo(sumOf(paths) / paths.length, 12);
      }),
    );
  });

  it("measures clustering and reciprocity by their definition", () => {
    fc.assert(
      fc.property(anyOverlay, (snapshot) => {
        const table = linkTable(snapshot);
        const both = bothWays(table);
        const local = both.map((row) => {
          const around = row.flatMap((isLink, node) => (isLink ? [node] : []));
          const pairs = around.length * (around.length - 1);
          const closed = sumOf(around.map((a) => around.filter((b) => both[a]?.[b]).length));
          return pairs === 0 ? 0 : closed / pairs;
        });
        const links = table.flat().filter(Boolean).length;
        const returned = table.flatMap((row, a) => row.filter((is, b) => is && table[b]?.[a]));
        const measured = measureSnapshot(snapshot, { pick: noPick });
        expect(measured.clustering).toBeCloseTo(
          local.length === 0 ? 0 : sumOf(local) / local.length,
          12,
        );
        expect(measured.reciprocity).toBe(links === 0 ? null : returned.length / links);
      }),
    );
  });

  it("agrees with graphology on components and diameter where both speak", () => {
    fc.assert(
      fc.property(anyOverlay, (snapshot) => {
        const graph = buildOverlayGraph(snapshot);
        graph.filterNodes((_, { live }) => !live).forEach((node) => graph.dropNode(node));
        const measured = measureOverlay(graph, { pick: noPick });
        expect(measured.weakComponents.count).toBe(connectedComponents(graph).length);
        expect(measured.strongComponents.count).toBe(stronglyConnectedComponents(graph).length);
        // Its diameter follows directions, so it is asked about a graph that has each link both ways.
        graph.forEachDirectedEdge((_edge, _attributes, source, target) => {
          graph.mergeDirectedEdge(target, source);
        });
        const isConnected = measured.weakComponents.count === 1 && measured.nodes > 1;
        if (isConnected) expect(measured.paths.diameter).toBe(diameter(graph));
      }),
    );
  });
});

describe("measureOverlay at its edges", () => {
  it("measures an overlay without nodes as zeros and nulls, and prints it as JSON", () => {
    const nothing = { mean: 0, standardDeviation: 0, min: 0, max: 0, histogram: [] };
    const expected = {
      nodes: 0,
      links: 0,
      staleLinks: 0,
      staleShare: 0,
      density: 0,
      inDegree: nothing,
      outDegree: nothing,
      weakComponents: { count: 0, largest: 0 },
      strongComponents: { count: 0, largest: 0 },
      reciprocity: null,
      clustering: 0,
      paths: {
        method: "exact",
        sources: 0,
        averageShortestPath: null,
        standardError: 0,
        diameter: 0,
        reachableShare: null,
      },
    };
    const measured = measureSnapshot(liveSnapshotOf(0, []), { pick: noPick });
    expect(JSON.parse(JSON.stringify(measured))).toEqual(expected);
  });

  it("leaves out what nodes that do not run link to", () => {
    const measured = measureSnapshot(
      snapshotOf(
        [true, false, true],
        [
          [0, 2],
          [0, 1],
          [1, 2],
        ],
      ),
      { pick: noPick },
    );
    expect(measured).toMatchObject({ nodes: 2, links: 1, staleLinks: 1, staleShare: 0.5 });
  });

  it("walks a chain of 20,000 nodes without overflowing a stack", () => {
    const count = 20_000;
    const chain = Array.from({ length: count - 1 }, (_, i) => [i, i + 1] as const);
    const snapshot = liveSnapshotOf(count, [...chain, [count - 1, 0]]);
    const measured = measureSnapshot(snapshot, { pick: seededPick(1), sampledSources: 3 });
    expect(measured.strongComponents).toEqual({ count: 1, largest: count });
    expect(measured.paths.diameter).toBe(count / 2);
  });

  it("counts triangles alike in sparse and in dense overlays", () => {
    // A clique counts its triangles in rows of bits; the long ring tied to it makes lists the cheaper way.
    const clique = 70;
    const links = Array.from({ length: clique }, (_, a) =>
      Array.from({ length: a }, (_, b) => [a, b] as const),
    ).flat();
    const dense = measureSnapshot(liveSnapshotOf(clique, links), { pick: noPick });
    expect(dense.clustering).toBe(1);
    const alone = 5000;
    const sparse = measureSnapshot(liveSnapshotOf(clique + alone, links), { pick: seededPick(1) });
    expect(sparse.clustering).toBeCloseTo(clique / (clique + alone), 12);
  });
});

describe("sampled paths", () => {
  const count = 600;
  const draw = seededPick(7);
  const links = Array.from({ length: count }, (_, node) =>
    Array.from({ length: 5 }, () => [node, draw(count)] as const),
  ).flat();
  const snapshot = liveSnapshotOf(count, links);
  const exact = measureSnapshot(snapshot, { pick: noPick }).paths;

  it("lie around the exact mean as widely as their standard error says", () => {
    // With 400 samples a wrong error by a factor of 1.3 is more than eight deviations away.
    const deviations = Array.from({ length: 400 }, (_, seed) => {
      const options = { pick: seededPick(seed), exactNodesMax: 0, sampledSources: 40 };
      const { averageShortestPath, standardError, method } = measureSnapshot(
        snapshot,
        options,
      ).paths;
      expect(method).toBe("sampled");
      return ((averageShortestPath ?? NaN) - (exact.averageShortestPath ?? NaN)) / standardError;
    });
    const meanSquare = sumOf(deviations.map((deviation) => deviation ** 2)) / deviations.length;
    expect(Math.sqrt(meanSquare)).toBeGreaterThan(0.85);
    expect(Math.sqrt(meanSquare)).toBeLessThan(1.15);
  });

  it("never report a diameter above the exact one", () => {
    for (let seed = 0; seed < 50; seed++) {
      const options = { pick: seededPick(seed), exactNodesMax: 0, sampledSources: 5 };
      const { diameter: atLeast } = measureSnapshot(snapshot, options).paths;
      expect(atLeast).toBeLessThanOrEqual(exact.diameter);
      expect(atLeast).toBeGreaterThanOrEqual(exact.diameter / 2);
    }
  });

  it("are exact up to 2,000 nodes and sampled from 200 sources beyond", () => {
    const ring = (nodes: number): ReturnType<typeof measureSnapshot>["paths"] =>
      measureSnapshot(
        liveSnapshotOf(
          nodes,
          Array.from({ length: nodes }, (_, i) => [i, (i + 1) % nodes] as const),
        ),
        { pick: seededPick(3) },
      ).paths;
    expect(ring(2000)).toMatchObject({ method: "exact", sources: 2000, diameter: 1000 });
    expect(ring(2001)).toMatchObject({ method: "sampled", sources: 200, diameter: 1000 });
  });
});
