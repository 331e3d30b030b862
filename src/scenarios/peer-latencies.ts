// How long single nodes take to be known and to be forgotten: under continuous churn, where the network as a whole
// never settles, these say how well a protocol keeps up.

import type { OverlayTracker } from "../analysis/overlay-tracker.js";
import type { OverlayViews } from "../analysis/overlay-views.js";
import { mean, quantile } from "../analysis/summary-statistics.js";
import { RecordKind, WORLD } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import type { NodeLives } from "./checkers/node-lives.js";

/** Latencies of one kind in brief. */
export interface LatencyReport {
  readonly count: number;
  readonly meanMicros: number | null;
  readonly medianMicros: number | null;
  readonly maxMicros: number | null;
  /** Nodes for which it had not happened when the run ended, or when their state changed again. */
  readonly unfinished: number;
}

/** What the report says about single nodes in one overlay. Its field names are a public interface. */
export interface PeerLatencyReport {
  readonly overlay: string;
  /** From a node's start until it is in half of the views that should hold it. */
  readonly joins: LatencyReport;
  /** From a node's leaving or crash until no view holds it. */
  readonly deaths: LatencyReport;
}

export interface PeerLatenciesOptions {
  readonly tracker: OverlayTracker;
  readonly lives: NodeLives;
  readonly overlay: string;
  /** How many peers a view should hold; null for all. */
  readonly viewSize: number | null;
}

/** Follows the joins and deaths of nodes in one overlay. Attached after tracker and lives. */
export class PeerLatencies implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.view, RecordKind.status, RecordKind.fault];
  readonly #options: PeerLatenciesOptions;
  readonly #views: OverlayViews;
  readonly #joins = new Latencies();
  readonly #deaths = new Latencies();
  /** When the present life of each running node began: several records tell of one start or end. */
  readonly #bornMicros = new Map<number, number>();

  constructor(options: PeerLatenciesOptions) {
    this.#options = options;
    this.#views = options.tracker.overlay(options.overlay);
  }

  accept(record: RunRecord): void {
    const { kind, node, peer, timeMicros } = record;
    if (kind === RecordKind.view) {
      if (record.number === 1) this.#checkJoin(peer, timeMicros);
      else this.#checkDeath(peer, timeMicros);
    } else if (node !== WORLD) this.#acceptLife(node, timeMicros);
  }

  report(): PeerLatencyReport {
    return {
      overlay: this.#options.overlay,
      joins: this.#joins.report(),
      deaths: this.#deaths.report(),
    };
  }

  #acceptLife(node: number, timeMicros: number): void {
    const { lives } = this.#options;
    if (lives.isRunning(node)) {
      if (this.#bornMicros.get(node) === lives.runningSince(node)) return;
      this.#bornMicros.set(node, timeMicros);
      this.#deaths.abandon(node);
      this.#joins.begin(node, timeMicros);
      this.#checkJoin(node, timeMicros);
    } else if (this.#bornMicros.delete(node)) {
      this.#joins.abandon(node);
      this.#deaths.begin(node, timeMicros);
      // Its own view is gone, and with it perhaps the last that held another dead node.
      for (const dead of this.#deaths.pending()) this.#checkDeath(dead, timeMicros);
    }
  }

  #checkJoin(node: number, timeMicros: number): void {
    if (!this.#joins.isPending(node)) return;
    const others = this.#options.lives.runningCount - 1;
    const expected = Math.min(this.#options.viewSize ?? others, others);
    if (expected >= 1 && this.#views.inDegree(node) * 2 >= expected) {
      this.#joins.finish(node, timeMicros);
    }
  }

  #checkDeath(node: number, timeMicros: number): void {
    if (this.#deaths.isPending(node) && this.#views.inDegree(node) === 0) {
      this.#deaths.finish(node, timeMicros);
    }
  }
}

/** Begun and finished latencies of one kind. */
class Latencies {
  readonly #sinceMicros = new Map<number, number>();
  readonly #tookMicros: number[] = [];
  #abandoned = 0;

  begin(node: number, timeMicros: number): void {
    this.#sinceMicros.set(node, timeMicros);
  }

  isPending(node: number): boolean {
    return this.#sinceMicros.has(node);
  }

  pending(): number[] {
    return [...this.#sinceMicros.keys()];
  }

  abandon(node: number): void {
    if (this.#sinceMicros.delete(node)) this.#abandoned++;
  }

  finish(node: number, timeMicros: number): void {
    const sinceMicros = this.#sinceMicros.get(node);
    if (sinceMicros === undefined) return;
    this.#sinceMicros.delete(node);
    this.#tookMicros.push(timeMicros - sinceMicros);
  }

  report(): LatencyReport {
    const ascending = Float64Array.from(this.#tookMicros).sort();
    const count = ascending.length;
    const unfinished = this.#abandoned + this.#sinceMicros.size;
    if (count === 0) {
      return { count, meanMicros: null, medianMicros: null, maxMicros: null, unfinished };
    }
    return {
      count,
      meanMicros: mean(ascending),
      medianMicros: quantile(ascending, 0.5),
      maxMicros: quantile(ascending, 1),
      unfinished,
    };
  }
}
