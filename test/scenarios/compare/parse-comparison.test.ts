import { describe, expect, it } from "vitest";
import { parseComparison } from "../../../src/scenarios/compare/parse-comparison.js";
import type { Comparison } from "../../../src/scenarios/compare/comparison.js";
import { parseScenario } from "../../../src/scenarios/parse-scenario.js";
import { SHIPPED_PROTOCOLS } from "../../../src/scenarios/protocol-registry.js";
import { ScenarioError } from "../../../src/scenarios/scenario-error.js";

const SOUND = `
name: two
description: Two overlays under churn.
seeds: 3
scenario:
  params: { session: 60 }
  nodes: 20
  phases: { run: 60s }
  expect: []
variants:
  cyclon: { protocols: { discovery: { use: cyclon } } }
  hyparview: { protocols: { discovery: { use: hyparview } } }
axis: { param: session, label: mean session (s), values: [30, 60] }
measures: [maintenance, stale-links]
`;

function parse(text: string): Comparison {
  return parseComparison({
    file: "two.yaml",
    text,
    check: (scenario, params) => {
      parseScenario({
        file: "two.yaml",
        text: scenario,
        protocols: SHIPPED_PROTOCOLS,
        overrides: { params },
      });
    },
  });
}

/** What is said of the sound comparison after a change. */
function complaint(from: string, to: string): string {
  expect(SOUND).toContain(from);
  return saidOf(SOUND.replace(from, to));
}

function saidOf(text: string): string {
  try {
    parse(text);
  } catch (error) {
    expect(error).toBeInstanceOf(ScenarioError);
    return (error as ScenarioError).message;
  }
  throw new Error("It was taken");
}

describe("a comparison", () => {
  it("is read into seeds, variants, an axis and measures", () => {
    const { seeds, variants, axis, measures } = parse(SOUND);
    expect(seeds).toEqual([1, 2, 3]);
    expect(variants.map(({ name }) => name)).toEqual(["cyclon", "hyparview"]);
    expect(axis).toMatchObject({ param: "session", values: [30, 60] });
    expect(measures.map(({ name }) => name)).toEqual(["maintenance", "stale-links"]);
  });

  it("is refused in one sentence when it is a scenario", () => {
    const said = saidOf("name: one\nseed: 1\nnodes: 2\n");
    expect(said).toContain("two.yaml:3:1: nodes: the file is a scenario");
    expect(said).toContain("npm run sim -- two.yaml");
    expect(said).not.toContain("missing");
  });

  it.each([
    ["measures what there is not", "stale-links]", "stale-lnks]", "stale-links"],
    ["names one measure twice", "stale-links]", "maintenance]", "maintenance is measured already"],
    ["lists one seed twice", "seeds: 3", "seeds: [1, 2, 1]", "1 is listed already"],
    ["varies a param that there is not", "param: session", "param: sesion", "session"],
    ["pairs by what it does not measure", "axis:", "against: traffic\naxis:", "not measured here"],
    ["gives a variant a seed", "cyclon: {", "cyclon: { seed: 4,", "seed is the comparison's"],
    ["asks for too many seeds", "seeds: 3", "seeds: 5000", "5000 is too large"],
  ])("is refused when it %s", (_what, from, to, said) => {
    expect(complaint(from, to)).toContain(said);
  });

  it("says what is wrong with a variant at the variant's place", () => {
    expect(complaint("use: hyparview", "use: hyparvew")).toContain("two.yaml:12:");
    expect(complaint("use: hyparview", "use: hyparvew")).toContain("did you mean hyparview?");
  });
});
