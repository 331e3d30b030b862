import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  EPISODES_LISTED_MAX,
  SettlingLedger,
} from "../../../src/scenarios/checkers/settling-ledger.js";
import type { SettlingRules } from "../../../src/scenarios/checkers/settling-ledger.js";

const RULES: SettlingRules = {
  holdMicros: 10,
  mergeMicros: 5,
  withinMicros: 20,
  afterMicros: null,
};

type Step = { readonly wait: number } & ({ readonly holds: boolean } | { readonly disturbs: true });

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ wait: fc.nat(30), holds: fc.boolean() }),
    fc.record({ wait: fc.nat(30), disturbs: fc.constant(true as const) }),
  ),
  { maxLength: 60 },
);

function play(ledger: SettlingLedger, from: readonly Step[]): number {
  let timeMicros = 0;
  for (const step of from) {
    timeMicros += step.wait;
    if ("holds" in step) ledger.note(timeMicros, step.holds);
    else ledger.disturb(timeMicros);
  }
  return timeMicros;
}

describe("the books of settling", () => {
  it("drop no episode: every one has an outcome or lies before the time that is judged", () => {
    const after = fc.option(fc.nat(400));
    fc.assert(
      fc.property(steps, after, (from, afterMicros) => {
        const ledger = new SettlingLedger({ ...RULES, afterMicros });
        const endMicros = play(ledger, from) + 1;
        const { outcomes, unjudged, episodes } = ledger.finish(endMicros);
        const { settled, late, overtaken, cut } = outcomes;
        expect(settled + late + overtaken + cut + unjudged).toBe(episodes.length);
        const disturbances = from.filter((step) => "disturbs" in step).length;
        expect(episodes.reduce((sum, one) => sum + one.disturbances, 0)).toBe(disturbances);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  it("count an episode as settled only when the condition held for the whole hold, in time", () => {
    fc.assert(
      fc.property(steps, (from) => {
        const ledger = new SettlingLedger(RULES);
        const endMicros = play(ledger, from) + 1;
        // What held when, told in plain intervals.
        const holding: { from: number; until: number }[] = [];
        let timeMicros = 0;
        let since: number | null = null;
        for (const step of from) {
          timeMicros += step.wait;
          if (!("holds" in step)) continue;
          if (step.holds) since ??= timeMicros;
          else if (since !== null) {
            if (timeMicros > since) holding.push({ from: since, until: timeMicros });
            since = null;
          }
        }
        if (since !== null) holding.push({ from: since, until: endMicros });
        for (const { lastMicros, settledMicros, outcome } of ledger.finish(endMicros).episodes) {
          if (outcome !== "settled" || settledMicros === null) continue;
          expect(settledMicros - lastMicros).toBeLessThanOrEqual(RULES.withinMicros);
          const isHeld = holding.some(
            (one) => one.from <= settledMicros && one.until >= settledMicros + RULES.holdMicros,
          );
          expect(isHeld).toBe(true);
        }
      }),
      { seed: 2, numRuns: 500 },
    );
  });

  it("weigh the time that a condition held from the first disturbance on", () => {
    const ledger = new SettlingLedger(RULES);
    ledger.note(0, true);
    ledger.disturb(100);
    ledger.note(130, false);
    ledger.note(150, true);
    expect(ledger.finish(200)).toMatchObject({ heldMicros: 80, observedMicros: 100 });
  });

  it("list the first hundred episodes and count all", () => {
    const ledger = new SettlingLedger(RULES);
    for (let i = 0; i < 150; i++) ledger.disturb(i * 10);
    const { episodes, outcomes } = ledger.finish(5000);
    expect(episodes).toHaveLength(EPISODES_LISTED_MAX);
    expect(outcomes.overtaken + outcomes.late + outcomes.cut).toBe(150);
  });
});
