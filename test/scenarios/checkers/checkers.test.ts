import { describe, expect, it } from "vitest";
import type { Expectation } from "../../../src/scenarios/expectation.js";
import type { ScenarioEvent } from "../../../src/scenarios/scenario.js";
import { ScriptedRun, SECOND } from "./scripted-run.js";

function run(
  nodeCount: number,
  expectation: Expectation,
  events: ScenarioEvent[] = [],
): ScriptedRun {
  return new ScriptedRun({ nodeCount, expect: [expectation], events });
}

const SHUTDOWN: ScenarioEvent = {
  name: "stop",
  atMicros: 90 * SECOND,
  action: { do: "shutdown", who: "network" },
};

describe("connected", () => {
  const THROUGHOUT: Expectation = {
    kind: "connected",
    name: "connected",
    overlay: "members",
    when: { kind: "throughout", startMicros: 10 * SECOND, endMicros: 20 * SECOND },
  };
  const SETTLING: Expectation = {
    kind: "connected",
    name: "connected",
    overlay: "members",
    when: {
      kind: "settling",
      withinMicros: 5 * SECOND,
      afterMicros: null,
      holdMicros: 5 * SECOND,
      mergeMicros: SECOND,
    },
  };

  function chain(expectation: Expectation): ScriptedRun {
    const script = run(4, expectation).at(0).statusOfAll("joining").statusOfAll("active");
    return script.adds(0, 1).adds(1, 2).adds(2, 3);
  }

  it("holds throughout for a chain, whatever the direction of its links", () => {
    expect(chain(THROUGHOUT).verdict()).toMatchObject({ holds: true });
  });

  it("fails throughout when the chain breaks, and names the record that broke it", () => {
    const result = chain(THROUGHOUT).at(15.5).removes(1, 2).verdict();
    expect(result.holds).toBe(false);
    expect(result.firstBreak).toMatchObject({ timeMicros: 15.5 * SECOND, node: "n1", peer: "n2" });
  });

  it("does not look outside its window", () => {
    expect(chain(THROUGHOUT).at(21).removes(1, 2).verdict()).toMatchObject({ holds: true });
    const early = chain(THROUGHOUT).at(5).removes(1, 2).at(9).adds(1, 2);
    expect(early.verdict()).toMatchObject({ holds: true });
  });

  it("settles again after a crash in the middle when the ends find each other", () => {
    const healed = chain(SETTLING).at(30).status(1, "crashed").at(33.5).adds(0, 2);
    expect(healed.verdict()).toMatchObject({ holds: true });
    const torn = chain(SETTLING).at(30).status(1, "crashed");
    expect(torn.verdict()).toMatchObject({ holds: false, firstBreak: { name: "crashed" } });
  });
});

describe("stale links", () => {
  type Judged = Extract<Expectation, { kind: "stale-links" }>["judged"];

  function links(judged: Judged): ScriptedRun {
    const expectation: Expectation = {
      kind: "stale-links",
      name: "stale",
      overlay: "members",
      shareMax: 0.1,
      judged,
    };
    return run(4, expectation).at(0).statusOfAll("joining").meshes([0, 1, 2, 3]);
  }
  const WINDOW = { startMicros: 10 * SECOND, endMicros: 20 * SECOND };

  it("fails at the end when stale links are left, and names the record that made them", () => {
    const result = links({ kind: "end" }).at(50).status(3, "crashed").verdict();
    expect(result).toMatchObject({ holds: false, firstBreak: { name: "crashed", node: "n3" } });
    const clean = links({ kind: "end" }).at(50).status(3, "crashed").at(60);
    expect(clean.removes(0, 3).removes(1, 3).removes(2, 3).verdict()).toMatchObject({
      holds: true,
    });
  });

  it("fails throughout at the first instant that is over the bound, however short", () => {
    const script = links({ kind: "throughout", ...WINDOW })
      .at(15)
      .status(3, "crashed");
    const result = script.at(15.000001).removes(0, 3).removes(1, 3).removes(2, 3).verdict();
    expect(result).toMatchObject({ holds: false, firstBreak: { timeMicros: 15 * SECOND } });
  });

  it("forgives what comes and goes within one instant, and what lies outside the window", () => {
    const script = links({ kind: "throughout", ...WINDOW })
      .at(5)
      .status(3, "crashed");
    script.at(9).removes(0, 3).removes(1, 3).removes(2, 3).at(15).adds(0, 3).removes(0, 3);
    expect(script.verdict()).toMatchObject({ holds: true });
  });

  it("weighs by time on average", () => {
    // A third of all links is stale for a quarter of the window: 8.3 % on average.
    const average = links({ kind: "average", ...WINDOW })
      .at(12)
      .status(3, "crashed");
    average.at(14.5).removes(0, 3).removes(1, 3).removes(2, 3);
    expect(average.verdict()).toMatchObject({ holds: true, observed: "8.33 %" });
    const longer = links({ kind: "average", ...WINDOW })
      .at(12)
      .status(3, "crashed")
      .at(16);
    longer.removes(0, 3).removes(1, 3).removes(2, 3);
    expect(longer.verdict()).toMatchObject({ holds: false });
  });

  it("names the first crossing that counted on average, not the last", () => {
    const twice = links({ kind: "average", ...WINDOW })
      .at(12)
      .status(3, "crashed")
      .at(16);
    twice.removes(0, 3).removes(1, 3).removes(2, 3);
    const result = twice.at(18).status(2, "crashed").verdict();
    expect(result.firstBreak).toMatchObject({ timeMicros: 12 * SECOND, node: "n3" });
  });
});

describe("view sizes", () => {
  const SIZES: Expectation = {
    kind: "view-size",
    name: "view size",
    overlay: "members",
    min: 1,
    max: 2,
    graceMicros: 2 * SECOND,
    judged: { kind: "throughout", startMicros: 0, endMicros: 100 * SECOND },
  };

  function small(): ScriptedRun {
    const script = run(4, SIZES).at(0).statusOfAll("joining").at(1);
    return script.adds(0, 1).adds(1, 2).adds(2, 3).adds(3, 0);
  }

  it("hold when every view stays within bounds", () => {
    expect(small().verdict()).toMatchObject({ holds: true, observed: "1 to 1 peers" });
  });

  it("fail when a view grows past the bound, and name the record with which it did", () => {
    const result = small().at(10).adds(0, 2).at(11).adds(0, 3).verdict();
    expect(result).toMatchObject({ holds: false, concerned: ["n0"] });
    expect(result.firstBreak).toMatchObject({ timeMicros: 11 * SECOND, peer: "n3" });
  });

  it("fail when a view that is old enough was never filled", () => {
    const script = run(2, SIZES).at(0).statusOfAll("joining").at(1).adds(0, 1);
    expect(script.verdict()).toMatchObject({ holds: false, concerned: ["n1"] });
  });

  it("do not judge a view in the middle of an exchange within one instant", () => {
    expect(small().at(10).removes(0, 1).adds(0, 2).verdict()).toMatchObject({ holds: true });
  });
});

describe("traffic", () => {
  const BOUNDED: Expectation = {
    kind: "messages-per-node-second",
    name: "messages",
    startMicros: 10 * SECOND,
    endMicros: 20 * SECOND,
    atLeast: null,
    atMost: 1,
  };

  it("counts messages a live node and second in the window alone", () => {
    const script = run(2, BOUNDED).at(0).statusOfAll("active").at(5).sends(0, 1).sends(0, 1);
    for (let second = 10; second < 20; second++) script.at(second + 0.5).sends(0, 1);
    const result = script.at(25).sends(0, 1).verdict();
    expect(result).toMatchObject({ holds: true, observed: "0.5 messages a node and second" });
  });

  it("fails above the bound, and names the message from which on it was above", () => {
    const script = run(2, BOUNDED).at(0).statusOfAll("active").at(10.001).sends(0, 1).at(11);
    // 17 messages are too many at 16.5 s and no longer at 19 s, when 18 are allowed; 19.1 s is the last crossing.
    for (let tick = 0; tick < 16; tick++) script.at(15 + tick / 10).sends(0, 1);
    for (let tick = 0; tick < 8; tick++) script.at(19 + tick / 10).sends(1, 0);
    const result = script.verdict();
    expect(result).toMatchObject({ holds: false, observed: "1.25 messages a node and second" });
    expect(result.firstBreak).toMatchObject({
      kind: "sent",
      node: "n1",
      timeMicros: 19.1 * SECOND,
    });
  });

  it("counts bytes, and only while nodes run", () => {
    const bytes: Expectation = { ...BOUNDED, kind: "bytes-per-node-second", atMost: 99 };
    const script = run(2, bytes).at(0).statusOfAll("active").at(15).status(1, "crashed");
    // 15 node seconds in the window, 1500 bytes. At 17.1 s it is 1200 bytes in 12.1 node seconds.
    for (let tick = 0; tick < 15; tick++) script.at(16 + tick / 10).sends(0, 1, 100);
    const result = script.verdict();
    expect(result).toMatchObject({ holds: false, observed: "100 bytes a node and second" });
    expect(result.firstBreak).toMatchObject({ kind: "sent", timeMicros: 17.1 * SECOND });
  });

  it("fails below a lower bound", () => {
    const idle: Expectation = { ...BOUNDED, atLeast: 0.1, atMost: null };
    expect(run(2, idle).at(0).statusOfAll("active").verdict()).toMatchObject({ holds: false });
  });
});

describe("silence after a stop", () => {
  const QUIET: Expectation = { kind: "no-message-after-shutdown", name: "quiet" };

  it("holds when goodbyes come before the end", () => {
    const script = run(2, QUIET).at(0).statusOfAll("active").at(9).sends(0, 1);
    expect(script.at(10).status(0, "left").verdict()).toMatchObject({ holds: true });
  });

  it("fails at the first message of a node that has left, and names it", () => {
    const script = run(2, QUIET).at(0).statusOfAll("active").at(10).status(0, "left");
    const result = script.at(11).sends(1, 0).at(12).sends(0, 1).at(13).sends(0, 1).verdict();
    expect(result).toMatchObject({ holds: false, concerned: ["n0"] });
    expect(result.firstBreak).toMatchObject({ kind: "sent", timeMicros: 12 * SECOND, node: "n0" });
  });

  it("lets a node speak again after it has come back", () => {
    const script = run(2, QUIET).at(0).statusOfAll("active").at(10).status(0, "left");
    expect(script.at(11).status(0, "joining").sends(0, 1).verdict()).toMatchObject({ holds: true });
  });

  it("fails when nobody stopped: it would say nothing", () => {
    expect(run(2, QUIET).at(0).statusOfAll("active").verdict()).toMatchObject({ holds: false });
  });
});

describe("all stopped", () => {
  const STOPPED: Expectation = { kind: "all-stopped", name: "stopped", withinMicros: 5 * SECOND };

  function shutDown(): ScriptedRun {
    return run(4, STOPPED, [SHUTDOWN])
      .at(0)
      .statusOfAll("active")
      .at(50)
      .status(3, "crashed")
      .at(90);
  }

  it("holds when all that ran are gone at the bound", () => {
    const script = shutDown().action("stop").status(0, "leaving").at(92).status(0, "left");
    const result = script.status(1, "left").at(95).status(2, "left").verdict();
    expect(result).toMatchObject({ holds: true, observed: "3 nodes stopped" });
  });

  it("names who runs on after the bound", () => {
    const script = shutDown().action("stop").at(92).status(0, "left").at(95.1).status(1, "left");
    const result = script.verdict();
    expect(result).toMatchObject({ holds: false, concerned: ["n1", "n2"] });
    expect(result.observed).toContain("2 of 3 nodes did not stop: n1, n2");
    expect(result.firstBreak).toMatchObject({ kind: "action", name: "stop" });
  });

  it("fails when the run ends before any shutdown", () => {
    const result = run(2, STOPPED).at(0).statusOfAll("active").verdict();
    expect(result).toMatchObject({ holds: false, observed: "no shutdown meant any node" });
  });

  it("means the nodes that the records of a shutdown of some nodes name", () => {
    const some: ScenarioEvent = {
      name: "stop",
      atMicros: 90 * SECOND,
      action: { do: "shutdown", who: { kind: "name", name: "n1" } },
    };
    const script = run(4, STOPPED, [some]).at(0).statusOfAll("active").at(90).action("stop", -1, 1);
    expect(script.at(92).status(1, "left").verdict()).toMatchObject({ holds: true });
  });
});

describe("a metric", () => {
  function metric(
    path: string,
    bounds: { atLeast?: number; atMost?: number; equals?: string },
  ): Expectation {
    return {
      kind: "metric",
      name: path,
      path,
      atLeast: bounds.atLeast ?? null,
      atMost: bounds.atMost ?? null,
      equals: bounds.equals ?? null,
    };
  }

  function busy(expectation: Expectation): ScriptedRun {
    const script = run(3, expectation).at(0).statusOfAll("active").meshes([0, 1, 2]);
    return script.at(1).sends(0, 1).sends(1, 0, 50, "loss");
  }

  it("is looked up in the report by names and by places in lists", () => {
    expect(busy(metric("messages.sent", { atMost: 2 })).verdict()).toMatchObject({ holds: true });
    expect(busy(metric("messages.sent", { atMost: 1 })).verdict()).toMatchObject({
      holds: false,
      observed: "2",
    });
    const links = metric("overlay.members.links", { atLeast: 6, atMost: 6 });
    expect(busy(links).verdict()).toMatchObject({ holds: true });
    const phase = metric("phases.run.messages", { atLeast: 2 });
    expect(busy(phase).verdict()).toMatchObject({ holds: true });
  });

  it("knows a reason that never occurred as zero, and a path that is not there as failure", () => {
    expect(busy(metric("messages.dropped.loss", { atMost: 0 })).verdict().holds).toBe(false);
    expect(busy(metric("messages.dropped.timeout", { atMost: 0 })).verdict().holds).toBe(true);
    const misspelt = metric("messages.dropped.los", { atMost: 0 });
    expect(busy(misspelt).verdict()).toMatchObject({ holds: false });
    const nowhere = metric("messages.byType.none.dropped.loss", { atMost: 0 });
    expect(busy(nowhere).verdict()).toMatchObject({ holds: false });
    expect(busy(metric("messages.snet", { atMost: 9 })).verdict()).toMatchObject({ holds: false });
  });
});
