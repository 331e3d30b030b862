import { describe, expect, it } from "vitest";
import { problemsOf, readScenario, scenarioWith } from "./read-text.js";

/** Lines added to a valid scenario, the path of the one problem, and a part of what is said about it. */
type RefusedLines = readonly [what: string, lines: string, path: string, said: string];

const REFUSED: readonly RefusedLines[] = [
  [
    "a broadcast of more than a message may carry",
    "events: [{ at: 1s, do: broadcast, who: home-0, bytes: 2MB }]",
    "events[0].bytes",
    "at most 1MiB",
  ],
  [
    "work of more than a message may carry",
    "workload: [{ do: send, in: run, arrivals: { every: 1s }, bytes: 1048577 }]",
    "workload[0].bytes",
    "at most 1MiB",
  ],
];

describe("a scenario that would run otherwise than it reads", () => {
  it.each(REFUSED)("is refused for %s", (_, lines, path, said) => {
    const problems = problemsOf(scenarioWith(lines));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    const [{ message, expected, remedy, position }] = problems as [(typeof problems)[0]];
    expect(`${message}; ${expected}; ${remedy}`).toContain(said);
    expect(position?.line).toBeGreaterThan(0);
  });

  it("is refused for clocks more than a day apart", () => {
    const text = scenarioWith("").replace("home: 9", "home: { count: 9, clock: { skew: 25h } }");
    expect(problemsOf(text)).toMatchObject([
      { path: "nodes.home.clock.skew", remedy: "write at most 1d" },
    ]);
  });

  it("may carry exactly what a message may", () => {
    const lines = "events: [{ at: 1s, do: broadcast, who: home-0, bytes: 1MiB }]";
    expect(() => readScenario(scenarioWith(lines))).not.toThrow();
  });
});
