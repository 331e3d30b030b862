// All metrics of an overlay at an instant, as one JSON object. Its field names are a public interface: the
// report prints it as `overlay`, and scenarios put bounds on its fields.

import type { DirectedGraph } from "graphology";
import { directedDensity } from "graphology-metrics/graph/density.js";
import { degrees, transpose } from "./adjacency.js";
import { clusteringCoefficient } from "./clustering.js";
import { compactGraph, compactSnapshot } from "./compact-overlay.js";
import type { CompactOverlay } from "./compact-overlay.js";
import { degreeDistribution } from "./degree-distribution.js";
import type { DegreeDistribution } from "./degree-distribution.js";
import type { OverlayAttributes } from "./overlay-graph.js";
import type { OverlaySnapshot } from "./overlay-snapshot.js";
import { pathLengths } from "./path-lengths.js";
import type { PathLengths, PathOptions } from "./path-lengths.js";
import { reciprocity } from "./reciprocity.js";
import { strongComponents } from "./strong-components.js";
import { weakComponents } from "./weak-components.js";
import type { Components } from "./weak-components.js";

/**
 * An overlay in numbers. All but `staleLinks` and `staleShare` are about the nodes that run and the links
 * among them. `null` stands for what an overlay without nodes or links does not have.
 */
export interface OverlayMetrics {
  /** Nodes that run. */
  readonly nodes: number;
  /** Links among them: entries in views, each direction counted for itself. */
  readonly links: number;
  /** Links of running nodes to nodes that do not run. */
  readonly staleLinks: number;
  /** Stale links as a share (0 to 1) of all links of running nodes; 0 when there are none. */
  readonly staleShare: number;
  /** Links as a share (0 to 1) of all that there could be; 0 below two nodes. */
  readonly density: number;
  /** How many running nodes have each node in their view. */
  readonly inDegree: DegreeDistribution;
  /** How many running nodes each node has in its view. */
  readonly outDegree: DegreeDistribution;
  /** The parts that hang together when links are used in both directions. */
  readonly weakComponents: Components;
  /** The parts within which every node reaches every other along views. */
  readonly strongComponents: Components;
  /** Share (0 to 1) of links whose reverse is a link too; null when there are no links. */
  readonly reciprocity: number | null;
  /** Mean clustering coefficient (0 to 1) of the undirected overlay. */
  readonly clustering: number;
  /** Shortest paths in the undirected overlay. */
  readonly paths: PathLengths;
}

/**
 * Measures the overlay that a graph holds. A link of a node to itself is no link. Ten thousand nodes of 32
 * links take under a second.
 */
export function measureOverlay(
  graph: DirectedGraph<OverlayAttributes>,
  options: PathOptions,
): OverlayMetrics {
  return measure(compactGraph(graph), options);
}

/** Measures a snapshot: the same numbers as for its graph, without building one. */
export function measureSnapshot(snapshot: OverlaySnapshot, options: PathOptions): OverlayMetrics {
  return measure(compactSnapshot(snapshot), options);
}

function measure(overlay: CompactOverlay, options: PathOptions): OverlayMetrics {
  const { links, neighbours, staleLinks } = overlay;
  const nodes = links.nodeCount;
  const liveLinks = links.targets.length;
  return {
    nodes,
    links: liveLinks,
    staleLinks,
    staleShare: staleLinks === 0 ? 0 : staleLinks / (staleLinks + liveLinks),
    density: nodes < 2 ? 0 : directedDensity(nodes, liveLinks),
    inDegree: degreeDistribution(degrees(transpose(links))),
    outDegree: degreeDistribution(degrees(links)),
    weakComponents: weakComponents(links),
    strongComponents: strongComponents(links),
    reciprocity: reciprocity(links),
    clustering: clusteringCoefficient(neighbours),
    paths: pathLengths(neighbours, options),
  };
}
