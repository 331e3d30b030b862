// How operations on keys are judged, by records written by hand. Node i has the id i, so that a key is nearest to the node
// whose number it is.

import { describe, expect, it } from "vitest";
import type { AnsweredExpectation } from "../../../src/scenarios/expectation.js";
import { ScriptedRun, SECOND } from "./scripted-run.js";

const ANSWERED: AnsweredExpectation = {
  kind: "answered",
  name: "answered",
  shareMin: 1,
  operation: null,
  withinMicros: 5 * SECOND,
  startMicros: 0,
  endMicros: 1_000 * SECOND,
};

function key(number: number): string {
  return number.toString(16).padStart(64, "0");
}

/** Eight active nodes, of which the last waits to be started. */
function run(expectation: Partial<AnsweredExpectation> = {}): ScriptedRun {
  const script = new ScriptedRun({
    nodeCount: 8,
    expect: [{ ...ANSWERED, ...expectation }],
    events: [],
  }).at(0);
  for (let node = 0; node < 7; node++) script.status(node, "joining").status(node, "active");
  return script;
}

describe("a lookup", () => {
  it("has succeeded when it ends at the nearest", () => {
    const report = run()
      .at(10)
      .asks(0, "lookup", 7, key(5))
      .at(12)
      .learns(0, "lookup", 7, { text: key(5), found: 5 })
      .finish();
    expect(report.expectations[0]).toMatchObject({ holds: true });
    expect(report.lookups.lookup).toMatchObject({
      started: 1,
      succeeded: 1,
      successShare: 1,
      meanDepth: 2,
      maxDepth: 2,
      meanRequests: 4,
      meanTimeouts: 1,
      latency: { medianMicros: 2 * SECOND, p99Micros: 2 * SECOND },
    });
    expect(report.lookups.get).toBeUndefined();
  });

  it("is wrong when another is nearer, and names its start and its node", () => {
    const script = run()
      .at(10)
      .asks(0, "lookup", 7, key(5))
      .at(12)
      .learns(0, "lookup", 7, { text: key(5), found: 4 });
    const report = script.finish();
    expect(report.expectations[0]).toMatchObject({ holds: false, concerned: ["n0"] });
    expect(report.expectations[0]?.firstBreak).toMatchObject({ node: "n0", application: 7 });
    expect(report.lookups.lookup).toMatchObject({ wrong: 1, successShare: 0 });
  });

  it("need not find who came later, is cut off, or asked itself", () => {
    const late = run()
      .at(10)
      .asks(0, "lookup", 7, key(7))
      .at(11)
      .status(7, "joining")
      .status(7, "active")
      .at(12)
      .learns(0, "lookup", 7, { text: key(7), found: 6 });
    expect(late.verdict()).toMatchObject({ holds: true });
    const cut = run()
      .at(10)
      .cut([0, 0, 0, 0, 0, 1, 0, 0])
      .asks(0, "lookup", 7, key(5))
      .at(12)
      .learns(0, "lookup", 7, { text: key(5), found: 4 });
    expect(cut.verdict()).toMatchObject({ holds: true });
    const own = run()
      .at(10)
      .asks(0, "lookup", 7, key(0))
      .at(12)
      .learns(0, "lookup", 7, { text: key(0), found: 1 });
    expect(own.verdict()).toMatchObject({ holds: true });
  });

  it("fails when nobody answered, and when it comes late", () => {
    const failed = run()
      .at(10)
      .asks(0, "lookup", 7, key(5))
      .learns(0, "lookup", 7, { text: key(5), isDone: false });
    expect(failed.verdict()).toMatchObject({ holds: false });
    const late = run()
      .at(10)
      .asks(0, "lookup", 7, key(5))
      .at(16)
      .learns(0, "lookup", 7, { text: key(5), found: 5 });
    const result = late.verdict();
    expect(result).toMatchObject({ holds: false });
    expect(result.observed).toContain("1 of them late");
  });

  it("that never ends fails once it is late, and is left out before that or when its node ended", () => {
    const judged = (script: ScriptedRun) => script.finish(100).expectations[0];
    expect(judged(run().at(10).asks(0, "lookup", 7, key(5)))).toMatchObject({ holds: false });
    expect(judged(run().at(98).asks(0, "lookup", 7, key(5)))?.observed).toContain("1 excluded");
    const crashed = run().at(10).asks(0, "lookup", 7, key(5)).at(11).status(0, "crashed");
    expect(judged(crashed)?.observed).toContain("none, 1 excluded");
  });
});

describe("a get", () => {
  const put = (): ScriptedRun =>
    run({ operation: "get" })
      .at(10)
      .asks(1, "put", 3, `${key(5)}=aa`)
      .learns(1, "put", 3, { text: `${key(5)}=aa`, found: 5 })
      .at(20)
      .asks(0, "get", 7, key(5))
      .at(21);

  it("has succeeded with a value that was put, and is wrong with any other", () => {
    const good = put().learns(0, "get", 7, { text: `${key(5)}=aa`, found: 5 });
    expect(good.verdict()).toMatchObject({ holds: true });
    const bad = put().learns(0, "get", 7, { text: `${key(5)}=bb`, found: 5 });
    expect(bad.verdict()).toMatchObject({ holds: false });
  });

  it("that finds nothing fails where something was put before, and counts for nothing elsewhere", () => {
    const missed = put().learns(0, "get", 7, { text: key(5), isDone: false });
    expect(missed.verdict()).toMatchObject({ holds: false });
    const nothing = put()
      .learns(0, "get", 7, { text: `${key(5)}=aa` })
      .asks(0, "get", 8, key(6))
      .learns(0, "get", 8, { text: key(6), isDone: false })
      .finish();
    expect(nothing.expectations[0]).toMatchObject({ holds: true });
    expect(nothing.lookups.get).toMatchObject({ absent: 1, succeeded: 1, successShare: 1 });
  });
});

describe("answered", () => {
  it("judges the operations and the stretch that it names", () => {
    const script = run({ operation: "lookup", startMicros: 20 * SECOND, endMicros: 30 * SECOND });
    for (const [time, application, found] of [
      [10, 1, 4],
      [25, 2, 5],
      [30, 3, 4],
    ] as const) {
      script
        .at(time)
        .asks(0, "lookup", application, key(5))
        .learns(0, "lookup", application, { text: key(5), found });
    }
    script.at(25.5).asks(0, "put", 9, `${key(5)}=aa`);
    script.learns(0, "put", 9, { text: `${key(5)}=aa`, isDone: false });
    const result = script.verdict();
    expect(result).toMatchObject({ holds: true });
    expect(result.observed).toContain("of 1 operation");
  });

  it("fails when nothing could be judged", () => {
    expect(run().verdict()).toMatchObject({ holds: false });
  });
});
