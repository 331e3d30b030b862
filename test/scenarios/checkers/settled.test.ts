import { describe, expect, it } from "vitest";
import type { SettledExpectation } from "../../../src/scenarios/expectation.js";
import { ScriptedRun, SECOND } from "./scripted-run.js";
import type { ScriptedRunOptions } from "./scripted-run.js";

const TOLERANCES = {
  strongShareMin: 0.999,
  deadLinkShareMax: 0.01,
  filledNodeShareMin: 0.995,
  viewFillMin: 0.95,
  reciprocityMin: 0.995,
};

function settled(overrides: Partial<SettledExpectation> = {}): SettledExpectation {
  return {
    kind: "settled",
    name: "settled members",
    overlay: "members",
    as: "full",
    withinMicros: 3 * SECOND,
    afterMicros: null,
    holdMicros: 5 * SECOND,
    mergeMicros: SECOND,
    graceMicros: 2 * SECOND,
    periodMicros: SECOND,
    viewSize: null,
    isSymmetric: true,
    tolerances: TOLERANCES,
    ...overrides,
  };
}

function run(
  nodeCount: number,
  overrides: Partial<SettledExpectation> = {},
  options: Partial<ScriptedRunOptions> = {},
): ScriptedRun {
  return new ScriptedRun({ nodeCount, expect: [settled(overrides)], ...options });
}

/** All nodes come at 0 and know each other at once. */
function started(script: ScriptedRun): ScriptedRun {
  const nodes = Array.from({ length: script.view.nodeCount }, (_, node) => node);
  return script.at(0).statusOfAll("joining").at(0.5).meshes(nodes).statusOfAll("active");
}

describe("settled as full membership", () => {
  it("holds when every node knows every other one", () => {
    const result = started(run(4)).verdict();
    expect(result.holds).toBe(true);
    expect(result.firstBreak).toBeUndefined();
  });

  it("does not hold in an empty network", () => {
    expect(run(4).verdict().holds).toBe(false);
  });

  it("times settling from the last disturbance of an episode, and merges those that are close", () => {
    const script = started(run(4)).at(20).status(3, "crashed").at(20.9).status(2, "crashed");
    script.at(22).removes(0, 3).removes(1, 3).removes(0, 2).at(23.4).removes(1, 2);
    const { convergence, expectations } = script.finish();
    expect(expectations[0]?.holds).toBe(true);
    const episodes = convergence[0]?.listed ?? [];
    expect(episodes.map(({ disturbances }) => disturbances)).toEqual([4, 2]);
    expect(episodes[1]).toMatchObject({
      startMicros: 20 * SECOND,
      lastMicros: 20.9 * SECOND,
      settledMicros: 23.4 * SECOND,
      outcome: "settled",
    });
  });

  it("fails on a ghost that stays, and names the crash that made it one and who holds it", () => {
    const script = started(run(4)).at(20).status(3, "crashed");
    script.at(21).removes(0, 3).removes(1, 3);
    const result = script.verdict();
    expect(result.holds).toBe(false);
    expect(result.firstBreak).toMatchObject({
      timeMicros: 20 * SECOND,
      kind: "status",
      node: "n3",
      name: "crashed",
    });
    expect(result.concerned).toEqual(["n2"]);
    expect(result.observed).toContain("n2 has ghosts n3");
  });

  it("fails when a node forgets a live one for good, and names that record", () => {
    const script = started(run(4)).at(20).status(3, "crashed");
    script.at(21).removes(0, 3).removes(1, 3).removes(2, 3).at(22).removes(0, 1);
    const result = script.verdict();
    expect(result.holds).toBe(false);
    expect(result.firstBreak).toMatchObject({ timeMicros: 22 * SECOND, node: "n0", peer: "n1" });
    expect(result.observed).toContain("n0 lacks n1");
  });

  it("fails when it settles after its time, however well it holds then", () => {
    const script = started(run(3)).at(20).status(2, "crashed");
    script.at(23.1).removes(0, 2).removes(1, 2);
    const { convergence, expectations } = script.finish();
    expect(expectations[0]?.holds).toBe(false);
    expect(convergence[0]?.episodes).toMatchObject({ settled: 1, late: 1 });
    expect(convergence[0]?.slowestMicros).toBe(3.1 * SECOND);
  });

  it("leaves a young node out of the truth until the grace is over, and no longer", () => {
    const known = started(run(3)).at(20).status(2, "crashed").removes(0, 2).removes(1, 2);
    // It comes back at 40 and is known to n1 at once, to n0 just before, or just after, the grace of 2 s is over.
    known.at(40).status(2, "joining").adds(1, 2).adds(2, 0).adds(2, 1);
    const inTime = known.at(41.9).adds(0, 2).finish();
    expect(inTime.convergence[0]?.listed.at(-1)).toMatchObject({ settledMicros: 40 * SECOND });
    const late = started(run(3)).at(20).status(2, "crashed").removes(0, 2).removes(1, 2);
    late.at(40).status(2, "joining").adds(1, 2).adds(2, 0).adds(2, 1).at(42.1).adds(0, 2);
    const report = late.finish();
    expect(report.convergence[0]?.listed.at(-1)).toMatchObject({ settledMicros: 42.1 * SECOND });
  });

  it("counts an episode that the next cuts short as overtaken, and neither drops nor fails it", () => {
    const script = started(run(4)).at(20).status(3, "crashed").at(22).status(2, "crashed");
    script.at(23).removes(0, 2).removes(1, 2).removes(0, 3).removes(1, 3);
    const { convergence, expectations } = script.finish();
    expect(convergence[0]?.episodes).toMatchObject({ settled: 2, overtaken: 1, late: 0, cut: 0 });
    expect(expectations[0]?.holds).toBe(true);
  });

  it("does not excuse an episode that was overtaken only after its time was up", () => {
    const script = started(run(4)).at(20).status(3, "crashed").at(24).status(2, "crashed");
    script.at(25).removes(0, 2).removes(1, 2).removes(0, 3).removes(1, 3);
    expect(script.finish().convergence[0]?.episodes).toMatchObject({ late: 1 });
  });

  it("judges each part of a cut network for itself", () => {
    const script = started(run(4)).at(20).cut([0, 0, 1, 1]);
    script.at(21).removes(0, 2).removes(0, 3).removes(1, 2).removes(1, 3);
    script.at(22).removes(2, 0).removes(2, 1).removes(3, 0).removes(3, 1);
    const { convergence } = script.finish();
    expect(convergence[0]?.listed.at(-1)).toMatchObject({ settledMicros: 22 * SECOND });
  });

  it("wants the whole network again after the heal", () => {
    const script = started(run(4)).at(20).cut([0, 0, 1, 1]);
    script.at(21).removes(0, 2).removes(0, 3).removes(1, 2).removes(1, 3);
    script.removes(2, 0).removes(2, 1).removes(3, 0).removes(3, 1).at(40).heal();
    const result = script.verdict();
    expect(result.holds).toBe(false);
    expect(result.firstBreak).toMatchObject({ kind: "fault", name: "heal" });
  });

  it("judges from a given time on and only then", () => {
    // The ghost of the first crash stays for long, before the time that is judged.
    const script = started(run(3, { afterMicros: 50 * SECOND }))
      .at(20)
      .status(2, "crashed");
    script.at(51).removes(0, 2).removes(1, 2);
    const { convergence, expectations } = script.finish();
    expect(expectations[0]?.holds).toBe(true);
    expect(convergence[0]?.episodes).toMatchObject({ settled: 1, unjudged: 2 });
  });

  it("does not take a condition for settled that the end cuts off before its hold is over", () => {
    const result = started(run(3, {}, { endMicros: 4 * SECOND })).verdict();
    expect(result.holds).toBe(false);
    expect(result.observed).toContain("cut by the end");
  });

  it("ends with a shutdown of the network, which is no disturbance", () => {
    const events = [
      {
        name: "stop",
        atMicros: 50 * SECOND,
        action: { do: "shutdown" as const, who: "network" as const },
      },
    ];
    const script = started(run(3, {}, { events }))
      .at(50)
      .action("stop")
      .statusOfAll("leaving");
    const { convergence, expectations } = script.at(50.1).statusOfAll("left").finish();
    expect(expectations[0]?.holds).toBe(true);
    expect(convergence[0]?.listed).toHaveLength(1);
  });

  it("reports the share of time that it held, from the first disturbance on", () => {
    const script = started(run(3)).at(60).status(2, "crashed").at(62).removes(0, 2).removes(1, 2);
    const availability = script.finish().convergence[0]?.availability ?? 0;
    // Nobody is old enough for 2 s, and the ghost stays for 2 s, of 100 s.
    expect(availability).toBeCloseTo(0.96, 6);
  });

  it("counts a loss without any disturbance as a relapse", () => {
    const script = started(run(3)).at(60).removes(0, 1).at(61).adds(0, 1);
    expect(script.finish().convergence[0]?.relapses).toBe(1);
  });

  it("does not see what is lost and regained within one instant", () => {
    const script = started(run(3)).at(60).removes(0, 1).adds(0, 1);
    expect(script.finish().convergence[0]?.relapses).toBe(0);
  });
});

describe("settled as a valid partial view", () => {
  /** A ring in which every node knows its two neighbours. */
  function ring(script: ScriptedRun): ScriptedRun {
    const { nodeCount } = script.view;
    script.at(0).statusOfAll("joining").statusOfAll("active").at(0.5);
    for (let node = 0; node < nodeCount; node++) {
      script.adds(node, (node + 1) % nodeCount).adds(node, (node + nodeCount - 1) % nodeCount);
    }
    return script;
  }
  const VALID = { as: "valid", viewSize: 2, withinMicros: 4 * SECOND } as const;

  it("holds for a ring, and says how far apart it looked", () => {
    const result = ring(run(8, VALID)).verdict();
    expect(result.holds).toBe(true);
    expect(result.observed).toContain("sampled every 1 s");
  });

  it("fails when a view stays empty, and names its node", () => {
    const script = ring(run(8, VALID)).at(30).status(7, "crashed").at(31);
    script.removes(0, 7).removes(6, 7).removes(6, 5).removes(5, 6);
    const result = script.verdict();
    expect(result.holds).toBe(false);
    expect(result.observed).toContain("1 view empty");
    expect(result.concerned).toEqual(["n6"]);
    expect(result.firstBreak).toMatchObject({ node: "n7", name: "crashed" });
  });

  it("fails when the overlay falls into two parts", () => {
    const script = ring(run(8, { ...VALID, viewSize: 1 }))
      .at(30)
      .fault("pause", 1)
      .at(31);
    script.removes(0, 7).removes(7, 0).removes(3, 4).removes(4, 3);
    const result = script.verdict();
    expect(result.holds).toBe(false);
    expect(result.observed).toContain("2 components");
  });

  it("fails on more dead links than are tolerated", () => {
    const script = ring(run(8, { ...VALID, viewSize: 1 }))
      .at(30)
      .status(3, "crashed");
    const result = script.verdict();
    expect(result.holds).toBe(false);
    expect(result.observed).toContain("of links are dead");
  });

  it("fails when a link goes one way, unless the protocol is not symmetric", () => {
    const script = (isSymmetric: boolean): ScriptedRun =>
      ring(run(8, { ...VALID, viewSize: 1, isSymmetric }))
        .at(30)
        .fault("pause", 1)
        .removes(0, 1);
    expect(script(true).verdict()).toMatchObject({ holds: false });
    expect(script(false).verdict()).toMatchObject({ holds: true });
  });
});

describe("settled as a mixed partial view", () => {
  const MIXED = { as: "mixed", withinMicros: 30 * SECOND } as const;

  it("settles when in-degrees and clustering come to where they stay", () => {
    const script = run(6, MIXED).at(0).statusOfAll("joining").statusOfAll("active").at(1);
    for (let node = 1; node < 6; node++) script.adds(node, 0).adds(0, node);
    script.at(20.5);
    for (let node = 1; node < 6; node++) {
      script
        .removes(node, 0)
        .removes(0, node)
        .adds(node, (node % 5) + 1)
        .adds((node % 5) + 1, node);
    }
    const { convergence, expectations } = script.finish();
    expect(expectations[0]?.holds).toBe(true);
    expect(convergence[0]?.listed.at(-1)).toMatchObject({ settledMicros: 21 * SECOND });
  });

  it("fails when they still wander at the end", () => {
    const script = run(4, MIXED).at(0).statusOfAll("joining").statusOfAll("active");
    for (let second = 1; second < 99; second++) {
      const [add, remove] = second % 2 === 0 ? [1, 2] : [2, 1];
      script
        .at(second + 0.5)
        .removes(0, remove)
        .removes(3, remove)
        .adds(0, add)
        .adds(3, add);
      if (second % 3 === 0) script.adds(1, 2).adds(2, 1);
      else script.removes(1, 2).removes(2, 1);
    }
    expect(script.verdict().holds).toBe(false);
  });
});
