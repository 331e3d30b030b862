import { describe, expect, it } from "vitest";
import { runText } from "../convergence/trial.js";
import { nodePlatform } from "../../src/scenarios/node-platform.js";
import { SimulatedRun } from "../../src/scenarios/simulated-run.js";
import { concernedBy, finishedRun, tracedRun } from "./traced-run.js";
import type { TracedRun } from "./traced-run.js";

/** Six nodes that are soon active, with these lines besides. */
function text(lines: string): string {
  return `
name: actions
seed: 1
nodes: { boot: 1, home: 5 }
start: { overlay: join, contact: boot }
phases: { run: 30s }
network: { latency: 20ms }
protocols: { discovery: { use: genesis }, broadcast: { use: flood } }
${lines}
`;
}

/** Nodes that started a broadcast or a direct message. */
function starters({ lines }: TracedRun): (string | undefined)[] {
  return lines
    .filter(({ kind, name }) => kind === "broadcast" && name === "started")
    .map(({ node }) => node);
}

describe("a frozen node", () => {
  const frozen = "{ name: freeze, at: 10s, do: pause, who: [boot, home-0, home-1] }";

  it.each(["broadcast", "send", "leave", "shutdown", "pause"])("is not made to %s", (action) => {
    const to = action === "send" ? ", to: home-4" : "";
    const run = finishedRun(
      text(`events: [${frozen}, { name: act, at: 12s, do: ${action}, who: all${to} }]`),
    );
    expect(concernedBy(run, "act")).toEqual(["home-2", "home-3", "home-4"]);
  });

  it("can be crashed, and resumed", () => {
    const run = finishedRun(
      text(`events: [${frozen}, { name: fall, at: 12s, do: crash, who: home-0 },
                     { name: thaw, at: 13s, do: resume, who: all }]`),
    );
    expect(concernedBy(run, "fall")).toEqual(["home-0"]);
    expect(concernedBy(run, "thaw")).toEqual(["boot-0", "home-1"]);
  });

  it("is not chosen by a workload", () => {
    const run = finishedRun(
      text(`events: [${frozen}]
workload: [{ do: broadcast, in: [11s, 25s], arrivals: { every: 200ms }, bytes: 10 }]`),
    );
    expect(new Set(starters(run))).toEqual(new Set(["home-2", "home-3", "home-4"]));
  });

  it("is not where a shutdown of the network enters", () => {
    const run = finishedRun(
      text(`events: [${frozen}, { name: end, at: 12s, do: shutdown, who: network }]`),
    );
    expect(concernedBy(run, "end")).toEqual(["home-2"]);
    for (const node of [3, 4, 5]) expect(run.run.network.lifeOf(node)).toBe("left");
  });
});

describe("a shutdown of the network that nobody is active for", () => {
  it("is recorded with no node, and said in the report", () => {
    const lines = `
events: [{ name: freeze, at: 10s, do: pause, who: all },
         { name: end, at: 12s, do: shutdown, who: network }]
expect: [{ all-stopped: true, within: 5s }]`;
    const actions = finishedRun(text(lines)).lines.filter(({ name }) => name === "end");
    expect(actions.map(({ node, number }) => [node, number ?? 0])).toEqual([[undefined, 0]]);
    const { report } = runText(text(lines));
    expect(report.expectations[0]).toMatchObject({ holds: false });
    expect(report.expectations[0]!.observed).toContain("no node was active for end");
  });
});

describe("a crash", () => {
  const tripped = "{ name: trip, at: 10s, do: crash, who: home-0, kind: process }";

  it("of a host happens after that of its process, once", () => {
    const run = finishedRun(
      text(`events: [${tripped},
              { name: fall, at: 12s, do: crash, who: home-0, kind: host },
              { name: again, at: 13s, do: crash, who: home-0, kind: host }]`),
    );
    expect(concernedBy(run, "fall")).toEqual(["home-0"]);
    expect(concernedBy(run, "again")).toEqual([]);
    expect(run.lines.filter(({ name }) => name === "crash-host")).toHaveLength(1);
  });

  it("of a process does not happen to one that has ended", () => {
    const run = finishedRun(
      text(`events: [${tripped}, { name: again, at: 12s, do: crash, who: home-0 }]`),
    );
    expect(concernedBy(run, "again")).toEqual([]);
  });
});

describe("an event", () => {
  it("is recorded before what it does", () => {
    const { lines } = finishedRun(
      text(`events: [{ name: act, at: 10s, do: leave, who: home-0 },
              { name: cut, at: 15s, do: partition, groups: [home-1, rest] }]`),
    );
    for (const [name, timeMicros] of [
      ["act", 10e6],
      ["cut", 15e6],
    ] as const) {
      const of = lines.filter((line) => line.timeMicros === timeMicros);
      expect(of.length).toBeGreaterThan(2);
      expect(of[0]).toMatchObject({ kind: "action", name });
      expect(of.at(-1)!.kind).not.toBe("action");
    }
  });
});

describe("an event that picks nobody", () => {
  /** Event and empty selectors, in the order in which they are reported. */
  const emptyPicks = (events: string): unknown[] =>
    finishedRun(text(`events: [${events}]`))
      .run.world.emptyPicks.all()
      .map(({ event, timeMicros, selectors }) => [event, timeMicros / 1e6, selectors.join(" ")]);

  it("is told of with its time and its selector, whatever it does", () => {
    const none = "{ state: crashed }";
    expect(
      emptyPicks(`
        { name: fall, at: 10s, do: crash, who: ${none} }, { name: in, at: 11s, do: join, who: all },
        { name: cut, at: 12s, do: partition, groups: [home-0, ${none}] },
        { name: keep, at: 13s, do: hold, from: ${none}, to: ${none} },
        { name: worse, at: 14s, do: degrade, from: all, to: ${none}, loss: 1% },
        { name: say, at: 15s, do: send, who: home-1, to: ${none} },
        { name: stop, at: 16s, do: pause, who: all },
        { name: end, at: 17s, do: shutdown, who: network }`),
    ).toEqual([
      ["fall", 10, "who"],
      ["in", 11, "who"],
      ["cut", 12, "groups[1]"],
      ["keep", 13, "from to"],
      ["worse", 14, "to"],
      ["say", 15, "to"],
      ["end", 17, "who"],
    ]);
  });

  it("is told of at each repetition, and not again when it is undone", () => {
    expect(
      emptyPicks(
        "{ name: trip, at: 10s, do: crash, who: { state: left }, for: 1s, every: 5s, times: 2 }",
      ),
    ).toEqual([
      ["trip#1", 10, "who"],
      ["trip#2", 15, "who"],
    ]);
  });

  it("is told of when the nodes that it is to undo for have all gone another way", () => {
    expect(
      emptyPicks(`{ name: trip, at: 10s, do: crash, who: home-0, for: 5s },
                  { name: up, at: 12s, do: restart, who: home-0 }`),
    ).toEqual([["trip-restart", 15, "who"]]);
  });

  it("is kept in a snapshot", () => {
    const lines = text("events: [{ name: fall, at: 10s, do: crash, who: { state: crashed } }]");
    const { run } = tracedRun(lines);
    run.runUntil(15_000_000);
    const { scenario } = run;
    const restored = new SimulatedRun(scenario, { platform: nodePlatform, watches: false });
    restored.restore(run.snapshot());
    expect(restored.world.emptyPicks.all()).toEqual(run.world.emptyPicks.all());
    expect(restored.world.emptyPicks.all()).toHaveLength(1);
  });

  it("is not one that heals, releases, restores, or picks somebody", () => {
    expect(
      emptyPicks(`{ name: cut, at: 10s, do: partition, groups: [home-0, rest], for: 1s },
                  { name: keep, at: 12s, do: hold, from: all, to: all, for: 1s },
                  { name: worse, at: 14s, do: degrade, from: all, to: all, loss: 1%, for: 1s },
                  { name: fall, at: 16s, do: crash, who: home-0 }`),
    ).toEqual([]);
  });
});

describe("a node that a workload picks", () => {
  it("stays the same when a node that it does not pick is missing", () => {
    const work =
      "workload: [{ do: broadcast, in: [10s, 28s], arrivals: { every: 500ms }, bytes: 10 }]";
    const all = starters(finishedRun(text(work)));
    const fewer = starters(finishedRun(text(work).replace("home: 5", "home: 4")));
    expect(all).toHaveLength(36);
    expect(new Set(all).size).toBeGreaterThan(3);
    all.forEach((by, i) => {
      if (by !== "home-4") expect(fewer[i]).toBe(by);
    });
  });
});
