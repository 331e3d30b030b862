// What the events of a scenario do: whom an action concerns is settled first, what it does to them happens after. In
// between whoever runs the event records it.

import type { KeyOperation } from "../protocol/key-operation.js";
import type { Sha256 } from "../trace/hashing.js";
import type { ActiveCondition, NetworkConditions } from "./network-conditions.js";
import type { CrashKind, RunNetwork } from "./run-network.js";
import type { ScenarioAction } from "./scenario.js";
import type { Selector } from "./selector.js";
import { resolveGroups, resolveSelector } from "./selector-resolution.js";
import type { Resolution } from "./selector-resolution.js";
import { keyOfName } from "./workload-keys.js";

/** Whether an action can happen to a node. */
type Eligibility = (node: number) => boolean;

/** An action that is settled and has not happened. */
export interface ResolvedAction {
  /** In ascending order, groups one after the other. */
  readonly concerned: readonly number[];
  /** The action's selectors that mean no node, by their keys: `who`, `from`, `groups[1]`. */
  readonly emptySelectors: readonly string[];
  readonly perform: () => void;
}

/** An action that happens to each node of a choice by itself. */
type ActionOnEach =
  | Exclude<
      ScenarioAction,
      {
        readonly do:
          "partition" | "hold" | "degrade" | "heal" | "release" | "restore" | "send" | "shutdown";
      }
    >
  | { readonly do: "shutdown"; readonly who: Selector };

/** What an operation is about. */
export interface KeyWork {
  /** 64 hexadecimal digits. */
  readonly key: string;
  /** Size of the value that is put. */
  readonly bytes: number;
  /** Tells the values of one key apart. */
  readonly mark: number;
}

export interface ScenarioActionsOptions {
  readonly sha256: Sha256;
  readonly network: RunNetwork;
  readonly conditions: NetworkConditions;
  /** How the selectors of an event are resolved now. */
  readonly resolutionOf: (eventName: string, isEligible: Eligibility) => Resolution;
  /** Lets the `place`th of some nodes join: now, or in its turn. */
  readonly planJoin: (node: number, place: number, joinsPerSecond: number | null) => void;
}

/** The actions of one scenario on its network. */
export class ScenarioActions {
  readonly #options: ScenarioActionsOptions;

  constructor(options: ScenarioActionsOptions) {
    this.#options = options;
  }

  /** Settles whom an action concerns, and what it will do to them. */
  resolve(name: string, action: ScenarioAction): ResolvedAction {
    switch (action.do) {
      case "partition":
      case "hold":
      case "degrade":
        return this.#resolveCondition(name, action);
      case "heal":
        return this.#endOf("partition", action.event);
      case "release":
        return this.#endOf("hold", action.event);
      case "restore":
        return this.#endOf("degrade", action.event);
      case "send":
        return this.#resolveSend(name, action);
      case "shutdown":
        if (action.who === "network") return this.#resolveNetworkShutdown();
        return this.#resolveEach(name, { ...action, who: action.who });
      default:
        return this.#resolveEach(name, action);
    }
  }

  #endOf(kind: ActiveCondition["kind"], event: string | null): ResolvedAction {
    return {
      concerned: [],
      emptySelectors: [],
      perform: () => {
        this.#options.conditions.end(kind, event);
      },
    };
  }

  #resolveCondition(
    name: string,
    action: ScenarioAction & { readonly do: "partition" | "hold" | "degrade" },
  ): ResolvedAction {
    const begin = (
      condition: ActiveCondition,
      concerned: readonly number[],
      chosen: Readonly<Record<string, readonly number[]>>,
    ): ResolvedAction => ({
      concerned,
      emptySelectors: emptyOf(chosen),
      perform: () => {
        this.#options.conditions.begin(name, condition);
      },
    });
    if (action.do === "partition") {
      const groups = resolveGroups(
        action.groups,
        this.#options.resolutionOf(name, () => true),
      );
      const chosen = Object.fromEntries(groups.map((group, i) => [`groups[${i}]`, group]));
      const condition = { kind: "partition", groups, oneWay: action.oneWay } as const;
      return begin(condition, groups.flat(), chosen);
    }
    const from = this.#nodesOf(action.from, `${name}/from`, () => true);
    const to = this.#nodesOf(action.to, `${name}/to`, () => true);
    if (action.do === "hold") return begin({ kind: "hold", from, to }, from, { from, to });
    const { oneWay, condition } = action;
    return begin({ kind: "degrade", from, to, oneWay, condition }, from, { from, to });
  }

  /** The instruction enters at one node, which is the one concerned; at nobody where none is active. */
  #resolveNetworkShutdown(): ResolvedAction {
    const { network } = this.#options;
    const entry = network.shutdownEntry();
    const who = entry < 0 ? [] : [entry];
    return {
      concerned: who,
      emptySelectors: emptyOf({ who }),
      perform: () => {
        if (entry >= 0) network.shutDownThrough(entry);
      },
    };
  }

  #resolveSend(
    name: string,
    { who, to, bytes }: ScenarioAction & { readonly do: "send" },
  ): ResolvedAction {
    const { network } = this.#options;
    const concerned = this.#nodesOf(who, name, this.#eligibility("send", "process"));
    const targets = this.#nodesOf(to, `${name}/to`, (node) => network.isUp(node));
    return {
      concerned,
      emptySelectors: emptyOf({ who: concerned, to: targets }),
      perform: () => {
        for (const node of concerned) {
          for (const target of targets) if (target !== node) this.send(node, target, bytes);
        }
      },
    };
  }

  #resolveEach(name: string, action: ActionOnEach): ResolvedAction {
    const kind = action.do === "crash" ? action.kind : "process";
    const concerned = this.#nodesOf(action.who, name, this.#eligibility(action.do, kind));
    return {
      concerned,
      emptySelectors: emptyOf({ who: concerned }),
      perform: () => {
        for (const [place, node] of concerned.entries()) this.#actOn(node, place, action);
      },
    };
  }

  /** Does an action to one node, the `place`th of those concerned. */
  #actOn(node: number, place: number, action: ActionOnEach): void {
    const { network } = this.#options;
    switch (action.do) {
      case "join":
        this.#options.planJoin(node, place, action.joinsPerSecond);
        break;
      case "leave":
        network.do(node, { do: "leave" });
        break;
      case "shutdown":
        network.do(node, { do: "shutdown" });
        break;
      case "crash":
        network.crash(node, action.kind);
        break;
      case "restart":
        network.start(node, { keepsState: action.state === "keep" });
        break;
      case "pause":
        network.pause(node);
        break;
      case "resume":
        network.resume(node);
        break;
      case "broadcast":
        this.broadcast(node, action.bytes);
        break;
      case "lookup":
      case "get":
      case "put":
        this.operate(node, action.do, {
          key: keyOfName(this.#options.sha256, action.key),
          bytes: action.do === "put" ? action.bytes : 0,
          mark: 0,
        });
    }
  }

  /** To which nodes an action can happen at all. A frozen process does nothing, but things happen to it. */
  #eligibility(action: ScenarioAction["do"], crashed: CrashKind): (node: number) => boolean {
    const { network } = this.#options;
    switch (action) {
      case "join":
        return (node) =>
          !network.isUp(node) &&
          (network.lifeOf(node) === "waiting" || network.lifeOf(node) === "left");
      case "restart":
        return (node) => network.lifeOf(node) === "crashed";
      case "resume":
        return (node) => network.isPaused(node);
      case "crash":
        return (node) => (crashed === "host" ? network.hasHost(node) : network.isUp(node));
      default:
        return (node) => network.isUp(node) && !network.isGoing(node) && !network.isPaused(node);
    }
  }

  /** Lets a node broadcast a message of so many bytes. */
  broadcast(node: number, bytes: number): void {
    this.#options.network.do(node, { do: "broadcast", bytes });
  }

  /** Lets a node send another one a message of so many bytes. */
  send(node: number, target: number, bytes: number): void {
    this.#options.network.do(node, { do: "send", target, bytes });
  }

  /** Lets a node look up a key, put a value of so many bytes there, or get it. */
  operate(node: number, operation: KeyOperation, { key, bytes, mark }: KeyWork): void {
    const { network } = this.#options;
    if (operation === "put") network.do(node, { do: "put", key, bytes, mark });
    else network.do(node, { do: operation, key });
  }

  #nodesOf(selector: Selector, eventName: string, isEligible: Eligibility): number[] {
    return resolveSelector(selector, this.#options.resolutionOf(eventName, isEligible));
  }
}

/** The keys under which nobody was chosen. */
function emptyOf(chosen: Readonly<Record<string, readonly number[]>>): string[] {
  return Object.keys(chosen).filter((key) => chosen[key]!.length === 0);
}
