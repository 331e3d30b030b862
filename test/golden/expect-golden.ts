// Runs a shipped scenario and holds its digest against the one on record.

import { expect } from "vitest";
import { GOLDEN_DIGESTS } from "./golden-digests.js";
import { scenarioDigest } from "./scenario-digest.js";

/** Fails with what to do when the scenario came to something else. */
export function expectGolden(name: string): void {
  const remedy = `${name} ran differently. If that is meant: npm run golden, and say why in the commit`;
  expect(scenarioDigest(name), remedy).toBe(GOLDEN_DIGESTS.get(name));
}
