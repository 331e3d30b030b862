// The network of a trace at an instant as the plain lists that graph files and metrics are made from. A run that goes on
// has an `OverlayTracker` for that; a trace has the state that its reader answers.

import type { NetworkState } from "../trace/native/network-state.js";
import type { TraceReader } from "../trace/native/trace-reader.js";
import { isLiveStatus, isNodeStatus } from "./live-nodes.js";
import type { NodeStatus } from "./live-nodes.js";
import type { NodeDescription, OverlaySnapshot } from "./overlay-snapshot.js";

/**
 * Copies one overlay of a state: all nodes that have a status or are linked, in order of index, and all links of
 * running nodes, sources and targets ascending. `describe` gives the words for a node's index.
 */
export function snapshotState(
  state: NetworkState,
  overlay: string,
  describe: (index: number) => NodeDescription,
): OverlaySnapshot {
  const sources: number[] = [];
  const targets: number[] = [];
  const known = new Set(state.statuses.keys());
  const views = state.views.get(overlay) ?? new Map<number, Set<number>>();
  for (const [source, view] of [...views].sort(([a], [b]) => a - b)) {
    for (const target of [...view].sort((a, b) => a - b)) {
      sources.push(source);
      targets.push(target);
      known.add(source).add(target);
    }
  }
  const nodes = [...known]
    .sort((a, b) => a - b)
    .map((index) => {
      const status = statusOf(state, index);
      return { index, ...describe(index), status, live: isLiveStatus(status) };
    });
  return { nodes, sources, targets };
}

/** The words for a node's index, from what a trace says of its nodes. */
export function describeNodes(
  reader: Pick<TraceReader, "nodeName" | "className" | "regionName">,
): (index: number) => NodeDescription {
  return (index) => ({
    name: reader.nodeName(index),
    className: reader.className(index),
    region: reader.regionName(index),
  });
}

/** The status of a node; `absent` where no record told of one. */
export function statusOf(state: NetworkState, index: number): NodeStatus {
  const word = state.statuses.get(index) ?? "";
  return isNodeStatus(word) ? word : "absent";
}
