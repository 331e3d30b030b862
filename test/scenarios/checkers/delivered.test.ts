import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Expectation } from "../../../src/scenarios/expectation.js";
import { ScriptedRun, SECOND } from "./scripted-run.js";

function run(nodeCount: number, expectation: Expectation): ScriptedRun {
  return new ScriptedRun({ nodeCount, expect: [expectation], events: [] });
}

describe("delivered", () => {
  const DELIVERED: Extract<Expectation, { kind: "delivered" }> = {
    kind: "delivered",
    name: "delivered 99%",
    shareMin: 0.99,
    withinMicros: 5 * SECOND,
  };

  function active(nodeCount: number): ScriptedRun {
    return run(nodeCount, DELIVERED).at(0).statusOfAll("joining").statusOfAll("active");
  }

  it("holds when every active node receives the message in time, the bound included", () => {
    const report = active(3)
      .at(10)
      .starts(0, 7)
      .at(11)
      .receives(1, 7)
      .at(15)
      .receives(2, 7)
      .finish();
    expect(report.expectations[0]).toMatchObject({ holds: true });
    expect(report.deliveries[0]).toMatchObject({
      messages: 1,
      pairs: 2,
      counted: 2,
      delivered: 2,
      meanLatencyMicros: 3 * SECOND,
      maxLatencyMicros: 5 * SECOND,
    });
  });

  it("fails when one node does not receive it, and names the message and the node", () => {
    const result = active(3).at(10).starts(0, 7).at(11).receives(1, 7).verdict();
    expect(result).toMatchObject({ holds: false, concerned: ["n2"] });
    expect(result.firstBreak).toMatchObject({ node: "n0", name: "started", application: 7 });
  });

  /** A message of n0 every second from 10 s on, by number; n1 receives them all but those missed. */
  function series(count: number, missed: readonly number[], shareMin: number): ScriptedRun {
    const script = run(2, { ...DELIVERED, shareMin })
      .at(0)
      .statusOfAll("active");
    for (let i = 1; i <= count; i++) {
      script.at(9 + i).starts(0, i);
      if (!missed.includes(i)) script.receives(1, i);
    }
    return script;
  }

  it.each([
    // From the fifth on it is below nine of ten: four more were too few to make up for one.
    { count: 10, missed: [5, 10], shareMin: 0.9, breaking: 5 },
    { count: 20, missed: [12, 15, 19], shareMin: 0.9, breaking: 15 },
    // Eighteen made up for the first two: what broke it is the next that was missed.
    { count: 30, missed: [1, 2, 28, 29], shareMin: 0.9, breaking: 28 },
    { count: 10, missed: [3, 7], shareMin: 1, breaking: 3 },
  ])(
    "names the message that took the share below what is asked to stay: $breaking of $count",
    ({ count, missed, shareMin, breaking }) => {
      const result = series(count, missed, shareMin).verdict();
      expect(result).toMatchObject({ holds: false, concerned: ["n1"] });
      expect(result.firstBreak).toMatchObject({ name: "started", application: breaking });
    },
  );

  it("names no message where misses were made up for", () => {
    const result = series(20, [1, 2], 0.9).verdict();
    expect(result).toMatchObject({ holds: true });
    expect(result.firstBreak).toBeUndefined();
  });

  it("names the message that left more than half of the pairs out", () => {
    const script = active(3).at(10).starts(0, 7).receives(1, 7).receives(2, 7);
    const result = script.at(97).starts(0, 8).at(98).starts(1, 9).verdict();
    expect(result.observed).toContain("more than half of the pairs could not be judged");
    expect(result.firstBreak).toMatchObject({ name: "started", application: 9 });
    expect(result.concerned).toBeUndefined();
  });

  it("fails when a node receives it a microsecond too late", () => {
    const script = active(3).at(10).starts(0, 7).at(11).receives(1, 7).at(15.000001).receives(2, 7);
    expect(script.verdict()).toMatchObject({ holds: false, concerned: ["n2"] });
  });

  it("fails when a node receives it twice, and names the second receipt", () => {
    const script = active(3).at(10).starts(0, 7).at(11).receives(1, 7).receives(2, 7);
    const result = script.at(12).receives(2, 7).verdict();
    expect(result.holds).toBe(false);
    expect(result.firstBreak).toMatchObject({ timeMicros: 12 * SECOND, node: "n2" });
    expect(result.concerned).toEqual(["n2"]);
  });

  it("leaves out nodes that crash, leave or join before the bound, and says how many", () => {
    const script = active(6).at(5).status(5, "crashed").at(6).status(5, "joining");
    script.at(10).starts(0, 7).at(11).receives(1, 7).receives(2, 7).receives(3, 7);
    const report = script.at(14).status(4, "leaving").at(14.5).status(4, "left").finish();
    expect(report.deliveries[0]).toMatchObject({
      counted: 3,
      delivered: 3,
      excluded: { inactive: 2 },
    });
    expect(report.expectations[0]?.holds).toBe(true);
  });

  it("leaves out nodes that were cut off for a moment only", () => {
    const script = active(5).at(10).starts(0, 7).receives(1, 7).receives(2, 7).receives(3, 7);
    const report = script.at(11).cut([0, 0, 0, 0, 1]).at(12).heal().finish();
    expect(report.deliveries[0]).toMatchObject({ counted: 3, excluded: { unreachable: 1 } });
    expect(report.expectations[0]?.holds).toBe(true);
  });

  it("fails when more than half of the pairs had to be left out", () => {
    const script = active(5).at(9).cut([0, 0, 1, 1, 1]).at(10).starts(0, 7).receives(1, 7);
    expect(script.verdict()).toMatchObject({ holds: false });
  });

  it("fails when nothing was sent: it would say nothing", () => {
    expect(active(3).verdict()).toMatchObject({ holds: false });
  });

  it("fails when no pair could be judged, though messages were sent", () => {
    const script = run(2, DELIVERED).at(0).status(0, "joining").status(0, "active");
    expect(script.at(10).starts(0, 7).verdict()).toMatchObject({
      holds: false,
      observed: "none of 0 pairs; no pair could be judged",
    });
  });

  it("judges a message for one node by that node alone", () => {
    const good = active(4).at(10).starts(0, 7, 2).at(11).receives(2, 7).finish();
    expect(good.deliveries[0]).toMatchObject({ pairs: 1, delivered: 1 });
    const bad = active(4).at(10).starts(0, 7, 2).at(11).receives(1, 7).verdict();
    expect(bad).toMatchObject({ holds: false, concerned: ["n2"] });
  });

  it("counts messages whose bound lies beyond the end as left out", () => {
    const script = active(3).at(10).starts(0, 7).receives(1, 7).receives(2, 7).at(98).starts(0, 8);
    expect(script.finish().deliveries[0]).toMatchObject({
      counted: 2,
      excluded: { unfinished: 2 },
    });
  });

  it("does not depend on the order in which nodes receive a message", () => {
    const receivers = fc.shuffledSubarray([1, 2, 3, 4, 5], { minLength: 0 });
    fc.assert(
      fc.property(receivers, (order) => {
        const script = active(6).at(10).starts(0, 7);
        order.forEach((node, i) => script.at(11 + i / 10).receives(node, 7));
        expect(script.finish().deliveries[0]).toMatchObject({
          counted: 5,
          delivered: order.length,
        });
      }),
      { seed: 1, numRuns: 50 },
    );
  });
});
