// A scenario as the rest of the system sees it: validated, every default resolved, every value in base
// units, phases and events at absolute virtual times. What a person writes is in `scenario-schema.ts`.

import type { DistributionDescription } from "../sim/distribution.js";
import type { KeyOperation } from "../protocol/key-operation.js";
import type { LatencyMatrix } from "../sim/rules/latency-matrix.js";
import type { Expectation } from "./expectation.js";
import type { ProtocolOptions } from "./protocol-options.js";
import type { Selector } from "./selector.js";
import type { Window } from "./time-window.js";

/** A value of `params`. */
export type ParamValue = string | number | boolean;

/** Where something was written, for messages: lines and columns count from 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

/** A complete scenario. Plain data. */
export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly seed: number | string;
  /** What was substituted for `${…}`, with the caller's overrides applied. */
  readonly params: Readonly<Record<string, ParamValue>>;
  /** In the order written: node indexes run through the classes in this order, from 0. */
  readonly classes: readonly NodeClass[];
  /** Sum of the classes' counts. */
  readonly nodeCount: number;
  /** Row of the latency matrix of each node, by its index; empty when latency knows no regions. */
  readonly regionOf: Uint16Array;
  readonly start: StartOverlay;
  /** In order, without gaps; the first starts at 0. */
  readonly phases: readonly Phase[];
  /** End of the last phase: the length of the run. */
  readonly endMicros: number;
  readonly network: NetworkConditions;
  readonly churn: readonly Churn[];
  readonly workload: readonly Workload[];
  /** Repetitions and opposites unfolded; in order of time, then of name. */
  readonly events: readonly ScenarioEvent[];
  readonly measure: Measure | null;
  readonly expect: readonly Expectation[];
  /** Every file the scenario drew on, in the order of first use, for the report's hashes. */
  readonly imports: readonly ImportedFile[];
}

/** A named stretch of the run. */
export interface Phase extends Window {
  readonly name: string;
}

/** A file named by a scenario. */
export interface ImportedFile {
  /** As written: relative to the scenario's folder. */
  readonly path: string;
  readonly text: string;
}

/** Nodes that are alike. Node `i` of class `home` is called `home-i`, counted from 0 in its class. */
export interface NodeClass {
  readonly name: string;
  readonly count: number;
  /** Index of its first node; the others follow. */
  readonly firstNode: number;
  readonly link: AccessLinkSettings;
  /** Share (0–1) of the class's nodes that accept connections they did not open. */
  readonly dialableShare: number;
  /** The protocols of each node, in the order in which they start. */
  readonly protocols: readonly ProtocolUse[];
  /** What the class's nodes make of their protocols: `honest` follows them. */
  readonly behaviour: "honest";
  readonly clock: ClockSettings;
  /** Time a node needs for each message it receives; 0 for none. */
  readonly processingMicros: number;
  /** Whether its nodes are there from the start, or wait for a `join` event. */
  readonly startsAtBeginning: boolean;
}

/** A node's link to the network; null means no limit. */
export interface AccessLinkSettings {
  readonly upBitsPerSecond: number | null;
  readonly downBitsPerSecond: number | null;
  /** How much may wait at the link before more is dropped. */
  readonly queue: { readonly micros: number } | { readonly bytes: number };
}

/** How the clocks of a class's nodes err: each node draws once, uniformly from minus to plus the bound. */
export interface ClockSettings {
  readonly driftPpmMax: number;
  readonly skewMicrosMax: number;
}

/** A protocol in its place: `discovery: { use: genesis, … }`. */
export interface ProtocolUse {
  readonly slot: string;
  readonly use: string;
  /** In the protocol's own terms, units in the names, defaults resolved. */
  readonly options: ProtocolOptions;
}

/** How the nodes that are there from the beginning come to know each other. */
export type StartOverlay =
  /** One after the other through a contact, `joinsPerSecond` of them; null for all at time 0. */
  | { readonly kind: "join"; readonly contact: Selector; readonly joinsPerSecond: number | null }
  /** Everyone knows the hub and the hub knows everyone. */
  | { readonly kind: "star"; readonly hub: Selector }
  /** Each node knows the one before it and the one after it. */
  | { readonly kind: "chain" }
  /** Each node knows `outDegree` others at random. */
  | { readonly kind: "random"; readonly outDegree: number }
  /** As drawn in a file: pairs of node indexes, the first knows the second. */
  | {
      readonly kind: "file";
      readonly path: string;
      readonly edges: readonly (readonly [from: number, to: number])[];
    };

/** One-way time between two nodes before jitter. */
export type LatencyModel =
  /** Drawn from a distribution, once for each pair or anew for each message. */
  | {
      readonly kind: "drawn";
      readonly from: DistributionDescription;
      readonly per: "pair" | "message";
    }
  /** By the regions of the two nodes: `Scenario.regionOf` are the matrix's rows. */
  | { readonly kind: "regions"; readonly matrix: LatencyMatrix };

/** What is added to a pair's base for each message anew. */
export type JitterModel =
  /** Uniform from minus to plus this share (0–1) of the base. */
  | { readonly kind: "share"; readonly share: number }
  /** Drawn from a distribution and added. */
  | { readonly kind: "drawn"; readonly from: DistributionDescription };

/** Chance for a message to be overtaken: with `probability` it is held back by up to `byMicros`. */
export interface Reordering {
  readonly probability: number;
  readonly byMicros: number;
}

/** What the network does to messages, everywhere or on some links. Probabilities are 0–1. */
export interface LinkCondition {
  readonly lossProbability: number;
  readonly duplicateProbability: number;
  readonly corruptProbability: number;
  readonly reorder: Reordering | null;
  /** Added one-way time on top of the latency. */
  readonly delay: DistributionDescription | null;
}

/** A condition on the links from some nodes to others. */
export interface NetworkRule extends LinkCondition {
  readonly name: string;
  readonly from: Selector;
  readonly to: Selector;
  /** Whether it holds from `from` to `to` only, not back. */
  readonly oneWay: boolean;
}

/** The network of the whole run. */
export interface NetworkConditions {
  readonly latency: LatencyModel;
  readonly jitter: JitterModel | null;
  readonly conditions: LinkCondition;
  /** In order of name; their selectors are resolved once, at the start. */
  readonly rules: readonly NetworkRule[];
}

/** Nodes that come and go. */
export interface Churn extends Window {
  readonly name: string;
  readonly nodes: Selector;
  readonly session: DistributionDescription;
  readonly downtime: DistributionDescription;
  /** `stationary`: at the window's start nodes are in the middle of sessions; `fresh`: all begin one. */
  readonly start: "stationary" | "fresh";
  /** Share (0–1) of departures that leave politely; the others crash. */
  readonly gracefulShare: number;
  /** Until when nodes that are down at the window's end return, spread evenly; null: they stay away. */
  readonly settleByMicros: number | null;
  /** What a node knows when it returns: a node that left politely always begins anew. */
  readonly restart: "with-state" | "without-state";
}

/** When work arrives. */
export type Arrivals =
  | { readonly kind: "every"; readonly everyMicros: number }
  | { readonly kind: "poisson"; readonly perSecond: number };

/** Which keys are asked for: `key-0` to `key-(count − 1)`. */
export interface KeyChoice {
  readonly count: number;
  /** Key i is asked for in proportion to (i + 1)^−this; 0 for all alike. */
  readonly zipfExponent: number;
}

/** Application messages, or operations on keys, over a stretch of time. */
export interface Workload extends Window {
  readonly name: string;
  readonly do: "broadcast" | "send" | KeyOperation;
  /** Who may start one: each time one live node of these, at random. */
  readonly by: Selector;
  /** For `send`: each time one other live node of these, at random. Null for `broadcast`. */
  readonly to: Selector | null;
  /** For operations on keys; null for messages. */
  readonly keys: KeyChoice | null;
  readonly arrivals: Arrivals;
  readonly bytes: number;
}

/** One thing that happens at one time. */
export interface ScenarioEvent {
  /** Unique; picks are drawn by it. A repeated event has one a repetition: `cut#1`, `cut#2`, … */
  readonly name: string;
  readonly atMicros: number;
  readonly action: ScenarioAction;
}

/** What an event does. `event: null` undoes all of the kind that still hold. */
export type ScenarioAction =
  /** Waiting nodes and nodes that left come in; `joinsPerSecond` of them, null for all at once. */
  | { readonly do: "join"; readonly who: Selector; readonly joinsPerSecond: number | null }
  | { readonly do: "leave"; readonly who: Selector }
  | { readonly do: "crash"; readonly who: Selector; readonly kind: "process" | "host" }
  | { readonly do: "restart"; readonly who: Selector; readonly state: "keep" | "lose" }
  | { readonly do: "pause"; readonly who: Selector }
  | { readonly do: "resume"; readonly who: Selector }
  /** Nodes outside all groups talk to everyone. One way: later groups do not reach earlier ones. */
  | { readonly do: "partition"; readonly groups: readonly Selector[]; readonly oneWay: boolean }
  | { readonly do: "heal"; readonly event: string | null }
  /** Messages from some nodes to others wait until released. */
  | { readonly do: "hold"; readonly from: Selector; readonly to: Selector }
  | { readonly do: "release"; readonly event: string | null }
  | {
      readonly do: "degrade";
      readonly from: Selector;
      readonly to: Selector;
      readonly oneWay: boolean;
      readonly condition: LinkCondition;
    }
  | { readonly do: "restore"; readonly event: string | null }
  /** Every selected node starts one. */
  | { readonly do: "broadcast"; readonly who: Selector; readonly bytes: number }
  /** Every selected node sends one to each selected target but itself. */
  | { readonly do: "send"; readonly who: Selector; readonly to: Selector; readonly bytes: number }
  /** Every selected node looks up a key, has a value kept there, or asks for it. */
  | { readonly do: "lookup" | "get"; readonly who: Selector; readonly key: string }
  | {
      readonly do: "put";
      readonly who: Selector;
      /** A name: the key is its SHA-256. */
      readonly key: string;
      readonly bytes: number;
    }
  /** Nodes stop politely; `network`: the signed instruction to all. */
  | { readonly do: "shutdown"; readonly who: Selector | "network" };

/** What is sampled of the overlays, and when. */
export interface Measure extends Window {
  readonly everyMicros: number;
  /** Names of overlays; empty for every overlay there is. */
  readonly overlays: readonly string[];
  /** Whether shortest paths are measured: the one metric that takes time. */
  readonly paths: boolean;
}
