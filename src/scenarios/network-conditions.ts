// The conditions that a scenario's events put in force and lift again: partitions, holds, degraded links. Kept as
// data beside the rules they make, so that a run can be saved with them in force.

import type { LinkRule } from "../sim/link-rule.js";
import type { PlainData } from "../sim/plain-data.js";
import { Hold } from "../sim/rules/hold.js";
import { NO_GROUP, Partition } from "../sim/rules/partition.js";
import type { Simulation } from "../sim/simulation.js";
import { WORLD } from "../trace/record.js";
import { nodeMask, scoped, scopedRules } from "./network-rules.js";
import type { LinkCondition } from "./scenario.js";

/** A condition in force. Nodes are indexes, resolved when it began. */
export type ActiveCondition =
  | {
      readonly kind: "partition";
      readonly groups: readonly (readonly number[])[];
      readonly oneWay: boolean;
    }
  | { readonly kind: "hold"; readonly from: readonly number[]; readonly to: readonly number[] }
  | {
      readonly kind: "degrade";
      readonly from: readonly number[];
      readonly to: readonly number[];
      readonly oneWay: boolean;
      readonly condition: LinkCondition;
    };

/** The word under which the end of a condition is recorded. */
const ENDING = { partition: "heal", hold: "release", degrade: "restore" } as const;

/** All conditions in force in one simulation, by the name of the event that began them. */
export class NetworkConditions {
  readonly #simulation: Simulation;
  readonly #nodeCount: number;
  readonly #active = new Map<string, ActiveCondition>();
  readonly #rulesOf = new Map<string, readonly LinkRule[]>();
  /** Component of each node; null until somebody asks after a change. */
  #components: Uint32Array | null = null;

  constructor(simulation: Simulation, nodeCount: number) {
    this.#simulation = simulation;
    this.#nodeCount = nodeCount;
  }

  /** Puts a condition in force. */
  begin(name: string, condition: ActiveCondition): void {
    this.#enforce(name, condition);
    this.#simulation.networkChanged();
    this.#simulation.recordFault(condition.kind, WORLD);
  }

  /** Lifts the condition that an event began, or with null all of a kind. */
  end(kind: ActiveCondition["kind"], name: string | null): void {
    const ending = [...this.#active].filter(
      ([active, condition]) => condition.kind === kind && (name === null || active === name),
    );
    for (const [active] of ending) this.#lift(active);
    // Recorded once what held is lifted: whoever looks now sees the network after the change.
    for (const [active] of ending) {
      this.#simulation.recordFault(ENDING[kind], WORLD);
      if (kind === "hold") this.#simulation.release(active);
    }
  }

  /** Whether data would pass from one node to another now, chance apart. */
  isReachable(source: number, target: number): boolean {
    const { passage, network, nowMicros } = this.#simulation.kernel;
    passage.begin("stream", source, target, 0, 0, nowMicros);
    network.judgeReachability(passage);
    return passage.lostReason === "" && passage.heldBy === "";
  }

  /**
   * The part of the network that a node is in; 0 for all while nothing is cut. Nodes that all cuts treat alike form one
   * class, so that only classes are compared.
   */
  componentOf(node: number): number {
    this.#components ??= this.#findComponents();
    return this.#components[node] ?? 0;
  }

  #enforce(name: string, condition: ActiveCondition): void {
    const rules = this.#makeRules(name, condition);
    for (const rule of rules) this.#simulation.kernel.network.add(rule);
    this.#active.set(name, condition);
    this.#rulesOf.set(name, rules);
    this.#components = null;
  }

  #lift(name: string): void {
    for (const rule of this.#rulesOf.get(name) ?? [])
      this.#simulation.kernel.network.remove(rule.name);
    this.#rulesOf.delete(name);
    this.#active.delete(name);
    this.#components = null;
  }

  #makeRules(name: string, condition: ActiveCondition): readonly LinkRule[] {
    const mask = (nodes: readonly number[]): Uint8Array => nodeMask(nodes, this.#nodeCount);
    switch (condition.kind) {
      case "partition": {
        const groupOf = groupsOf(condition.groups, this.#nodeCount);
        return [new Partition({ name, groupOf, oneWay: condition.oneWay })];
      }
      case "hold": {
        const scope = { sources: mask(condition.from), targets: mask(condition.to), oneWay: true };
        return [scoped(new Hold({ name }), scope)];
      }
      case "degrade": {
        const { from, to, oneWay } = condition;
        return scopedRules(name, condition.condition, {
          sources: mask(from),
          targets: mask(to),
          oneWay,
        });
      }
    }
  }

  #findComponents(): Uint32Array {
    const components = new Uint32Array(this.#nodeCount);
    const cuts = [...this.#active.values()].filter(({ kind }) => kind !== "degrade");
    if (cuts.length === 0) return components;
    const masks = cuts.flatMap((cut) => this.#classesOf(cut));
    const classes = new Map<string, { readonly nodes: number[] }>();
    for (let node = 0; node < this.#nodeCount; node++) {
      const key = masks.map((mask) => mask[node]).join(",");
      const known = classes.get(key);
      if (known === undefined) classes.set(key, { nodes: [node] });
      else known.nodes.push(node);
    }
    const parts = joinClasses([...classes.values()], (a, b) => this.#reachEachOther(a, b));
    parts.forEach((nodes, number) => {
      for (const node of nodes) components[node] = number;
    });
    return components;
  }

  #reachEachOther(a: number, b: number): boolean {
    return this.isReachable(a, b) && this.isReachable(b, a);
  }

  #classesOf(cut: ActiveCondition): readonly (Uint8Array | Uint16Array)[] {
    if (cut.kind === "partition") return [groupsOf(cut.groups, this.#nodeCount)];
    return [nodeMask(cut.from, this.#nodeCount), nodeMask(cut.to, this.#nodeCount)];
  }

  snapshot(): PlainData {
    return [...this.#active].map(([name, condition]) => [name, condition as unknown as PlainData]);
  }

  /** Puts the conditions of a snapshot in force, without records. */
  restore(state: PlainData): void {
    for (const name of [...this.#active.keys()]) this.#lift(name);
    for (const [name, condition] of state as readonly (readonly [string, ActiveCondition])[]) {
      this.#enforce(name, condition);
    }
  }
}

function groupsOf(groups: readonly (readonly number[])[], nodeCount: number): Uint16Array {
  const groupOf = new Uint16Array(nodeCount).fill(NO_GROUP);
  groups.forEach((nodes, group) => {
    for (const node of nodes) groupOf[node] = group;
  });
  return groupOf;
}

/**
 * Joins classes of nodes that reach each other, directly or through others; the largest part comes first. What holds
 * for two nodes of two classes holds for any two of them, and so within a class: two of its nodes speak for all.
 */
function joinClasses(
  classes: readonly { readonly nodes: readonly number[] }[],
  areJoined: (a: number, b: number) => boolean,
): number[][] {
  const parts: number[][] = [];
  const left = new Set(classes);
  for (const first of classes) {
    if (!left.delete(first)) continue;
    const part = [first];
    for (const inside of part) {
      for (const other of [...left]) {
        if (!areJoined(inside.nodes[0]!, other.nodes[0]!)) continue;
        left.delete(other);
        part.push(other);
      }
    }
    const another = first.nodes[1];
    // A hold among the nodes of one choice: each is alone, unless another class joins them.
    const isScattered =
      part.length === 1 && another !== undefined && !areJoined(first.nodes[0]!, another);
    if (isScattered) parts.push(...first.nodes.map((node) => [node]));
    else parts.push(part.flatMap(({ nodes }) => nodes));
  }
  return parts.sort((a, b) => b.length - a.length);
}
