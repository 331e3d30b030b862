import { describe, expect, it } from "vitest";
import { readShipped } from "./shipped-scenarios.js";
import { runScenario } from "./trial.js";

/** Those that take a second or two. `npm run seeds` runs the others too, under twenty seeds. */
const SMALL = ["two-nodes", "genesis-dies", "lossy-links", "network-shutdown", "partition-heals"];

describe("a shipped scenario holds its expectations under seeds that nobody chose", () => {
  it.each(SMALL)("%s", (name) => {
    for (const seed of [1, 2]) expect(runScenario(readShipped(name, seed)).failures).toEqual([]);
  });
});
