// From the network that a scenario describes to the rules that make it.

import { createDistribution } from "../sim/distributions.js";
import type { LinkRule } from "../sim/link-rule.js";
import { ConstantLatency } from "../sim/rules/constant-latency.js";
import { Corruption } from "../sim/rules/corruption.js";
import { DrawnJitter } from "../sim/rules/drawn-jitter.js";
import { Duplication } from "../sim/rules/duplication.js";
import { Loss } from "../sim/rules/loss.js";
import { MessageLatency } from "../sim/rules/message-latency.js";
import { PairLatency } from "../sim/rules/pair-latency.js";
import { ProportionalJitter } from "../sim/rules/proportional-jitter.js";
import { RegionLatency } from "../sim/rules/region-latency.js";
import { Reordering } from "../sim/rules/reordering.js";
import { ScopedRule } from "../sim/rules/scoped-rule.js";
import { Undialable } from "../sim/rules/undialable.js";
import type { JitterModel, LatencyModel, LinkCondition, Scenario } from "./scenario.js";

/** The rules of the whole network: everything that holds from the start and everywhere. */
export function networkRules(scenario: Scenario, isUndialable: Uint8Array | null): LinkRule[] {
  const { network } = scenario;
  return [
    latencyRule(network.latency, scenario.regionOf),
    ...(network.jitter === null ? [] : [jitterRule(network.jitter)]),
    ...conditionRules("network", network.conditions),
    ...(isUndialable === null ? [] : [new Undialable({ name: "undialable", isUndialable })]),
  ];
}

/** The rules of a condition, named after it: one a thing that it does. */
export function conditionRules(name: string, condition: LinkCondition): LinkRule[] {
  const rules: LinkRule[] = [];
  const { lossProbability, duplicateProbability, corruptProbability, reorder, delay } = condition;
  if (lossProbability > 0) {
    rules.push(new Loss({ name: `${name}/loss`, probability: lossProbability }));
  }
  if (duplicateProbability > 0) {
    rules.push(new Duplication({ name: `${name}/duplicate`, probability: duplicateProbability }));
  }
  if (corruptProbability > 0) {
    rules.push(new Corruption({ name: `${name}/corrupt`, probability: corruptProbability }));
  }
  if (reorder !== null && reorder.probability > 0) {
    rules.push(new Reordering({ name: `${name}/reorder`, ...reorder }));
  }
  if (delay !== null) {
    rules.push(new DrawnJitter({ name: `${name}/delay`, distribution: createDistribution(delay) }));
  }
  return rules;
}

/** Where a condition holds. */
export interface LinkScope {
  readonly sources: Uint8Array;
  readonly targets: Uint8Array;
  readonly oneWay: boolean;
}

/** The rules of a condition on some links. */
export function scopedRules(name: string, condition: LinkCondition, scope: LinkScope): LinkRule[] {
  return conditionRules(name, condition).map((rule) => scoped(rule, scope));
}

/** Restricts a rule to some links. */
export function scoped(rule: LinkRule, { sources, targets, oneWay }: LinkScope): LinkRule {
  return new ScopedRule({ rule, sources, targets, bothWays: !oneWay });
}

/** A mask of nodes: 1 for each that is named. */
export function nodeMask(nodes: readonly number[], nodeCount: number): Uint8Array {
  const mask = new Uint8Array(nodeCount);
  for (const node of nodes) mask[node] = 1;
  return mask;
}

function latencyRule(latency: LatencyModel, regionOf: Uint16Array): LinkRule {
  const name = "latency";
  if (latency.kind === "regions")
    return new RegionLatency({ name, matrix: latency.matrix, regionOf });
  if (latency.from.kind === "fixed") {
    return new ConstantLatency({ name, latencyMicros: latency.from.micros });
  }
  const distribution = createDistribution(latency.from);
  return latency.per === "pair"
    ? new PairLatency({ name, distribution })
    : new MessageLatency({ name, distribution });
}

function jitterRule(jitter: JitterModel): LinkRule {
  const name = "jitter";
  if (jitter.kind === "share") return new ProportionalJitter({ name, share: jitter.share });
  return new DrawnJitter({ name, distribution: createDistribution(jitter.from) });
}
