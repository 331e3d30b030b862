// The nodes of a run as selectors see them when an event happens.

import type { RunNetwork } from "./run-network.js";
import type { Scenario } from "./scenario.js";
import type { SelectableNodes } from "./selector-resolution.js";

export interface SelectableNodesOptions {
  readonly network: RunNetwork;
  readonly scenario: Scenario;
  /** The overlay whose links count as a node's degree. */
  readonly degreeOverlay: string | null;
  readonly concernedBy: SelectableNodes["concernedBy"];
}

/** A view of the nodes that is always of now. */
export function selectableNodes(options: SelectableNodesOptions): SelectableNodes {
  const { network, scenario, degreeOverlay, concernedBy } = options;
  const { latency } = scenario.network;
  return {
    nodeCount: scenario.nodeCount,
    nameOf: (node) => network.nameOf(node),
    classOf: (node) => network.classOf(node).name,
    regionOf: (node) =>
      latency.kind === "regions" ? (latency.matrix.names[scenario.regionOf[node] ?? 0] ?? "") : "",
    stateOf: (node) => (network.isPaused(node) ? "paused" : network.lifeOf(node)),
    degreeOf: (node) => (degreeOverlay === null ? 0 : network.degreeOf(node, degreeOverlay)),
    joinedMicrosOf: (node) => network.joinedMicrosOf(node),
    concernedBy,
  };
}
