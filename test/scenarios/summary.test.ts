import { describe, expect, it } from "vitest";
import { valueAt } from "../../src/scenarios/checkers/metric-check.js";
import type { RunReport } from "../../src/scenarios/run-report.js";
import { writeReport } from "../../src/scenarios/run-report.js";
import { writeSummary } from "../../src/scenarios/summary.js";
import { wrapText } from "../../src/scenarios/wrap-text.js";
import { ScriptedRun, SECOND, scriptedScenario } from "./checkers/scripted-run.js";

const COMMAND =
  "npm run sim -- scenarios/churn.yaml --seed 42 --set n=200 --until 90s --nodes 1000";

/** The report of a run in which one of two expectations failed. */
function report(): RunReport {
  const script = new ScriptedRun({
    nodeCount: 4,
    expect: [
      { kind: "no-message-after-shutdown", name: "quiet" },
      {
        kind: "messages-per-node-second",
        name: "few messages",
        startMicros: 0,
        endMicros: 50 * SECOND,
        atLeast: null,
        atMost: 5,
      },
    ],
  });
  script
    .at(0)
    .statusOfAll("active")
    .at(10)
    .status(0, "left")
    .at(12)
    .sends(0, 1)
    .sends(1, 2, 90, "loss");
  const { imports, ...scenario } = scriptedScenario({ nodeCount: 4, expect: [] });
  expect(imports).toEqual([]);
  return {
    ...script.finish(),
    scenario: "scripted",
    seed: 42,
    transport: "sim",
    version: "0.1.0",
    digest: "ab".repeat(32),
    ending: "complete",
    virtualMicros: 100 * SECOND,
    wallMillis: 250,
    events: 12345,
    live: null,
    identities: "keys",
    churn: [],
    emptyPicks: [],
    repeat: {
      command: COMMAND,
      packageVersion: "0.1.0",
      commit: null,
      nodeVersion: "v20.20.0",
      imports: [],
      scenario,
    },
  };
}

describe("the summary", () => {
  it("says what ran, the seed, the digest, each expectation and how to repeat the run", () => {
    const text = writeSummary(report(), { columns: 80, hasSymbols: true });
    expect(text).toContain("scripted: ran 100 s of virtual time");
    expect(text).toContain("seed 42");
    expect(text).toContain(`digest ${"ab".repeat(32)}`);
    expect(text).toContain("1 of 2 expectations failed");
    expect(text).toContain("✘ quiet: 1 message from 1 node");
    expect(text).toContain("✔ few messages: ");
    expect(text).toContain("expected no message from a node that has stopped");
    expect(text.replace(/\s+/g, " ")).toContain(
      "first broken by 12.000000 s n0 sent test/message peer n1",
    );
    expect(text).toContain(`repeat ${COMMAND}`);
    expect(text.endsWith("\n")).toBe(true);
  });

  it("hints at events that picked nobody, the first few by name", () => {
    const emptyPicks = Array.from({ length: 7 }, (_, i) => ({
      event: `crash#${i + 1}`,
      timeMicros: (i + 1) * 1.5 * SECOND,
      selectors: i === 1 ? ["from", "to"] : ["who"],
    }));
    const hints = (count: number): string[] =>
      writeSummary(
        { ...report(), emptyPicks: emptyPicks.slice(0, count) },
        { columns: 80, hasSymbols: true },
      )
        .split("\n")
        .filter((line) => line.startsWith("hint: "));
    expect(hints(0)).toEqual([]);
    expect(hints(2)).toEqual([
      "hint: event crash#1 picked 0 nodes at 1.5 s (who)",
      "hint: event crash#2 picked 0 nodes at 3 s (from, to)",
    ]);
    expect(hints(5)).toHaveLength(5);
    expect(hints(6).at(-1)).toBe("hint: so did 1 event more, listed in the report");
    expect(hints(7).at(-1)).toBe("hint: so did 2 events more, listed in the report");
  });

  it("leaves the hashes of unnamed expectations out where their kinds tell them apart", () => {
    const base = report();
    const [first] = base.expectations;
    const named = (...names: string[]): string =>
      writeSummary(
        { ...base, expectations: names.map((name) => ({ ...first!, name, holds: true })) },
        { columns: 100, hasSymbols: true },
      );
    expect(named("settled-1de0b526", "mine")).toContain("✔ settled: ");
    expect(named("settled-1de0b526", "settled-00000000")).toContain("✔ settled-1de0b526: ");
    expect(named("a")).toContain("the expectation held");
    expect(named("a", "b")).toContain("both expectations held");
    expect(named("a", "b", "c")).toContain("all 3 expectations held");
  });

  it("does not call failed what an interrupted run could not come to", () => {
    const text = writeSummary(
      { ...report(), ending: "interrupted" },
      { columns: 80, hasSymbols: true },
    );
    expect(text).toContain("expectations, as far as the run came");
    expect(text).toContain("? quiet: ");
    expect(text).not.toContain("✘");
  });

  it("fits a terminal of sixty columns, but for what is there to be copied", () => {
    const lines = writeSummary(report(), { columns: 60, hasSymbols: true }).split("\n");
    const long = lines.filter((line) => line.length > 60);
    expect(long.map((line) => line.split(" ")[0])).toEqual(["digest", "repeat"]);
  });

  it("uses nothing but ASCII for its marks on a dumb terminal", () => {
    const text = writeSummary(report(), { columns: 80, hasSymbols: false });
    expect(text).toContain("FAILED quiet");
    expect(text).toContain("ok few messages");
    expect(/^[\x20-\x7e\n]*$/.test(text)).toBe(true);
  });

  it("leaves colours to whoever prints it, line by line", () => {
    const seen = new Set<string>();
    const plain = writeSummary(report(), { columns: 80, hasSymbols: true });
    const painted = writeSummary(report(), {
      columns: 80,
      hasSymbols: true,
      paint: (style, text) => {
        seen.add(style);
        expect(text).not.toContain("\n");
        return text;
      },
    });
    expect(painted).toBe(plain);
    expect([...seen].sort()).toEqual(["bad", "faint", "good", "heading", "plain"]);
  });
});

describe("the report", () => {
  it("is JSON that has every field of the public interface", () => {
    const parsed: unknown = JSON.parse(writeReport(report()));
    for (const path of [
      ..."scenario seed transport version digest virtualMicros wallMillis events".split(" "),
      ..."messages.sent messages.delivered messages.dropped.loss messages.bytes".split(" "),
      ..."nodes.live nodes.left nodes.crashed nodes.peak overlay convergence".split(" "),
      ..."expectations.0.name expectations.0.holds expectations.0.observed".split(" "),
      ..."expectations.0.expected expectations.0.firstBreak.timeMicros".split(" "),
      ..."repeat.command repeat.nodeVersion repeat.imports repeat.scenario.name".split(" "),
    ]) {
      expect(valueAt(path, parsed), path).toBeDefined();
    }
  });
});

describe("text that is wrapped", () => {
  it("keeps every word, and breaks none that is longer than a line", () => {
    const text = "one two three fourfivesixseveneight nine";
    const lines = wrapText(text, { columns: 12, indent: 2, hanging: 4 });
    expect(lines).toEqual(["  one two", "    three", "    fourfivesixseveneight", "    nine"]);
  });
});
