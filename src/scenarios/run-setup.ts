// What a run of a scenario is made of in either world, worked out before it starts: names, protocols, masks of nodes, and
// what its checkers may know.

import { mixKey, mixUnit } from "../sim/mix.js";
import { hashText } from "../trace/names.js";
import type { Names } from "../trace/names.js";
import { keyDistanceOf } from "./key-distance.js";
import type { Platform } from "./platform.js";
import type { ProtocolDefinition } from "./protocol-definition.js";
import { SHIPPED_PROTOCOLS, findProtocol } from "./protocol-registry.js";
import type { RunNetwork } from "./run-network.js";
import type { RunPeers } from "./run-peers.js";
import type { RunView } from "./run-view.js";
import type { Scenario } from "./scenario.js";
import type { ScenarioWorld } from "./scenario-world.js";

/** What a view looks at. */
export interface ViewSurroundings {
  readonly network: RunNetwork;
  readonly world: ScenarioWorld;
  readonly peers: RunPeers;
  readonly definitionOf: (slot: string, use: string) => ProtocolDefinition;
}

/** What checkers may know of a run beside its records. */
export function makeView(
  scenario: Scenario,
  names: Names,
  { network, world, peers, definitionOf }: ViewSurroundings,
): RunView {
  const {
    nodeCount,
    network: { latency },
    regionOf,
  } = scenario;
  return {
    nodeCount,
    nodeId: (node) => peers.at(node).id,
    keyDistance: keyDistanceOf(scenario, definitionOf),
    text: (name) => names.text(name),
    nodeName: (node) => network.nameOf(node),
    className: (node) => network.classOf(node).name,
    regionName: (node) =>
      latency.kind === "regions" ? (latency.matrix.names[regionOf[node] ?? 0] ?? "") : "",
    isReachable: (source, target) => world.conditions.isReachable(source, target),
    componentOf: (node) => world.conditions.componentOf(node),
  };
}

/** A network is called after its scenario and seed: an instruction for one is worth nothing in another. */
export function networkId({ name, seed }: Scenario): string {
  return `${name}/${seed}`.replace(/[^!-~]/g, "_").slice(0, 64);
}

/** Finds protocols among the shipped ones and a user's own. */
export function definitionFinder(
  own: readonly ProtocolDefinition[],
): (slot: string, use: string) => ProtocolDefinition {
  const definitions = [...own, ...SHIPPED_PROTOCOLS];
  return (slot, use) => {
    const found = findProtocol(definitions, slot, use);
    if (found === undefined) throw new RangeError(`There is no protocol ${use} for slot ${slot}`);
    return found;
  };
}

/** The overlay in which selectors count degrees: that of the first protocol that keeps one. */
export function degreeOverlay(
  scenario: Scenario,
  own: readonly ProtocolDefinition[],
): string | null {
  const find = definitionFinder(own);
  for (const { slot, use, options } of scenario.classes.flatMap(({ protocols }) => protocols)) {
    const first = find(slot, use).overlays(options)[0];
    if (first !== undefined) return first.overlay;
  }
  return null;
}

/** 1 for each node that accepts no connection it did not open; null when there is none. */
export function undialableNodes(
  scenario: Scenario,
  { sha256 }: Platform,
  nameOf: (node: number) => string,
): Uint8Array | null {
  if (scenario.classes.every(({ dialableShare }) => dialableShare === 1)) return null;
  const key = mixKey(sha256, scenario.seed, "undialable");
  const mask = new Uint8Array(scenario.nodeCount);
  for (const { firstNode, count, dialableShare } of scenario.classes) {
    const ranked = Array.from({ length: count }, (_, i) => ({
      node: firstNode + i,
      rank: mixUnit(key, hashText(nameOf(firstNode + i)), 0, 0, 0),
    })).sort((a, b) => a.rank - b.rank || a.node - b.node);
    // The share is of the class, not of each node's luck, so that small classes get it as well.
    for (const { node } of ranked.slice(Math.round(dialableShare * count))) mask[node] = 1;
  }
  return mask;
}
