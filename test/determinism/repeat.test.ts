// One scenario, one seed, one version: one digest, in whatever way it is run.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { snapshotOverlay } from "../../src/analysis/overlay-snapshot.js";
import { drawPicture } from "../../src/analysis/picture.js";
import type { Sampler } from "../../src/scenarios/checkers/checker.js";
import type { Scenario } from "../../src/scenarios/scenario.js";
import type { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import { formatEntry } from "../../src/trace/json-lines.js";
import { RecordKind } from "../../src/trace/record.js";
import { traceLine } from "../../src/trace/trace-line.js";
import { generatedScenario } from "../convergence/generated-scenario.js";
import { runProgram } from "../support/built-program.js";
import { EVERYTHING, digestOf, runOf, scenarioOf, textOf, writtenText } from "./run-digest.js";

const everything = scenarioOf(textOf(EVERYTHING));

/** Small networks with faults of every kind; forty seconds see most of them begin, and some end. */
const drawnScenario = generatedScenario({ nodesMax: 12, faultsMax: 6 }).map((written): Scenario => {
  return { ...scenarioOf(writtenText(written)), endMicros: 40_000_000 };
});

/** Enough for every kind of fault to occur; each is run four times. */
const DRAWN_RUNS = 40;
/** What fails must fail again: another seed is for whoever looks for more. */
const DRAWN_SEED = 20_261_122;

describe("a scenario", () => {
  it("gives the same digest twice in one process, and another one with another seed", () => {
    const digest = digestOf(runOf(everything));
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
    expect(digestOf(runOf(everything))).toBe(digest);
    expect(digestOf(runOf({ ...everything, seed: 10 }))).not.toBe(digest);
  });

  it("gives the same digest in another process", () => {
    const { exit, standardOutput } = runProgram(["sim", EVERYTHING]);
    expect(exit).toBe(0);
    expect(standardOutput).toContain(`digest ${digestOf(runOf(everything))}\n`);
  });

  it("gives the same digest with messages as objects, frozen, and as bytes", () => {
    const digest = digestOf(runOf(everything, { wireMode: "objects" }));
    expect(digestOf(runOf(everything, { wireMode: "frozen" }))).toBe(digest);
    expect(digestOf(runOf(everything, { wireMode: "bytes" }))).toBe(digest);
  });

  it("gives the same digest whether anybody looks or not", () => {
    const digest = digestOf(runOf(everything));
    expect(digestOf(runOf(everything, { watches: true }))).toBe(digest);
    expect(digestOf(lookedAt(everything))).toBe(digest);
    const unmeasured = { ...everything, measure: null, expect: [] };
    expect(digestOf(runOf(unmeasured, { watches: true }))).toBe(digest);
  });

  it("gives the same digest however it is driven", () => {
    const digest = digestOf(runOf(everything));
    const inSlices = runOf(everything);
    for (let second = 1; inSlices.runUntil(second * 777_777); second++);
    expect(inSlices.digest()).toBe(digest);
    const byPredicate = runOf(everything);
    byPredicate.runUntil(() => byPredicate.simulation.eventCount >= 5_000);
    // Asking for a digest or a status in between is looking, too.
    byPredicate.digest();
    for (const node of byPredicate.network.nodes()) node.status().toString();
    byPredicate.snapshot();
    expect(digestOf(byPredicate)).toBe(digest);
  });

  it("keeps all of these promises whatever the scenario", () => {
    fc.assert(
      fc.property(drawnScenario, (scenario) => {
        const digest = digestOf(runOf(scenario));
        expect(digestOf(lookedAt({ ...scenario }))).toBe(digest);
        expect(digestOf(runOf(scenario, { wireMode: "frozen" }))).toBe(digest);
        expect(digestOf(runOf(scenario, { wireMode: "bytes" }))).toBe(digest);
      }),
      { numRuns: DRAWN_RUNS, seed: DRAWN_SEED },
    );
  });
});

describe("two simulations in one process", () => {
  it("do not notice each other, step by step", () => {
    const other = { ...everything, seed: "another" };
    const alone = [digestOf(runOf(everything)), digestOf(runOf(other))];
    const one = runOf(everything, { watches: true });
    const two = runOf(other, { wireMode: "bytes" });
    const three = runOf(everything);
    let goOn = true;
    while (goOn) {
      const oneGoesOn = one.step();
      // At different speeds, so that they are never at the same place.
      const twoGoesOn = two.step() && two.step();
      const threeGoesOn = three.step() && three.step() && three.step();
      goOn = oneGoesOn || twoGoesOn || threeGoesOn;
    }
    expect([one.digest(), two.digest(), three.digest()]).toEqual([...alone, alone[0]]);
  });
});

/** Looks every so often. */
class Looking implements Sampler {
  nextSampleMicros = 1_234_567;
  readonly #look: (timeMicros: number) => void;

  constructor(look: (timeMicros: number) => void) {
    this.#look = look;
  }

  sampleAt(timeMicros: number): void {
    this.#look(timeMicros);
    this.nextSampleMicros += 1_234_567;
  }
}

/** A run with everything that can look at one: every record written out, pictures drawn, overlays measured. */
function lookedAt(scenario: Scenario): SimulatedRun {
  let text = "";
  return runOf(scenario, {
    watches: true,
    sinks: (view) => [
      {
        kinds: Object.values(RecordKind),
        accept: (record) => {
          text = formatEntry(traceLine(record, view));
        },
      },
    ],
    samplers: (view, tracker) => [
      new Looking((timeMicros) => {
        const snapshot = snapshotOverlay(tracker, "neighbours", (index) => ({
          name: view.nodeName(index),
          className: view.className(index),
          region: text.slice(0, 1),
        }));
        drawPicture(snapshot, { title: "x", timeMicros, layout: "ring" });
      }),
    ],
  });
}
