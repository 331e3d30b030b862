import { describe, expect, it } from "vitest";
import { ScriptedRun, SECOND } from "./checkers/scripted-run.js";

describe("the report of a watched run", () => {
  it("counts nodes, phases, latencies of single nodes and beliefs beside the truth", () => {
    const script = new ScriptedRun({
      nodeCount: 3,
      expect: [{ kind: "no-message-after-shutdown", name: "quiet" }],
    });
    script.at(0).statusOfAll("joining").statusOfAll("active").meshes([0, 1, 2]);
    script.at(1).believes(0, 2, "alive").believes(1, 2, "alive").believes(0, 1, "suspect");
    script.at(10).fault("crash-process", 2).at(14).believes(0, 2, "dead");
    const report = script.finish();
    expect(report.nodes).toMatchObject({ declared: 3, live: 2, crashed: 1, peak: 3, active: 2 });
    expect(report.beliefs).toMatchObject({
      falseSuspicions: 1,
      falseDeaths: 0,
      atEnd: { aliveButGone: 1, deadAndGone: 1, suspectButRunning: 1 },
      detections: { count: 1, meanMicros: 4 * SECOND },
    });
  });

  it("counts by phase who came and went, each life once", () => {
    const script = new ScriptedRun({
      nodeCount: 3,
      expect: [],
      phases: [
        { name: "build", startMicros: 0, endMicros: 20 * SECOND },
        { name: "run", startMicros: 20 * SECOND, endMicros: 100 * SECOND },
      ],
    });
    script
      .at(0)
      .statusOfAll("joining")
      .at(1)
      .statusOfAll("joining")
      .statusOfAll("active")
      .sends(0, 1);
    script.at(20).status(0, "leaving").sends(0, 1).at(21).status(0, "left");
    script.at(30).fault("crash-host", 1).at(31).status(1, "joining").at(32).fault("crash-host", 1);
    const [build, run] = script.finish().phases;
    expect(build).toMatchObject({ joins: 3, leaves: 0, crashes: 0, messages: 1, meanLive: 3 });
    expect(run).toMatchObject({ joins: 1, leaves: 1, crashes: 2, messages: 1 });
    // 3 nodes for 1 s, 2 for 9 s, 1 for 1 s, 2 for 1 s, and 1 for the last 68 s of 80.
    expect(run?.meanLive).toBeCloseTo((3 + 18 + 1 + 2 + 68) / 80, 9);
  });

  it("forgets what was believed of a node's earlier life", () => {
    const script = new ScriptedRun({ nodeCount: 2, expect: [] }).at(0).statusOfAll("active");
    script.at(1).fault("crash-host", 1).at(2).believes(0, 1, "dead").at(3).status(1, "joining");
    expect(script.finish().beliefs.atEnd).toMatchObject({ deadButRunning: 0, deadAndGone: 0 });
  });

  it("samples overlays while it measures, and takes the end before a shutdown empties them", () => {
    const script = new ScriptedRun({
      nodeCount: 3,
      expect: [],
      events: [{ name: "stop", atMicros: 90 * SECOND, action: { do: "shutdown", who: "network" } }],
      measure: {
        startMicros: 10 * SECOND,
        endMicros: 30 * SECOND,
        everyMicros: 5 * SECOND,
        overlays: [],
        paths: true,
      },
    });
    script.at(0).statusOfAll("active").meshes([0, 1, 2]).at(12).removes(0, 1).at(91);
    const report = script.statusOfAll("left").finish();
    const members = report.overlay["members"];
    expect(members?.samples.map(({ timeMicros, links }) => [timeMicros / SECOND, links])).toEqual([
      [10, 6],
      [15, 5],
      [20, 5],
      [25, 5],
    ]);
    expect(members).toMatchObject({ timeMicros: 90 * SECOND - 1, links: 5, nodes: 3 });
    expect(report.nodes).toMatchObject({ live: 0, left: 3 });
  });

  it("tells how long nodes take to be known and to be forgotten", () => {
    const script = new ScriptedRun({
      nodeCount: 3,
      expect: [
        {
          kind: "settled",
          name: "settled",
          overlay: "members",
          as: "full",
          withinMicros: SECOND,
          afterMicros: null,
          holdMicros: SECOND,
          mergeMicros: SECOND,
          graceMicros: SECOND,
          periodMicros: SECOND,
          viewSize: null,
          isSymmetric: true,
          tolerances: {
            strongShareMin: 1,
            deadLinkShareMax: 0,
            filledNodeShareMin: 1,
            viewFillMin: 1,
            reciprocityMin: 1,
          },
        },
      ],
    });
    script.at(0).status(0, "active").status(1, "active").meshes([0, 1]).at(10).status(2, "joining");
    script.at(12).adds(0, 2).at(20).status(2, "crashed").at(23).removes(0, 2);
    const [peers] = script.finish().peers;
    expect(peers?.joins).toMatchObject({ count: 3, maxMicros: 2 * SECOND });
    expect(peers?.deaths).toMatchObject({ count: 1, meanMicros: 3 * SECOND });
  });
});
