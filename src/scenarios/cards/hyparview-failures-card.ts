// Cards H2 and H5: floods after a share of the nodes has crashed at once. The overlay is built once a seed; each
// share continues from a snapshot of it.

import { mean } from "../../analysis/summary-statistics.js";
import type { Platform } from "../platform.js";
import type { CardExperiment, CardSettings, Quantity } from "./card.js";
import { CardRun } from "./card-run.js";
import {
  CYCLE_SECONDS,
  anyOf,
  convergedAtSeconds,
  hyparviewScenario,
} from "./hyparview-overlay-card.js";

/** The shares that crash, in per cent. */
const CRASHED_PERCENT = [10, 20, 30, 40, 50, 60, 70, 80];

/** From the crash to the first message: what is mended by then is mended by link-down events, a tenth of a cycle. */
export const REPAIR_SECONDS = 1;

/** Between two messages: a thousand of them are over before a cycle is. */
const GAP_SECONDS = 0.005;

/** A flood's last copies. */
const LAST_SECONDS = 0.5;

/** Messages that say whether the network reaches everyone again, and what counts as everyone. */
const PROBES = 10;
const REGAINED = 0.999;

/** Longest that card H5 waits. */
const CYCLES_MAX = 10;

/** Reliability of each of so many floods from random nodes that run. */
export function floodReliabilities(run: CardRun, count: number, purpose: number): number[] {
  const live = run.live();
  const before = run.broadcasts().length;
  for (let i = 0; i < count; i++) {
    run.broadcastFrom(anyOf(run, live, purpose * 1_000_000 + i));
    run.advance(GAP_SECONDS);
  }
  run.advance(LAST_SECONDS);
  return run
    .broadcasts()
    .slice(before)
    .map(({ received }) => received / (live.length - 1));
}

function measure(settings: CardSettings, seed: number, platform: Platform): Record<string, number> {
  const { broadcasts = 0 } = settings;
  const secondsAfter = (CYCLES_MAX + 1) * CYCLE_SECONDS + broadcasts * GAP_SECONDS;
  const text = hyparviewScenario(settings, secondsAfter);
  const built = new CardRun({ text, seed, platform, tracks: false });
  built.advanceTo(convergedAtSeconds(settings));
  const state = built.snapshot();
  const crashed = (percent: number): CardRun => {
    const run = new CardRun({ text, seed, platform, tracks: false });
    run.restore(state);
    run.crash(percent / 100);
    run.advance(REPAIR_SECONDS);
    return run;
  };
  const measurements: Record<string, number> = {};
  for (const percent of CRASHED_PERCENT) {
    const reliabilities = floodReliabilities(crashed(percent), broadcasts, percent);
    measurements[`reliability${percent}`] = mean(reliabilities);
  }
  return { ...measurements, cyclesToRegain: cyclesToRegain(crashed(80)) };
}

/** Cycles after the crash until floods reach everyone again; 0 when repair by link-down events did it. */
function cyclesToRegain(run: CardRun): number {
  for (let cycle = 0; cycle < CYCLES_MAX; cycle++) {
    const startedMicros = run.run.nowMicros;
    if (mean(floodReliabilities(run, PROBES, 1_000 + cycle)) >= REGAINED) return cycle;
    run.advance(CYCLE_SECONDS - (run.run.nowMicros - startedMicros) / 1e6);
  }
  return CYCLES_MAX;
}

const reliabilities = CRASHED_PERCENT.map((percent): Quantity => ({
  card: "H2",
  measurement: `reliability${percent}`,
  text: `mean reliability after ${percent} % have crashed`,
  source: "independent",
  band: () => ({ min: 0.999 }),
}));

/** Cards H2 and H5. */
export const hyparviewFailuresExperiment: CardExperiment = {
  setUp:
    "HyParView as in H1; p % of the processes crash at once, links-down after a one-way latency; the first flood 1 s " +
    "later (a tenth of a cycle), then one every 5 ms; one seed, since each floods 1,000 times for each of 8 shares",
  defaults: { nodes: 10_000, seeds: 1, cycles: 50, broadcasts: 1_000 },
  quantities: [
    ...reliabilities,
    {
      card: "H5",
      measurement: "cyclesToRegain",
      text: "shuffle cycles until floods reach 99.9 % again after 80 % have crashed",
      source: "independent",
      band: () => ({ max: 2 }),
    },
  ],
  measure,
};
