// The nodes of a run as the scenario steers them, the same in simulation and live: whom it can start, stop and disturb,
// and what is true of each.

import type { NetworkTruth } from "../protocol/network-truth.js";
import type { ParticipantCommand } from "./participant-command.js";
import type { NodeClass } from "./scenario.js";
import type { SelectableState } from "./selector.js";

/** What a node is: its own status, or that it has not come yet. */
export type NodeLife = Exclude<SelectableState, "paused">;

/** How a node ends without goodbye: its process dies, or its whole host vanishes. */
export type CrashKind = "process" | "host";

/** All nodes of one run, by index. */
export interface RunNetwork extends NetworkTruth {
  nameOf(index: number): string;
  classOf(index: number): NodeClass;
  lifeOf(index: number): NodeLife;
  /** Whether a process of the node runs. */
  isUp(index: number): boolean;
  /** Whether the node's process runs and is on its way out: it has said goodbye, or is about to have. */
  isGoing(index: number): boolean;
  /** Whether the node's host is there: it has been started, and has not crashed since. */
  hasHost(index: number): boolean;
  /** Whether the node's process is frozen. */
  isPaused(index: number): boolean;
  joinedMicrosOf(index: number): number;
  /** Peers in the node's view of an overlay. */
  degreeOf(index: number, overlay: string): number;

  /** Starts a node that does not run. `keepsState`: what its last process knew goes on. */
  start(index: number, options?: { readonly keepsState?: boolean }): void;
  /** Ends a node without goodbye. */
  crash(index: number, kind: CrashKind): void;
  /** Freezes a process, as a stop signal does. Does nothing where none runs. */
  pause(index: number): void;
  /** Lets a frozen process go on: what came meanwhile is handled in order. */
  resume(index: number): void;
  /** Makes a node do something. Does nothing for one that does not run. */
  do(index: number, command: ParticipantCommand): void;
  /** Where a shutdown of the whole network enters now: the first active node that is not frozen; -1 for none. */
  shutdownEntry(): number;
  /** Begins the shutdown of the whole network: a signed instruction enters at a node and spreads. */
  shutDownThrough(index: number): void;
}

/** Whether a life is one of a node that runs. */
export function isLive(life: NodeLife): boolean {
  return life === "joining" || life === "active" || life === "leaving";
}
