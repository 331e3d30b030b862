// Cards are measured on several threads: each seed is a run of its own, which shares nothing with the others.

import { Piscina } from "piscina";
import { CARD_EXPERIMENTS } from "../scenarios/cards/all-cards.js";
import type { Measure, Measurements } from "../scenarios/cards/card.js";
import type { MeasureTask } from "./measure-worker.js";
import { threadPoolOptions, usePool } from "./thread-pool.js";

/** Runs `use` with a measure that has this many threads, and ends them after it. */
export async function withMeasuringPool<Result>(
  threads: number,
  use: (measure: Measure) => Promise<Result>,
): Promise<Result> {
  const options = threadPoolOptions("measure-worker.js", threads);
  return usePool(new Piscina<MeasureTask, Measurements>(options), (pool) =>
    use((experiment, settings, seed) =>
      pool.run({ experiment: CARD_EXPERIMENTS.indexOf(experiment), settings, seed }),
    ),
  );
}
