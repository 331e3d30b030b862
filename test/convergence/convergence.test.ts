import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { checkConvergence, showFailure } from "./convergence-property.js";
import { runText } from "./trial.js";

/** Scenarios that once failed, as fuzzing shrank them. */
const FOUND = join(import.meta.dirname, "found");

/** Another seed tries other scenarios: `PEERSCAPE_FUZZ_SEED=7 npx vitest run test/convergence`. */
const SEED = Number(process.env["PEERSCAPE_FUZZ_SEED"] ?? 20261122);

const MINUTE = 60_000;

describe("discovery converges after the last disturbance, whatever happened before", () => {
  it.each([
    // Small networks go through every kind of fault quickly; a few nodes have the oddest corners.
    { runs: 60, nodesMax: 6, faultsMax: 8 },
    { runs: 60, nodesMax: 16, faultsMax: 8 },
    { runs: 25, nodesMax: 40, faultsMax: 8 },
  ])("in $runs networks of up to $nodesMax nodes", { timeout: 5 * MINUTE }, (sizes) => {
    const { failure } = checkConvergence({ seed: SEED, ...sizes });
    if (failure !== null) expect.fail(showFailure(failure));
  });

  it.each(readdirSync(FOUND))("in what fuzzing once found: %s", (file) => {
    expect(runText(readFileSync(join(FOUND, file), "utf8")).failures).toEqual([]);
  });
});
