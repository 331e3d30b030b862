// An overlay as a graphology graph, for graph libraries, graph files and the viewer.

import { DirectedGraph } from "graphology";
import type { OverlayNode, OverlaySnapshot } from "./overlay-snapshot.js";

/** What the graph says about each node; the node's key is its name. */
export interface OverlayAttributes {
  /** Index of the node in the run. */
  index: number;
  className: string;
  region: string;
  status: OverlayNode["status"];
  live: boolean;
  /** So that a graph of this type is one for every graph library. */
  [attribute: string]: unknown;
}

/** A snapshot names its nodes in a way no graph can hold. */
export class OverlayGraphError extends Error {
  override readonly name = "OverlayGraphError";
}

const NUMERIC = /^\d+$/;

/**
 * Builds the graph of an overlay: a node for each node, an edge from each node to those in its view. Nodes and
 * edges keep the snapshot's order; the keys of edges are `e0`, `e1`, …, the same in every process. Throws
 * `OverlayGraphError` for a name that is numeric or used twice, and for a link from or to an index that is
 * not among the nodes.
 */
export function buildOverlayGraph(snapshot: OverlaySnapshot): DirectedGraph<OverlayAttributes> {
  const nameOf = requireGraphNames(snapshot);
  const graph = new DirectedGraph<OverlayAttributes>();
  for (const { index, name, className, region, status, live } of snapshot.nodes) {
    graph.addNode(name, { index, className, region, status, live });
  }
  const { sources, targets } = snapshot;
  for (let i = 0; i < sources.length; i++) {
    graph.mergeDirectedEdgeWithKey(`e${i}`, nameOf(sources[i]!), nameOf(targets[i]!));
  }
  return graph;
}

/**
 * Checks that a snapshot's names can be the keys of a graph and gives the name of an index. Throws
 * `OverlayGraphError` for a name that is numeric or used twice; the function it returns throws it for an
 * index that is not among the nodes.
 */
export function requireGraphNames(snapshot: OverlaySnapshot): (index: number) => string {
  const nameOf = new Map<number, string>();
  const names = new Set<string>();
  for (const { index, name } of snapshot.nodes) {
    if (NUMERIC.test(name)) {
      throw new OverlayGraphError(
        `The node name "${name}" is a number: give it a name with a letter, like "n${name}".`,
      );
    }
    if (names.has(name)) {
      throw new OverlayGraphError(`Two nodes are named "${name}": node names must be unique.`);
    }
    names.add(name);
    nameOf.set(index, name);
  }
  return (index) => {
    const name = nameOf.get(index);
    if (name === undefined) {
      throw new OverlayGraphError(
        `A link names the node index ${index}, which is not in the list of nodes.`,
      );
    }
    return name;
  };
}
