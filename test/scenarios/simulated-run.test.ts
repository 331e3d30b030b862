import { describe, expect, it } from "vitest";
import { runOf } from "../determinism/run-digest.js";
import { RestoreError } from "../../src/scenarios/simulated-run.js";
import { readScenario, scenarioWith } from "./read-text.js";

describe("a run that goes on from a snapshot", () => {
  it("is refused watchers, which would judge half of it", () => {
    const { scenario } = readScenario(scenarioWith(""));
    const cut = runOf(scenario);
    for (let i = 0; i < 100; i++) cut.step();
    expect(() => {
      runOf(scenario, { watches: true }).restore(cut.snapshot());
    }).toThrow(RestoreError);
    const restored = runOf(scenario);
    restored.restore(cut.snapshot());
    expect(restored.digest()).toBe(cut.digest());
  });
});
