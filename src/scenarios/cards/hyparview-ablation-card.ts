// Card H2 without link-down events: a neighbour's crash is noticed by the next send to it, which is lost.

import type { Platform } from "../platform.js";
import type { CardExperiment, CardSettings } from "./card.js";
import { CardRun } from "./card-run.js";
import { floodReliabilities, REPAIR_SECONDS } from "./hyparview-failures-card.js";
import { convergedAtSeconds, hyparviewScenario } from "./hyparview-overlay-card.js";

/** Room for the floods behind the crash. */
const SECONDS_AFTER = 20;

function measure(settings: CardSettings, seed: number, platform: Platform): Record<string, number> {
  const text = hyparviewScenario(settings, SECONDS_AFTER, { linkDown: false });
  const run = new CardRun({ text, seed, platform, tracks: false });
  run.advanceTo(convergedAtSeconds(settings));
  run.crash(0.8);
  run.advance(REPAIR_SECONDS);
  const [first = 0] = floodReliabilities(run, 1, 1);
  return { first };
}

/** The ablation of card H2. */
export const hyparviewAblationExperiment: CardExperiment = {
  setUp: "HyParView as in H2 with linkDown: false; 80 % crash at once; one flood 1 s later",
  defaults: { nodes: 10_000, seeds: 3, cycles: 50 },
  quantities: [
    {
      card: "H2-ablation",
      measurement: "first",
      text: "reliability of the first message after 80 % have crashed",
      source: "independent",
      band: () => ({ max: 0.1 }),
    },
  ],
  measure,
};
