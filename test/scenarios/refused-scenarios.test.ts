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
  [
    "operations on keys without a structured overlay",
    "workload: [{ do: get, in: run, arrivals: { every: 1s } }]",
    "workload[0].do",
    "discovery: { use: kademlia }",
  ],
  [
    "an event with a key without a structured overlay",
    "events: [{ at: 1s, do: lookup, who: home-0, key: mine }]",
    "events[0].do",
    "there is no structured overlay",
  ],
  [
    "answers that nobody can give",
    "expect: [{ answered: 99% }]",
    "expect[0].answered",
    "there is no structured overlay",
  ],
  [
    "keys of a broadcast",
    "workload: [{ do: broadcast, in: run, arrivals: { every: 1s }, keys: 9 }]",
    "workload[0].keys",
    "a broadcast has no key",
  ],
  [
    "a bound on what is dropped for a misspelt reason",
    "expect: [{ metric: messages.dropped.los, atMost: 0 }]",
    "expect[0].metric",
    "did you mean loss?",
  ],
  [
    "a bound on what is no figure of the run",
    "expect: [{ metric: wallMillis, atMost: 9 }]",
    "expect[0].metric",
    "wallMillis is not a figure of the run",
  ],
  [
    "bounds of a metric the wrong way round",
    "expect: [{ metric: messages.sent, atLeast: 9, atMost: 8 }]",
    "expect[0].atMost",
    "below atLeast 9",
  ],
  [
    "bounds of traffic the wrong way round",
    "expect: [{ messages-per-node-second: { atLeast: 9, atMost: 8 } }]",
    "expect[0].messages-per-node-second.atMost",
    "below atLeast 9",
  ],
  [
    "a degradation of nothing",
    "events: [{ at: 1s, do: degrade, from: home }]",
    "events[0]",
    "at least one of loss",
  ],
  [
    "repetitions that end before they begin",
    "events: [{ at: 9s, every: 1s, until: 9s, do: leave, who: home-0 }]",
    "events[0].until",
    "a time after 9s",
  ],
  [
    "one class in two groups",
    "events: [{ at: 1s, do: partition, groups: [home, home] }]",
    "events[0].groups[1]",
    "nodes in common with group 1",
  ],
  [
    "a class and a range that overlaps it",
    "events: [{ at: 1s, do: partition, groups: [boot, home, { id: [9, 9] }] }]",
    "events[0].groups[2]",
    "nodes in common with group 2",
  ],
  [
    "a region in two groups",
    "events: [{ at: 1s, do: partition, groups: [{ region: [Tokyo, Sydney] }, [{ region: Tokyo }]] }]",
    "events[0].groups[1]",
    "nodes in common",
  ],
  [
    "a contact that nobody is at the start",
    "start: { overlay: join, contact: { state: active } }",
    "start.contact",
    "comes to no node",
  ],
  [
    "a misspelt kind of expectation",
    "expect: [{ delivred: 99%, within: 5s }]",
    "expect[0].delivred",
    "did you mean delivered?",
  ],
  [
    "an expectation of nothing",
    "expect: [{ name: x, within: 5s }]",
    "expect[0]",
    "does not say what is expected",
  ],
  [
    "a length of time below the microsecond",
    "measure: { every: 1.0000001s }",
    "measure.every",
    "a whole number of microseconds",
  ],
  [
    "a length of time beyond all measure",
    "measure: { every: 99999d }",
    "measure.every",
    "write at most 36525d",
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

  it("is refused for a rule that does nothing, but not for a chance of 0% that is written", () => {
    const withRule = (rule: string): string =>
      scenarioWith("").replace("aws-11 }", `aws-11 }, rules: [${rule}]`);
    expect(problemsOf(withRule("{ from: home }"))).toMatchObject([{ path: "network.rules[0]" }]);
    expect(() => readScenario(withRule("{ from: home, loss: 0% }"))).not.toThrow();
  });

  it("may cut groups apart that only might have nodes in common", () => {
    const lines = "events: [{ at: 1s, do: partition, groups: [{ state: active }, boot, rest] }]";
    expect(() => readScenario(scenarioWith(lines))).not.toThrow();
  });

  it("is refused for a protocol without use, with how to write it", () => {
    const text = scenarioWith("").replace("discovery: { use: genesis }", "discovery: genesis");
    expect(problemsOf(text)).toMatchObject([
      { path: "protocols.discovery", remedy: "write { use: genesis }, or none" },
    ]);
  });

  it("is refused for an alias of nothing, with the one that was probably meant", () => {
    const text = scenarioWith("measure: { in: &stretch run, every: 1s }\nchurn: { in: *strecth }");
    expect(problemsOf(text)).toMatchObject([
      {
        message: "no value above is called &strecth",
        remedy: "did you mean stretch?",
        position: { line: 8 },
      },
    ]);
  });

  it("may carry exactly what a message may", () => {
    const lines = "events: [{ at: 1s, do: broadcast, who: home-0, bytes: 1MiB }]";
    expect(() => readScenario(scenarioWith(lines))).not.toThrow();
  });
});
