// Cards are measured on several threads: each seed is a run of its own, which shares nothing with the others.

import { Piscina } from "piscina";
import { CARD_EXPERIMENTS } from "../scenarios/cards/all-cards.js";
import type { Measure, Measurements } from "../scenarios/cards/card.js";
import type { MeasureTask } from "./measure-worker.js";

/** Runs `use` with a measure that has this many threads, and ends them after it. */
export async function withMeasuringPool<Result>(
  threads: number,
  use: (measure: Measure) => Promise<Result>,
): Promise<Result> {
  const pool = new Piscina<MeasureTask, Measurements>({
    filename: new URL("measure-worker.js", import.meta.url).href,
    maxThreads: threads,
    minThreads: 1,
  });
  try {
    return await use((experiment, settings, seed) =>
      pool.run({ experiment: CARD_EXPERIMENTS.indexOf(experiment), settings, seed }),
    );
  } finally {
    await pool.destroy();
  }
}
