// What a scenario expects of its run, resolved: one type a kind, times absolute, defaults filled in.

import type { KeyOperation } from "../protocol/key-operation.js";
import type { Window } from "./time-window.js";

/** Tolerances of a *valid* partial view; all are shares of 0–1. */
export interface ValidTolerances {
  /** At least this share of live nodes is in the largest strong component. */
  readonly strongShareMin: number;
  /** At most this share of links leads to nodes that are gone. */
  readonly deadLinkShareMax: number;
  /** At least this share of nodes has a view that is filled … */
  readonly filledNodeShareMin: number;
  /** … to this share of min(view size, live nodes − 1). */
  readonly viewFillMin: number;
  /** At least this share of links goes both ways, where the protocol is symmetric. */
  readonly reciprocityMin: number;
}

interface Named {
  /** Given, or made from the expectation's content; unique in the scenario. */
  readonly name: string;
}

/** When a condition is judged: after each episode, or after one time. */
export interface Settling {
  /** How long it may take. */
  readonly withinMicros: number;
  /** From when: null for the end of every episode of disturbances. */
  readonly afterMicros: number | null;
  /** How long it must hold to count as settled. */
  readonly holdMicros: number;
  /** Disturbances closer than this are one episode. */
  readonly mergeMicros: number;
}

/** An overlay reaches the state that its protocol promises. */
export interface SettledExpectation extends Named, Settling {
  readonly kind: "settled";
  readonly overlay: string;
  readonly as: "full" | "valid" | "mixed";
  /** Nodes younger than this are not yet expected to know or to be known. */
  readonly graceMicros: number;
  /** The protocol's period, the unit of `mixed`. */
  readonly periodMicros: number;
  /** What a view should hold: null where the protocol names no size. */
  readonly viewSize: number | null;
  /** Whether links of the protocol go both ways. */
  readonly isSymmetric: boolean;
  readonly tolerances: ValidTolerances;
}

/** The overlay of live nodes is one weak component. */
export interface ConnectedExpectation extends Named {
  readonly kind: "connected";
  readonly overlay: string;
  /** Either it becomes so after disturbances, or it is so at every instant of a window. */
  readonly when:
    ({ readonly kind: "settling" } & Settling) | ({ readonly kind: "throughout" } & Window);
}

/** When a quantity of the overlay is judged. */
export type Judged =
  | { readonly kind: "end" }
  | ({ readonly kind: "throughout" } & Window)
  /** Averaged over time. */
  | ({ readonly kind: "average" } & Window);

/** Few links lead to nodes that are gone. */
export interface StaleLinksExpectation extends Named {
  readonly kind: "stale-links";
  readonly overlay: string;
  readonly shareMax: number;
  readonly judged: Judged;
}

/** Broadcasts reach the nodes that could be reached. */
export interface DeliveredExpectation extends Named {
  readonly kind: "delivered";
  /** At least this share (0–1) of pairs (broadcast, node). */
  readonly shareMin: number;
  readonly withinMicros: number;
}

/** Operations on keys are answered right. */
export interface AnsweredExpectation extends Named, Window {
  readonly kind: "answered";
  /** At least this share (0–1) of the operations that could be answered. */
  readonly shareMin: number;
  /** Which are judged; null for all. */
  readonly operation: KeyOperation | null;
  /** How long one may take; null for any time. */
  readonly withinMicros: number | null;
}

/** No node sends a message after it has stopped by a shutdown. */
export interface NoMessageAfterShutdownExpectation extends Named {
  readonly kind: "no-message-after-shutdown";
}

/** Every node that a shutdown meant has stopped. */
export interface AllStoppedExpectation extends Named {
  readonly kind: "all-stopped";
  readonly withinMicros: number;
}

/** A bound on messages or bytes sent a live node and second. */
export interface TrafficExpectation extends Named, Window {
  readonly kind: "messages-per-node-second" | "bytes-per-node-second";
  readonly atLeast: number | null;
  readonly atMost: number | null;
}

/** Every live node's view has a size within bounds. */
export interface ViewSizeExpectation extends Named {
  readonly kind: "view-size";
  readonly overlay: string;
  readonly min: number;
  readonly max: number | null;
  /** Nodes younger than this are not judged. */
  readonly graceMicros: number;
  readonly judged: Exclude<Judged, { readonly kind: "average" }>;
}

/** A number of the report. */
export interface MetricExpectation extends Named {
  readonly kind: "metric";
  /** Where it is in the report: `messages.dropped.loss`. */
  readonly path: string;
  readonly atLeast: number | null;
  readonly atMost: number | null;
  readonly equals: number | string | boolean | null;
}

/** Anything a scenario may expect. */
export type Expectation =
  | SettledExpectation
  | ConnectedExpectation
  | StaleLinksExpectation
  | DeliveredExpectation
  | AnsweredExpectation
  | NoMessageAfterShutdownExpectation
  | AllStoppedExpectation
  | TrafficExpectation
  | ViewSizeExpectation
  | MetricExpectation;
