// What happens in a scenario besides the nodes' own doing: joins, churn, workloads, events. Everything that is
// planned is a world event with plain data, so that it is saved with the run.

import type { PlainData } from "../sim/plain-data.js";
import type { Simulation } from "../sim/simulation.js";
import type { Sha256 } from "../trace/hashing.js";
import { RecordKind, WORLD } from "../trace/record.js";
import { ChurnProcess } from "./churn-process.js";
import type { ChurnStep } from "./churn-process.js";
import { EmptyPicks } from "./empty-picks.js";
import { NetworkConditions } from "./network-conditions.js";
import { scopedRules, nodeMask } from "./network-rules.js";
import { pickRank } from "./pick-rank.js";
import type { RunNetwork } from "./run-network.js";
import type { ChurnReport } from "./run-report.js";
import { ScenarioActions } from "./scenario-actions.js";
import type { Scenario, ScenarioAction, ScenarioEvent, Workload } from "./scenario.js";
import { selectableNodes } from "./selectable-nodes.js";
import type { Selector } from "./selector.js";
import { resolveSelector } from "./selector-resolution.js";
import type { Resolution, SelectableNodes } from "./selector-resolution.js";
import { WorkloadKeys } from "./workload-keys.js";
import { WorkloadArrivals } from "./workload-process.js";

const MICROS_PER_SECOND = 1e6;

/** Something that is planned. */
type Plan =
  | { readonly plan: "start"; readonly node: number }
  | { readonly plan: "event"; readonly index: number }
  | { readonly plan: "join"; readonly node: number }
  | { readonly plan: "churn-begin"; readonly churn: number }
  | {
      readonly plan: "churn";
      readonly churn: number;
      readonly node: number;
      readonly step: ChurnStep;
    }
  | { readonly plan: "work"; readonly workload: number; readonly number: number };

export interface ScenarioWorldOptions {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  readonly network: RunNetwork;
  readonly sha256: Sha256;
  /** The nodes through which others join, which start first. */
  readonly contacts: readonly number[];
  /** The overlay whose links count as a node's degree. */
  readonly degreeOverlay: string | null;
}

/** The scenario at work on the network. */
export class ScenarioWorld {
  readonly conditions: NetworkConditions;
  readonly emptyPicks = new EmptyPicks();
  readonly #options: ScenarioWorldOptions;
  readonly #churns: readonly ChurnProcess[];
  readonly #arrivals: readonly WorkloadArrivals[];
  /** The keys of each workload; null for one of messages. */
  readonly #keys: readonly (WorkloadKeys | null)[];
  readonly #concernedBy = new Map<string, readonly number[]>();
  readonly #nodes: SelectableNodes;
  readonly #actions: ScenarioActions;

  constructor(options: ScenarioWorldOptions) {
    this.#options = options;
    const { scenario, simulation, sha256 } = options;
    this.conditions = new NetworkConditions(simulation, scenario.nodeCount);
    const concernedBy = (event: string): readonly number[] => this.#concernedBy.get(event) ?? [];
    this.#nodes = selectableNodes({ ...options, concernedBy });
    this.#actions = new ScenarioActions({
      sha256,
      network: options.network,
      conditions: this.conditions,
      resolutionOf: (eventName, isEligible) => this.#resolution(eventName, isEligible),
      planJoin: (node, place, joinsPerSecond) => {
        this.#planJoin(node, place, joinsPerSecond);
      },
    });
    this.#churns = scenario.churn.map(
      (churn, index) =>
        new ChurnProcess({
          churn,
          nodes: this.resolve(churn.nodes, churn.name, () => true),
          network: options.network,
          seed: scenario.seed,
          sha256,
          plan: (timeMicros, node, step) => {
            this.#plan(timeMicros, { plan: "churn", churn: index, node, step });
          },
        }),
    );
    this.#arrivals = scenario.workload.map(
      (workload) => new WorkloadArrivals(workload, scenario.seed, sha256),
    );
    this.#keys = scenario.workload.map(({ name: workload, keys: choice }) =>
      choice === null ? null : new WorkloadKeys({ choice, workload, seed: scenario.seed, sha256 }),
    );
    this.#addNetworkRules();
  }

  /** Plans the whole scenario. Called once, before the first step of a run that is not restored. */
  begin(): void {
    const { scenario } = this.#options;
    this.#planStarts();
    for (const [index, churn] of scenario.churn.entries()) {
      this.#plan(churn.startMicros, { plan: "churn-begin", churn: index });
    }
    for (const [index, arrivals] of this.#arrivals.entries()) {
      this.#planWork(index, 0, arrivals.firstMicros());
    }
    for (const [index, event] of scenario.events.entries()) {
      this.#plan(event.atMicros, { plan: "event", index });
    }
  }

  /** Does what was planned for now. */
  take(planned: PlainData): void {
    const plan = planned as unknown as Plan;
    const { network, scenario, simulation } = this.#options;
    switch (plan.plan) {
      case "start":
      case "join":
        network.start(plan.node);
        break;
      case "churn-begin":
        this.#churns[plan.churn]!.begin();
        break;
      case "churn":
        this.#churns[plan.churn]!.take(plan.node, plan.step, simulation.nowMicros);
        break;
      case "work":
        this.#work(plan.workload, plan.number);
        break;
      case "event":
        this.act(scenario.events[plan.index]!);
    }
  }

  /**
   * Performs an event now, whether the scenario planned it or somebody injects it. Whom it concerns is settled and
   * recorded before anything happens to them: the effects follow their cause in every trace.
   */
  act({ name, action }: Pick<ScenarioEvent, "name" | "action">): void {
    const { concerned, emptySelectors, perform } = this.#actions.resolve(name, action);
    if (emptySelectors.length > 0 && !this.#undoesNothing(action)) {
      const { nowMicros } = this.#options.simulation;
      this.emptyPicks.add({ event: name, timeMicros: nowMicros, selectors: emptySelectors });
    }
    this.#concernedBy.set(name, concerned);
    this.#recordAction(name, WORLD, concerned.length);
    for (const node of concerned) this.#recordAction(name, node, 1);
    perform();
  }

  /** The nodes that a selector means now. */
  resolve(selector: Selector, eventName: string, isEligible: (node: number) => boolean): number[] {
    return resolveSelector(selector, this.#resolution(eventName, isEligible));
  }

  /** Whether churn finds a node away when it begins, so that the node is not there from the beginning either. */
  isAwayAtStart(node: number): boolean {
    return !this.#churns.every((churn) => churn.isPresentAtStart(node));
  }

  churnReports(nowMicros: number): ChurnReport[] {
    return this.#churns.map((churn) => churn.report(nowMicros));
  }

  /** Whether an action is for the nodes of an event that picked nobody: of the two, the first is told of. */
  #undoesNothing(action: ScenarioAction): boolean {
    if (!("who" in action) || action.who === "network" || action.who.kind !== "event") return false;
    return this.#concernedBy.get(action.who.event)?.length === 0;
  }

  #resolution(eventName: string, isEligible: (node: number) => boolean): Resolution {
    const { scenario, sha256 } = this.#options;
    return { nodes: this.#nodes, isEligible, rank: pickRank(sha256, scenario.seed, eventName) };
  }

  /** Rules whose scope is a choice of nodes, resolved once. */
  #addNetworkRules(): void {
    const { scenario, simulation } = this.#options;
    for (const { name, from, to, oneWay, ...condition } of scenario.network.rules) {
      const mask = (selector: Selector): Uint8Array =>
        nodeMask(
          this.resolve(selector, name, () => true),
          scenario.nodeCount,
        );
      const scope = { sources: mask(from), targets: mask(to), oneWay };
      for (const rule of scopedRules(name, condition, scope)) simulation.kernel.network.add(rule);
    }
  }

  /** Contacts are there at once; the others join one after the other, in the order of indexes. */
  #planStarts(): void {
    const { scenario, contacts } = this.#options;
    const { start } = scenario;
    const first = new Set(contacts);
    for (const node of contacts) this.#plan(0, { plan: "start", node });
    let joined = 0;
    for (const { firstNode, count, startsAtBeginning } of scenario.classes) {
      if (!startsAtBeginning) continue;
      for (let node = firstNode; node < firstNode + count; node++) {
        if (first.has(node) || this.isAwayAtStart(node)) continue;
        const rate = start.kind === "join" ? start.joinsPerSecond : null;
        const timeMicros = rate === null ? 0 : Math.round((++joined * MICROS_PER_SECOND) / rate);
        this.#plan(timeMicros, { plan: "join", node });
      }
    }
  }

  #plan(timeMicros: number, plan: Plan): void {
    this.#options.simulation.scheduleWorld(timeMicros, plan);
  }

  #planWork(workload: number, number: number, timeMicros: number): void {
    if (timeMicros >= this.#options.scenario.workload[workload]!.endMicros) return;
    this.#plan(timeMicros, { plan: "work", workload, number });
  }

  /** One message of a workload, by a node chosen now, and the plan of the next one. */
  #work(index: number, number: number): void {
    const { scenario, simulation } = this.#options;
    const workload = scenario.workload[index]!;
    const next = this.#arrivals[index]!.nextMicros(number, simulation.nowMicros);
    this.#planWork(index, number + 1, next);
    const eventName = `${workload.name}#${number}`;
    const by = this.#chooseActive(workload.by, `${eventName}/by`, -1);
    if (by < 0) return;
    if (workload.do === "broadcast") this.#actions.broadcast(by, workload.bytes);
    else if (workload.do === "send") this.#sendOne(workload, eventName, by);
    else {
      const key = this.#keys[index]?.of(number) ?? "";
      this.#actions.operate(by, workload.do, { key, bytes: workload.bytes, mark: number });
    }
  }

  #sendOne({ to, bytes }: Workload, eventName: string, by: number): void {
    const target = this.#chooseActive(to ?? { kind: "all" }, `${eventName}/to`, by);
    if (target >= 0) this.#actions.send(by, target, bytes);
  }

  /** One active node of a choice that is not frozen: the first by rank; -1 when there is none. */
  #chooseActive(selector: Selector, eventName: string, except: number): number {
    const { network } = this.#options;
    const resolution = this.#resolution(
      eventName,
      (node) => node !== except && network.lifeOf(node) === "active" && !network.isPaused(node),
    );
    let chosen = -1;
    let lowest = Infinity;
    for (const node of resolveSelector(selector, resolution)) {
      const rank = resolution.rank(network.nameOf(node));
      if (rank >= lowest) continue;
      chosen = node;
      lowest = rank;
    }
    return chosen;
  }

  #planJoin(node: number, place: number, joinsPerSecond: number | null): void {
    if (joinsPerSecond === null) this.#options.network.start(node);
    else {
      const afterMicros = Math.round((place * MICROS_PER_SECOND) / joinsPerSecond);
      this.#plan(this.#options.simulation.nowMicros + afterMicros, { plan: "join", node });
    }
  }

  #recordAction(name: string, node: number, count: number): void {
    const { recorder, names } = this.#options.simulation.kernel;
    const row = recorder.open(RecordKind.action, node);
    row.name = names.id(name);
    row.peer = -1;
    row.number = count;
    row.application = 0;
    recorder.commit();
  }

  snapshot(): PlainData {
    return {
      conditions: this.conditions.snapshot(),
      churns: this.#churns.map((churn) => churn.snapshot()),
      concernedBy: [...this.#concernedBy],
      emptyPicks: this.emptyPicks.snapshot(),
    };
  }

  restore(state: PlainData): void {
    const saved = state as {
      conditions: PlainData;
      churns: readonly PlainData[];
      concernedBy: readonly (readonly [string, readonly number[]])[];
      emptyPicks: PlainData;
    };
    this.conditions.restore(saved.conditions);
    saved.churns.forEach((churn, index) => {
      this.#churns[index]!.restore(churn);
    });
    this.#concernedBy.clear();
    for (const [event, nodes] of saved.concernedBy) this.#concernedBy.set(event, nodes);
    this.emptyPicks.restore(saved.emptyPicks);
  }
}
