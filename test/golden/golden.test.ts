// Golden digests: what the shipped scenarios come to is a promise, and a change of it is a decision.

import { describe, expect, it } from "vitest";
import { expectGolden } from "./expect-golden.js";
import { GOLDEN_DIGESTS, LARGEST, SHIPPED_SCENARIOS } from "./golden-digests.js";

/** The slowest but one takes some twenty seconds on an idle machine. */
const RUN_MILLIS = 300_000;

describe("the golden digests", () => {
  it("are those of the shipped scenarios, all and only them", () => {
    expect([...GOLDEN_DIGESTS.keys()]).toEqual(SHIPPED_SCENARIOS);
  });

  it.each(SHIPPED_SCENARIOS.filter((name) => name !== LARGEST))(
    "%s still ends with its own",
    { timeout: RUN_MILLIS },
    expectGolden,
  );
});
