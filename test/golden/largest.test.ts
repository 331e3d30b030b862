// The golden digest of the largest scenario: in a file of its own, so that it runs beside the others.

import { describe, it } from "vitest";
import { expectGolden } from "./expect-golden.js";
import { LARGEST } from "./golden-digests.js";

/** It takes up to a minute on an idle machine. */
const RUN_MILLIS = 600_000;

describe("the largest shipped scenario", () => {
  it("still ends with its own digest", { timeout: RUN_MILLIS }, () => {
    expectGolden(LARGEST);
  });
});
