// What a thread of `measuring-pool.ts` runs: one seed of one card's experiment.

import { CARD_EXPERIMENTS } from "../scenarios/cards/all-cards.js";
import type { CardSettings, Measurements } from "../scenarios/cards/card.js";
import { nodePlatform } from "../scenarios/node-platform.js";
import { installNodeGuard } from "./node-guard.js";

/** One seed to measure. */
export interface MeasureTask {
  /** Place of the experiment among `CARD_EXPERIMENTS`. */
  readonly experiment: number;
  readonly settings: CardSettings;
  readonly seed: number;
}

installNodeGuard();

/** Called by the pool. */
export default function measure({ experiment, settings, seed }: MeasureTask): Measurements {
  return CARD_EXPERIMENTS[experiment]!.measure(settings, seed, nodePlatform);
}
