// Golden digests: what the shipped scenarios come to is a promise, and a change of it is a decision.

import { describe, expect, it } from "vitest";
import { GOLDEN_DIGESTS, SHIPPED_SCENARIOS } from "./golden-digests.js";
import { scenarioDigest } from "./scenario-digest.js";

/** The largest takes a minute on an idle machine. */
const RUN_MILLIS = 600_000;

describe("the golden digests", () => {
  it("are those of the shipped scenarios, all and only them", () => {
    expect([...GOLDEN_DIGESTS.keys()]).toEqual(SHIPPED_SCENARIOS);
  });

  it.each(SHIPPED_SCENARIOS)("%s still ends with its own", { timeout: RUN_MILLIS }, (name) => {
    const digest = scenarioDigest(name);
    const golden = GOLDEN_DIGESTS.get(name) ?? "none";
    const remedy = `${name} ran differently. If that is meant: npm run golden, and say why in the commit`;
    expect(digest, remedy).toBe(golden);
  });
});
