// The live part of an overlay as numbers: nodes renumbered from 0, links as adjacency. Built once, then
// shared by all metrics.

import type { DirectedGraph } from "graphology";
import { buildAdjacency, undirected } from "./adjacency.js";
import type { Adjacency } from "./adjacency.js";
import type { OverlayAttributes } from "./overlay-graph.js";
import type { OverlaySnapshot } from "./overlay-snapshot.js";

/** The running nodes of an overlay and the links among them. */
export interface CompactOverlay {
  /** Links between running nodes, from each node to those in its view; none of a node to itself. */
  readonly links: Adjacency;
  /** The undirected overlay: neighbours in either direction. */
  readonly neighbours: Adjacency;
  /** Links of running nodes to nodes that do not run. */
  readonly staleLinks: number;
}

/** What a node that does not run is numbered. */
const GONE = -1;

/** The live part of an overlay's graph. Links of nodes that do not run are left out. */
export function compactGraph(graph: DirectedGraph<OverlayAttributes>): CompactOverlay {
  const numberOf = new Map<string, number>();
  graph.forEachNode((key, { live }) => {
    if (live) numberOf.set(key, numberOf.size);
  });
  const collector = new LinkCollector(graph.size);
  graph.forEachDirectedEdge((_edge, _attributes, source, target) => {
    collector.add(numberOf.get(source) ?? GONE, numberOf.get(target) ?? GONE);
  });
  return collector.build(numberOf.size);
}

/**
 * The live part of a snapshot, the same as that of its graph, without the cost of building one. A link from
 * or to an index that is not among the nodes counts as one of a node that does not run.
 */
export function compactSnapshot({ nodes, sources, targets }: OverlaySnapshot): CompactOverlay {
  const indexEnd = nodes.reduce((end, { index }) => Math.max(end, index + 1), 0);
  const numberOf = new Int32Array(indexEnd).fill(GONE);
  let nodeCount = 0;
  for (const { index, live } of nodes) if (live) numberOf[index] = nodeCount++;
  const collector = new LinkCollector(sources.length);
  for (let i = 0; i < sources.length; i++) {
    collector.add(numberOf[sources[i]!] ?? GONE, numberOf[targets[i]!] ?? GONE);
  }
  return collector.build(nodeCount);
}

/** Sorts links into live and stale ones; those of a node to itself drop out as the adjacency is built. */
class LinkCollector {
  readonly #sources: Int32Array;
  readonly #targets: Int32Array;
  #size = 0;
  #staleLinks = 0;

  constructor(linksMax: number) {
    this.#sources = new Int32Array(linksMax);
    this.#targets = new Int32Array(linksMax);
  }

  add(source: number, target: number): void {
    if (source === GONE) return;
    if (target === GONE) {
      this.#staleLinks++;
    } else {
      this.#sources[this.#size] = source;
      this.#targets[this.#size++] = target;
    }
  }

  build(nodeCount: number): CompactOverlay {
    const sources = this.#sources.subarray(0, this.#size);
    const targets = this.#targets.subarray(0, this.#size);
    const links = buildAdjacency(nodeCount, sources, targets);
    return { links, neighbours: undirected(links), staleLinks: this.#staleLinks };
  }
}
