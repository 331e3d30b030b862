// The life of each node as its records tell it: what it is now and since when. All checkers that judge nodes by
// age or by presence share one of these.

import { RecordKind, WORLD } from "../../trace/record.js";
import type { RecordSink, RunRecord } from "../../trace/record.js";
import type { RunView } from "../run-view.js";

/** What a node is. `absent` before its first record. */
export type LifeStatus = "absent" | "joining" | "active" | "leaving" | "left" | "crashed";

/** The status that a record of a status or of a fault at a node leaves it in. */
const STATUS_AFTER: ReadonlyMap<string, LifeStatus> = new Map([
  ["joining", "joining"],
  ["active", "active"],
  ["leaving", "leaving"],
  ["left", "left"],
  ["crashed", "crashed"],
  ["crash-process", "crashed"],
  ["crash-host", "crashed"],
  ["restart", "joining"],
]);

/** How many nodes came and went. */
export interface Turnover {
  readonly starts: number;
  readonly leaves: number;
  readonly crashes: number;
}

/** A node that is not in the state asked about. */
const NOT_SINCE = Infinity;

/** Follows the status of every node. Attached before the checkers that ask it. */
export class NodeLives implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.status, RecordKind.fault];
  readonly #view: RunView;
  readonly #statuses: LifeStatus[];
  readonly #runningSinceMicros: Float64Array;
  readonly #activeSinceMicros: Float64Array;
  #runningCount = 0;
  #peakCount = 0;
  #turnover: Turnover = { starts: 0, leaves: 0, crashes: 0 };

  constructor(view: RunView) {
    this.#view = view;
    this.#statuses = new Array<LifeStatus>(view.nodeCount).fill("absent");
    this.#runningSinceMicros = new Float64Array(view.nodeCount).fill(NOT_SINCE);
    this.#activeSinceMicros = new Float64Array(view.nodeCount).fill(NOT_SINCE);
  }

  /** How many nodes run: joining, active or leaving. */
  get runningCount(): number {
    return this.#runningCount;
  }

  /** The most that ever ran at once. */
  get peakCount(): number {
    return this.#peakCount;
  }

  /** How many nodes have begun to run, left and crashed so far; a node counts each time. */
  get turnover(): Turnover {
    return this.#turnover;
  }

  status(node: number): LifeStatus {
    return this.#statuses[node] ?? "absent";
  }

  isRunning(node: number): boolean {
    return this.runningSince(node) !== NOT_SINCE;
  }

  /** Since when the node runs without a break; `Infinity` when it does not. */
  runningSince(node: number): number {
    return this.#runningSinceMicros[node] ?? NOT_SINCE;
  }

  /** Since when the node is active without a break; `Infinity` when it is not. */
  activeSince(node: number): number {
    return this.#activeSinceMicros[node] ?? NOT_SINCE;
  }

  /** Whether it has left or crashed and not come back. */
  isGone(node: number): boolean {
    const status = this.status(node);
    return status === "left" || status === "crashed";
  }

  /** How many nodes have each status. */
  counts(): Record<LifeStatus, number> {
    const counts = { absent: 0, joining: 0, active: 0, leaving: 0, left: 0, crashed: 0 };
    for (const status of this.#statuses) counts[status]++;
    return counts;
  }

  accept(record: RunRecord): void {
    if (record.node === WORLD) return;
    const status = STATUS_AFTER.get(this.#view.text(record.name));
    if (status !== undefined) this.#set(record.node, status, record.timeMicros);
  }

  #set(node: number, status: LifeStatus, timeMicros: number): void {
    this.#statuses[node] = status;
    const runs = status === "joining" || status === "active" || status === "leaving";
    if (runs && !this.isRunning(node)) {
      this.#runningSinceMicros[node] = timeMicros;
      this.#runningCount++;
      this.#turnover = { ...this.#turnover, starts: this.#turnover.starts + 1 };
      if (this.#runningCount > this.#peakCount) this.#peakCount = this.#runningCount;
    } else if (!runs && this.isRunning(node)) {
      this.#runningSinceMicros[node] = NOT_SINCE;
      this.#runningCount--;
      const { leaves, crashes } = this.#turnover;
      this.#turnover =
        status === "left"
          ? { ...this.#turnover, leaves: leaves + 1 }
          : { ...this.#turnover, crashes: crashes + 1 };
    }
    if (status !== "active") this.#activeSinceMicros[node] = NOT_SINCE;
    else if (this.#activeSinceMicros[node] === NOT_SINCE)
      this.#activeSinceMicros[node] = timeMicros;
  }
}
