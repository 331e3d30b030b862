import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { checkConvergence, showFailure } from "../convergence/convergence-property.js";
import { runText } from "../convergence/trial.js";
import { DISCOVERY_MUTANTS } from "./discovery-mutants.js";

const MINUTE = 60_000;

describe("the convergence property finds what is wrong, shrunk to a scenario that fails again", () => {
  it.each(["gives-up-the-lost", "never-refutes", "joins-once", "keeps-the-dead"])(
    "%s",
    { timeout: 5 * MINUTE },
    (discovery) => {
      const { failure } = checkConvergence({
        seed: 1,
        runs: 300,
        nodesMax: 12,
        faultsMax: 6,
        protocols: DISCOVERY_MUTANTS,
        discovery,
      });
      if (failure === null) return expect.fail("the mutant went unnoticed");
      const again = runText(failure.yaml, { protocols: DISCOVERY_MUTANTS });
      expect(again.failures.join("\n")).toBe(failure.reason);
      // The shipped protocol passes the very same scenario: it is the mutant that is caught, not the network.
      const real = failure.yaml.replace(`use: ${discovery}`, "use: genesis");
      expect(runText(real).failures).toEqual([]);
      const { events, churn } = parse(failure.yaml) as { events: unknown[]; churn?: unknown };
      expect(events.length + (churn === undefined ? 0 : 1)).toBeLessThanOrEqual(3);
      expect(showFailure(failure)).toContain("npm run fuzz -- --seed 1 --path");
    },
  );
});
