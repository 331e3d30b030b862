import { describe, it } from "vitest";
import { checkCuts } from "./cut-property.js";

describe("a generated run", () => {
  it(
    "ends with one digest, as objects or bytes, whole or cut and restored at any event",
    {
      timeout: 300_000,
    },
    () => {
      checkCuts({ nodesMax: 12, faultsMax: 8 }, { seed: 20261122, numRuns: 30 });
    },
  );
});
