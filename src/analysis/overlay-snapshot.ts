// An overlay at an instant, as plain lists: what metrics, pictures and graph files are made from.

import type { NodeStatus } from "./live-nodes.js";
import type { OverlayTracker } from "./overlay-tracker.js";

/** One node at that instant. */
export interface OverlayNode {
  /** Index of the node in the run. */
  readonly index: number;
  /** Unique; not a numeric text, since JavaScript objects sort such keys before all others. */
  readonly name: string;
  readonly className: string;
  /** The empty text where the scenario has no regions. */
  readonly region: string;
  readonly status: NodeStatus;
  /** Whether it runs. Metrics are about the nodes that do. */
  readonly live: boolean;
}

/** An overlay at an instant. */
export interface OverlaySnapshot {
  /** Every node that has been part of the network, running or not. */
  readonly nodes: readonly OverlayNode[];
  /** The links, as a node's view has them: index of the node in the run, … */
  readonly sources: ArrayLike<number>;
  /** … and index of the peer in its view, at the same place in the list. */
  readonly targets: ArrayLike<number>;
}

/** What the records do not tell about a node and the scenario does. */
export type NodeDescription = Pick<OverlayNode, "name" | "className" | "region">;

/**
 * Copies the present state of one overlay: all nodes that ever had a status, in order of index, and all
 * links of running nodes, sources and targets ascending. `describe` gives the words for a node's index.
 */
export function snapshotOverlay(
  tracker: OverlayTracker,
  overlay: string,
  describe: (index: number) => NodeDescription,
): OverlaySnapshot {
  const views = tracker.overlay(overlay);
  const nodes: OverlayNode[] = [];
  const sources = new Int32Array(views.links);
  const targets = new Int32Array(views.links);
  const known = new Uint8Array(Math.max(tracker.nodes.indexEnd, views.indexEnd));
  let size = 0;
  for (let index = 0; index < tracker.nodes.indexEnd; index++) {
    if (tracker.nodes.status(index) !== "absent") known[index] = 1;
    for (const peer of views.peers(index)) {
      sources[size] = index;
      targets[size++] = peer;
      known[peer] = 1;
    }
  }
  known.forEach((isKnown, index) => {
    if (isKnown === 0) return;
    const { name, className, region } = describe(index);
    const status = tracker.nodes.status(index);
    nodes.push({ index, name, className, region, status, live: tracker.nodes.isLive(index) });
  });
  return { nodes, sources, targets };
}
