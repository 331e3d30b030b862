// How big nodes hold the network to be, beside how big it is.

import { quantile } from "../analysis/summary-statistics.js";
import { SIZE_ESTIMATE } from "../protocol/size-estimator.js";
import { RecordKind } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import type { NodeLives } from "./checkers/node-lives.js";
import type { RunView } from "./run-view.js";

/** The report's `sizeEstimates`: of the nodes that run at the end. Its field names are a public interface. */
export interface SizeEstimateReport {
  /** Nodes that have an estimate. */
  readonly count: number;
  /** Nodes that run: what they estimate. */
  readonly truth: number;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  /** Median of |estimate − truth| / truth. */
  readonly relativeError: number;
}

/** Keeps every node's last estimate. Attached after the `NodeLives` that it asks for the truth. */
export class SizeEstimates implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.observation];
  readonly #view: RunView;
  readonly #lives: NodeLives;
  readonly #byNode = new Map<number, number>();

  constructor(view: RunView, lives: NodeLives) {
    this.#view = view;
    this.#lives = lives;
  }

  accept({ node, name, value }: RunRecord): void {
    if (this.#view.text(name) === SIZE_ESTIMATE) this.#byNode.set(node, value);
  }

  /** Null where no running node has an estimate. */
  report(): SizeEstimateReport | null {
    const truth = this.#lives.runningCount;
    const estimates = [...this.#byNode]
      .filter(([node]) => this.#lives.isRunning(node))
      .map(([, estimate]) => estimate)
      .sort((a, b) => a - b);
    if (estimates.length === 0) return null;
    const errors = estimates.map((estimate) => Math.abs(estimate - truth) / truth);
    return {
      count: estimates.length,
      truth,
      min: estimates[0]!,
      median: quantile(estimates, 0.5),
      max: estimates.at(-1)!,
      relativeError: quantile(
        errors.sort((a, b) => a - b),
        0.5,
      ),
    };
  }
}
