// From the network that a scenario describes to the conditions of a network of namespaces: the same base latencies,
// jitter and losses, now of IP packets. What the forwarder cannot do is named, never left out in silence.

import { NetworkModel } from "../sim/network-model.js";
import { Passage } from "../sim/passage.js";
import type { Sha256 } from "../trace/hashing.js";
import { KernelNetworkError } from "./node-kernel-network.js";
import type { KernelNetworkOptions, OwnPath } from "./node-kernel-network.js";
import { networkRules } from "./network-rules.js";
import type { Scenario } from "./scenario.js";

/** The network of some of a scenario's nodes, and what of the scenario's network it does not have. */
export interface KernelConditions {
  readonly options: KernelNetworkOptions;
  /** In words, for the report: `duplication`, `rule far-away`. */
  readonly leftOut: readonly string[];
}

export interface KernelConditionsOptions {
  readonly scenario: Scenario;
  /** Indexes of the nodes that get a namespace, in the order of their places. */
  readonly nodes: readonly number[];
  /** Bits a second of a node's uplink; Infinity where it has none. */
  readonly uplinkOf: (node: number) => number;
  readonly sha256: Sha256;
}

/** Works the conditions out. Throws `KernelNetworkError` for a jitter that is no share of the latency. */
export function kernelConditions(given: KernelConditionsOptions): KernelConditions {
  const { scenario, nodes, uplinkOf, sha256 } = given;
  const { jitter, conditions, rules } = scenario.network;
  if (jitter !== null && jitter.kind !== "share") {
    throw new KernelNetworkError(
      "A jitter from a distribution between namespaces; expected a share of the latency, as 10%",
    );
  }
  const seed = String(scenario.seed);
  const network = new NetworkModel({ seed, sha256 });
  for (const rule of networkRules(scenario, null)) network.add(rule);
  const passage = new Passage();
  const paths: OwnPath[] = [];
  nodes.forEach((source, from) => {
    nodes.forEach((target, to) => {
      if (from === to) return;
      passage.begin("datagram", source, target, 0, 0, 0);
      const delayMicros = network.propagationMicros(passage);
      const jitterMicros = Math.round(delayMicros * (jitter?.share ?? 0));
      paths.push({ from, to, delayMicros, jitterMicros });
    });
  });
  const { lossProbability, duplicateProbability, corruptProbability, reorder, delay } = conditions;
  const leftOut = [
    ...(duplicateProbability > 0 ? ["duplication"] : []),
    ...(corruptProbability > 0 ? ["corruption"] : []),
    ...(reorder === null ? [] : ["reordering"]),
    ...(delay === null ? [] : ["added delay"]),
    ...(scenario.classes.some(({ dialableShare }) => dialableShare < 1) ? ["reach: dialable"] : []),
    ...rules.map(({ name }) => `rule ${name}`),
  ];
  const path = { delayMicros: 0, jitterMicros: 0, lossProbability };
  return { options: { seed, uplinks: nodes.map(uplinkOf), path, paths }, leftOut };
}
