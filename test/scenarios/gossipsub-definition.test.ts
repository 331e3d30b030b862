// What scenarios may not write for GossipSub, and what is said about it.

import { describe, expect, it } from "vitest";
import { GOSSIPSUB_DEFAULTS } from "../../src/protocol/gossipsub-options.js";
import { GOSSIPSUB_SCORE_DEFAULTS } from "../../src/protocol/gossipsub-score-options.js";
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
    ["score: { gossipThreshold: 1 }", "score.gossipThreshold"],
    ["score: { gossipThreshold: 0 }", "score.gossipThreshold"],
    ["score: { publishThreshold: -499 }", "score.publishThreshold"],
    ["score: { graylistThreshold: -1000 }", "score.graylistThreshold"],
    ["score: { acceptPXThreshold: -1 }", "score.acceptPXThreshold"],
    ["score: { opportunisticGraftThreshold: -1 }", "score.opportunisticGraftThreshold"],
    ["score: { degreeScore: 7 }", "score.degreeScore"],
    ["score: { decayInterval: 100ms }", "score.decayInterval"],
    ["score: { decayToZero: 1 }", "score.decayToZero"],
    ["score: { firstMessageDeliveriesWeight: -1 }", "score.firstMessageDeliveriesWeight"],
    ["score: { firstMessageDeliveriesDecay: 0 }", "score.firstMessageDeliveriesDecay"],
    ["score: { meshMessageDeliveriesWeight: 1 }", "score.meshMessageDeliveriesWeight"],
    ["score: { meshMessageDeliveriesCap: 4 }", "score.meshMessageDeliveriesCap"],
    ["score: { invalidMessageDeliveriesWeight: 1 }", "score.invalidMessageDeliveriesWeight"],
    ["score: { ipColocationFactorThreshold: 0 }", "score.ipColocationFactorThreshold"],
    ["score: { behaviourPenaltyWeight: 1 }", "score.behaviourPenaltyWeight"],
    ["score: { behaviorPenaltyWeight: -1 }", "score.behaviorPenaltyWeight"],
  ])("are refused with the option's name: %s", (written, option) => {
    const paths = problemsOf(scenario(`, ${written}`)).map(({ path }) => path);
    expect(paths).toEqual([`protocols.broadcast.${option}`]);
  });

  it.each([
    ["gossipThreshold: 1", /1 is too large.*at most 0/u],
    ["publishThreshold: -499", /-499 is above gossipThreshold, -500.*lower publishThreshold/su],
    ["decayToZero: 1", /above 0 and below 1.*such as 0.99/u],
  ])("are refused with value, expectation and remedy: %s", (written, said) => {
    const [problem] = problemsOf(scenario(`, score: { ${written} }`));
    expect(JSON.stringify(problem)).toMatch(said);
    expect(problem?.expected).not.toBe("");
  });

  const optionsOf = (written: string): unknown => {
    const [peers] = readScenario(scenario(written)).scenario.classes;
    return peers?.protocols.find(({ slot }) => slot === "broadcast")?.options;
  };

  it("are those of the specification where nothing is written, without scores", () => {
    expect(optionsOf("")).toEqual(GOSSIPSUB_DEFAULTS);
  });

  it("turn scores on with their defaults, and with what is written", () => {
    expect(optionsOf(", score: {}")).toEqual({
      ...GOSSIPSUB_DEFAULTS,
      score: GOSSIPSUB_SCORE_DEFAULTS,
    });
    expect(optionsOf(", score: { retainScore: 1h, topicWeight: 1 }")).toMatchObject({
      score: { ...GOSSIPSUB_SCORE_DEFAULTS, retainScoreMicros: 3_600_000_000, topicWeight: 1 },
    });
  });
});
