// What scenarios may not write for GossipSub, and what is said about it.

import { describe, expect, it } from "vitest";
import { GOSSIPSUB_DEFAULTS } from "../../src/protocol/gossipsub-options.js";
import { problemsOf, readScenario } from "./read-text.js";

function scenario(written: string): string {
  return [
    "name: gossipsub",
    "seed: 1",
    "nodes: 3",
    "phases: { run: 1s }",
    `protocols: { discovery: { use: cyclon }, broadcast: { use: gossipsub${written} } }`,
    "",
  ].join("\n");
}

describe("the options of GossipSub", () => {
  it.each([
    ["degreeLow: 7", "degreeLow"],
    ["degreeHigh: 5", "degreeHigh"],
    ["degreeOut: 4", "degreeOut"],
    ["degree: 4, degreeOut: 3", "degreeOut"],
    ["peers: 50", "peersMax"],
    ["degreeHigh: 41", "degreeHigh"],
    ["gossipWindows: 6", "gossipWindows"],
    ["pruneBackoff: 2h", "pruneBackoff"],
  ])("are refused with the option's name: %s", (written, option) => {
    const paths = problemsOf(scenario(`, ${written}`)).map(({ path }) => path);
    expect(paths).toEqual([`protocols.broadcast.${option}`]);
  });

  it("are those of the specification where nothing is written", () => {
    const [peers] = readScenario(scenario("")).scenario.classes;
    const broadcast = peers?.protocols.find(({ slot }) => slot === "broadcast");
    expect(broadcast?.options).toEqual(GOSSIPSUB_DEFAULTS);
  });
});
