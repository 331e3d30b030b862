// The runs of a comparison on several threads: each is a run of its own, and the order in which they end changes nothing.

import { setMaxListeners } from "node:events";
import { Piscina } from "piscina";
import type { CompareOutcome, CompareTask } from "./compare-worker.js";
import { threadPoolOptions, usePool } from "./thread-pool.js";

/** Runs one task; rejects when the comparison was interrupted. */
export type CompareRun = (task: CompareTask) => Promise<CompareOutcome>;

/** Runs `use` with this many threads, and ends them after it, at once when `signal` is aborted. */
export async function withComparingPool<Result>(
  { threads, signal }: { readonly threads: number; readonly signal: AbortSignal },
  use: (run: CompareRun) => Promise<Result>,
): Promise<Result> {
  // Every run that waits listens: their number is bounded where comparisons are read, not by Node.js.
  setMaxListeners(0, signal);
  const options = threadPoolOptions("compare-worker.js", threads);
  return usePool(new Piscina<CompareTask, CompareOutcome>(options), (pool) =>
    use((task) => pool.run(task, { signal })),
  );
}
