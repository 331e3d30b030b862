import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PROBLEMS_MAX, ScenarioError } from "../../src/scenarios/scenario-error.js";
import { errorOf, problemsOf, readScenario, scenarioWith } from "./read-text.js";

/** Lines added to a valid scenario, the path of the one problem, and a part of what is said about it. */
type BadLines = readonly [what: string, lines: string, path: string, said: string];

const BAD_LINES: readonly BadLines[] = [
  ["a misspelt key", "evnts: []", "evnts", "did you mean events?"],
  [
    "a misspelt key of an event",
    "events: [{ at: 1s, do: crash, whoo: all, who: all }]",
    "events[0].whoo",
    "did you mean who?",
  ],
  [
    "a misspelt option of a protocol",
    "measure: { evry: 1s, every: 1s }",
    "measure.evry",
    "did you mean every?",
  ],
  ["a missing key", "events: [{ at: 1s, do: crash }]", "events[0]", "who is missing"],
  ["a wrong unit", "events: [{ at: 1sec, do: leave, who: all }]", "events[0].at", "1sec is not"],
  ["a missing unit", "events: [{ at: 5, do: leave, who: all }]", "events[0].at", "5 is not"],
  [
    "a comma for a point",
    "events: [{ at: '1,5s', do: leave, who: all }]",
    "events[0].at",
    "1,5s is not",
  ],
  ["a negative time", "events: [{ at: -5s, do: leave, who: all }]", "events[0].at", "-5s is not"],
  [
    "a time before the start",
    "events: [{ at: build-5s, do: leave, who: all }]",
    "events[0].at",
    "5s before the start",
  ],
  [
    "an event after the end",
    "events: [{ at: 101s, do: leave, who: all }]",
    "events[0].at",
    "1s after the end",
  ],
  [
    "an event at the end",
    "events: [{ at: end, do: leave, who: all }]",
    "events[0].at",
    "the end of the run",
  ],
  [
    "an effect that outlasts the run",
    "events: [{ at: 95s, do: pause, who: all, for: 10s }]",
    "events[0].for",
    "until 105s",
  ],
  [
    "repetitions past the end",
    "events: [{ at: 0s, every: 50s, times: 3, do: leave, who: all }]",
    "events[0].times",
    "at most 2",
  ],
  [
    "repetition without an end",
    "events: [{ at: 0s, every: 50s, do: leave, who: all }]",
    "events[0].every",
    "times or until",
  ],
  [
    "times without a distance",
    "events: [{ at: 0s, times: 2, do: leave, who: all }]",
    "events[0].times",
    "every",
  ],
  [
    "too many repetitions",
    "events: [{ at: 0s, every: 1us, until: end, do: leave, who: all }]",
    "events[0]",
    "100000",
  ],
  [
    "an unknown phase",
    "events: [{ at: setle+1s, do: leave, who: all }]",
    "events[0].at",
    "did you mean settle?",
  ],
  ["an unknown window", "measure: { in: runn, every: 1s }", "measure.in", "did you mean run?"],
  [
    "a window that ends before it begins",
    "measure: { in: [9s, 8s], every: 1s }",
    "measure.in",
    "ends before",
  ],
  [
    "an unknown class",
    "events: [{ at: 1s, do: leave, who: hoem }]",
    "events[0].who",
    "did you mean home?",
  ],
  [
    "an unknown node",
    "events: [{ at: 1s, do: leave, who: home-9 }]",
    "events[0].who",
    "home-0 to home-8",
  ],
  [
    "a node of an unknown class",
    "events: [{ at: 1s, do: leave, who: hoem-1 }]",
    "events[0].who",
    "did you mean home?",
  ],
  [
    "an unknown region",
    "events: [{ at: 1s, do: leave, who: { region: Tokio } }]",
    "events[0].who.region",
    "did you mean Tokyo?",
  ],
  [
    "a range of unknown nodes",
    "events: [{ at: 1s, do: leave, who: { id: [0, 10] } }]",
    "events[0].who.id",
    "at most 9",
  ],
  [
    "an unknown state",
    "events: [{ at: 1s, do: leave, who: { state: alive } }]",
    "events[0].who.state",
    "did you mean live?",
  ],
  [
    "both share and count",
    "events: [{ at: 1s, do: leave, who: { share: 5%, count: 1 } }]",
    "events[0].who",
    "share and count",
  ],
  [
    "an order without an amount",
    "events: [{ at: 1s, do: leave, who: { by: age } }]",
    "events[0].who",
    "by without",
  ],
  [
    "an empty selector",
    "events: [{ at: 1s, do: leave, who: {} }]",
    "events[0].who",
    "empty choice",
  ],
  [
    "rest outside groups",
    "events: [{ at: 1s, do: leave, who: rest }]",
    "events[0].who",
    "among groups",
  ],
  [
    "rest twice",
    "events: [{ at: 1s, do: partition, groups: [rest, rest] }]",
    "events[0].groups",
    "rest is written twice",
  ],
  [
    "an unknown action",
    "events: [{ at: 1s, do: crsh, who: all }]",
    "events[0].do",
    "did you mean crash?",
  ],
  [
    "an unknown event",
    "events: [{ name: cut, at: 1s, do: hold }, { at: 2s, do: release, event: cutt }]",
    "events[1].event",
    "did you mean cut?",
  ],
  [
    "an event of another kind",
    "events: [{ name: cut, at: 1s, do: hold }, { at: 2s, do: heal, event: cut }]",
    "events[1].event",
    "cut is a hold",
  ],
  [
    "a repeated event without a number",
    "events: [{ name: cut, at: 1s, every: 2s, times: 2, do: hold }, { at: 9s, do: release, event: cut }]",
    "events[1].event",
    "cut#1",
  ],
  [
    "two events of one name",
    "events: [{ name: a, at: 1s, do: hold }, { name: a, at: 2s, do: hold }]",
    "events[1].name",
    "another event",
  ],
  [
    "state without for",
    "events: [{ at: 1s, do: crash, who: all, state: keep }]",
    "events[0].state",
    "without for",
  ],
  [
    "an unknown expectation",
    "expect: [{ setled: discovery, within: 1s }]",
    "expect[0].setled",
    "did you mean settled?",
  ],
  [
    "an unknown overlay",
    "expect: [{ settled: discvery, within: 1s }]",
    "expect[0].settled",
    "did you mean discovery?",
  ],
  ["an expectation without a bound", "expect: [{ metric: messages.sent }]", "expect[0]", "atLeast"],
  [
    "an expectation of two times",
    "expect: [{ connected: members, within: 1s, throughout: run }]",
    "expect[0]",
    "either within or throughout",
  ],
  [
    "two expectations of one name",
    "expect: [{ name: a, delivered: 9%, within: 1s }, { name: a, delivered: 8%, within: 1s }]",
    "expect[1].name",
    "a is taken",
  ],
  [
    "a probability without %",
    "workload: [{ do: broadcast, in: run, arrivals: { every: 1s }, bytes: -1 }]",
    "workload[0].bytes",
    "-1 is not",
  ],
  [
    "two kinds of arrivals",
    "workload: [{ do: broadcast, in: run, arrivals: { every: 1s, poisson: 1/s } }]",
    "workload[0].arrivals",
    "every and poisson",
  ],
  [
    "a broadcast to someone",
    "workload: [{ do: broadcast, in: run, to: home, arrivals: { every: 1s } }]",
    "workload[0].to",
    "everyone",
  ],
  [
    "an unknown distribution",
    "churn: { in: run, session: { weibul: { shape: 1, scale: 1s } }, downtime: 1s }",
    "churn.session.weibul",
    "did you mean weibull?",
  ],
  [
    "a missing parameter",
    "churn: { in: run, session: { weibull: { shape: 1 } }, downtime: 1s }",
    "churn.session.weibull",
    "scale is missing",
  ],
  [
    "a session without a mean",
    "churn: { in: run, session: { pareto: { shape: 1, minimum: 1s } }, downtime: 1s }",
    "churn.session",
    "start: fresh",
  ],
  [
    "a return before the end",
    "churn: { in: run, session: 9s, downtime: 1s, settleBy: run+1s }",
    "churn.settleBy",
    "before the end",
  ],
  [
    "a reversed range",
    "churn: { in: run, session: { uniform: { min: 2s, max: 1s } }, downtime: 1s }",
    "churn.session.uniform",
    "min above max",
  ],
  [
    "a missing trace",
    "churn: { in: run, session: { trace: none.csv }, downtime: 1s }",
    "churn.session.trace",
    "no such file",
  ],
  ["an unknown start", "start: { overlay: ring }", "start.overlay", "one of join, star"],
  ["an option of another start", "start: { overlay: chain, k: 3 }", "start.k", "unknown key"],
  ["more links than nodes", "start: { overlay: random, k: 10 }", "start.k", "at most 9"],
  [
    "an unknown contact",
    "start: { overlay: join, contact: bot }",
    "start.contact",
    "did you mean boot?",
  ],
  ["a description that is no text", "description: [a]", "description", "a text"],
  ["a section that is empty", "events:", "events", "nothing is written"],
  ["a section of another kind", "events: { at: 1s }", "events", "a list"],
];

describe("a bad scenario", () => {
  it.each(BAD_LINES)("is refused for %s, where it is", (_what, lines, path, said) => {
    const text = scenarioWith(lines);
    const problems = problemsOf(text);
    const found = problems.find((problem) => problem.path === path);
    expect(found, JSON.stringify(problems, null, 1)).toBeDefined();
    expect(`${found!.message}\n${found!.expected}\n${found!.remedy}`).toContain(said);
    expect(found!.position!.line).toBe(7);
    // The message of the error is what people see: file, line, column, the line, and a caret.
    const { message } = errorOf(text);
    expect(message).toContain(`test.yaml:7:${found!.position!.column}: ${path}`);
    expect(message).toContain("    7 | ");
    expect(message).not.toMatch(/\bat .*\.[tj]s:\d+/u);
  });

  it.each([
    [
      "a class with the name of a node",
      "{ name: x, seed: 1, nodes: { home-1: 2 } }",
      "nodes.home-1",
    ],
    ["a class with a reserved name", "{ name: x, seed: 1, nodes: { all: 2 } }", "nodes.all"],
    ["no class", "{ name: x, seed: 1, nodes: {} }", "nodes"],
    ["no nodes", "{ name: x, seed: 1, nodes: 0 }", "nodes"],
    ["half a node", "{ name: x, seed: 1, nodes: 1.5 }", "nodes"],
    ["too many nodes", "{ name: x, seed: 1, nodes: 1000001 }", "nodes"],
    ["too many nodes together", "{ name: x, seed: 1, nodes: { a: 999999, b: 2 } }", "nodes"],
    ["a seed that is not whole", "{ name: x, seed: 1.5, nodes: 2 }", "seed"],
    ["a seed that is inexact", "{ name: x, seed: 9007199254740993, nodes: 2 }", "seed"],
    ["a negative seed", "{ name: x, seed: -1, nodes: 2 }", "seed"],
    ["a seed that is no number", "{ name: x, seed: .nan, nodes: 2 }", "seed"],
    ["no phases", "{ name: x, seed: 1, nodes: 2, phases: {} }", "phases"],
    ["a phase of no length", "{ name: x, seed: 1, nodes: 2, phases: { run: 0s } }", "phases.run"],
    [
      "a run longer than what runs may last",
      "{ name: x, seed: 1, nodes: 2, phases: { a: 3400d } }",
      "phases",
    ],
    [
      "phases that are too long together",
      "{ name: x, seed: 1, nodes: 2, phases: { a: 399d, b: 25h } }",
      "phases",
    ],
    [
      "an unknown protocol",
      "{ name: x, seed: 1, nodes: 2, protocols: { discovery: { use: genesys } } }",
      "protocols.discovery.use",
    ],
    [
      "an unknown slot",
      "{ name: x, seed: 1, nodes: 2, protocols: { discvery: { use: genesis } } }",
      "protocols.discvery",
    ],
    [
      "a wrong sample",
      "{ name: x, seed: 1, nodes: 2, protocols: { discovery: { use: genesis, members: sample(0) } } }",
      "protocols.discovery.members",
    ],
    [
      "full membership of many",
      "{ name: x, seed: 1, nodes: 2001, protocols: { discovery: { use: genesis } } }",
      "protocols.discovery.members",
    ],
    [
      "death before suspicion",
      "{ name: x, seed: 1, nodes: 2, protocols: { status: { use: heartbeat, suspectAfter: 6 } } }",
      "protocols.status.deadAfter",
    ],
    [
      "a broadcast without a protocol",
      "{ name: x, seed: 1, nodes: 2, events: [{ at: 1s, do: broadcast, who: all }] }",
      "events[0].do",
    ],
    [
      "a shutdown without a protocol",
      "{ name: x, seed: 1, nodes: 2, protocols: { shutdown: none }, events: [{ at: 1s, do: shutdown, who: network }] }",
      "events[0].who",
    ],
    [
      "a region without regions",
      "{ name: x, seed: 1, nodes: { a: { count: 1, region: Tokyo } } }",
      "nodes.a.region",
    ],
    [
      "shares that miss 100%",
      "{ name: x, seed: 1, network: { latency: { use: aws-11 } }, nodes: { a: { count: 9, region: { Tokyo: 50%, Seoul: 40% } } } }",
      "nodes.a.region",
    ],
    [
      "two latencies",
      "{ name: x, seed: 1, nodes: 2, network: { latency: { use: aws-11, fixed: 1ms } } }",
      "network.latency",
    ],
    [
      "an unknown table",
      "{ name: x, seed: 1, nodes: 2, network: { latency: { use: aws-12 } } }",
      "network.latency.use",
    ],
    [
      "a draw a message from a table",
      "{ name: x, seed: 1, nodes: 2, network: { latency: { use: aws-11, per: message } } }",
      "network.latency",
    ],
    [
      "a probability without %",
      "{ name: x, seed: 1, nodes: 2, network: { loss: 0.5 } }",
      "network.loss",
    ],
    [
      "a probability above 100%",
      "{ name: x, seed: 1, nodes: 2, network: { loss: 101% } }",
      "network.loss",
    ],
    [
      "reordering of no datagrams",
      "{ name: x, seed: 1, nodes: 2, network: { reorder: { share: 1%, by: 1s } } }",
      "network.reorder",
    ],
    [
      "duplication of no datagrams",
      "{ name: x, seed: 1, nodes: 2, network: { rules: [{ duplicate: 1% }] } }",
      "network.rules[0].duplicate",
    ],
    [
      "a class that never joins",
      "{ name: x, seed: 1, nodes: { a: 1, b: { count: 1, joins: event } } }",
      "nodes.b.joins",
    ],
    [
      "a contact that is not there",
      "{ name: x, seed: 1, nodes: { b: { count: 1, joins: event }, a: 1 }, events: [{ at: 1s, do: join, who: b }] }",
      "start.contact",
    ],
    [
      "a matrix that is none",
      "{ name: x, seed: 1, nodes: 2, network: { latency: { matrix: no.csv } } }",
      "network.latency.matrix",
    ],
    [
      "a start that is no graph",
      "{ name: x, seed: 1, nodes: 2, start: { overlay: file, file: no.csv } }",
      "start.file",
    ],
  ])("is refused for %s", (_what, text, path) => {
    const files = { "no.csv": "this,is\nno,table" };
    expect(problemsOf(text, { files }).map((problem) => problem.path)).toEqual([path]);
  });

  it.each([
    ["nothing", "", "empty"],
    ["blanks", " \n\n  ", "empty"],
    ["a text", "hello", "not a map"],
    ["a list", "- a\n- b", "not a map"],
    ["a remark", "# nothing", "not a map"],
    ["a zero byte", "name: x\0y", "binary"],
    ["bytes that were no text", "name: \u{FFFD}\u{FFFD}", "binary"],
    ["an open bracket", "nodes: [1, 2", "test.yaml:1"],
    ["tabs as indentation", "nodes:\n\ta: 1", "test.yaml:2"],
    ["two documents", "name: x\n---\nname: y", "test.yaml"],
    ["a key twice", "name: x\nname: y", "test.yaml:2:1"],
    ["a key twice within", "{ nodes: { a: 1, a: 2 } }", "unique"],
    ["a tag", "name: !!js/function 'x'", "test.yaml:1:7"],
    ["an unknown anchor", "name: *x", "test.yaml"],
    ["an anchor that contains itself", "name: &x [*x]", "test.yaml"],
    ["a value without quotes", "{ name: x, nodes: ${n} }", "into quotes"],
    ["two mebibytes", `name: ${"x".repeat(2 * 1024 * 1024)}`, "1 MiB"],
    ["a thousand open brackets", `name: ${"[".repeat(1_000)}${"]".repeat(1_000)}`, "deeply"],
    ["half a million open brackets", `name: ${"[".repeat(500_000)}`, "deeply"],
    [
      "a thousand levels of indentation",
      Array.from({ length: 1_000 }, (_, i) => `${" ".repeat(i)}a:`).join("\n"),
      "deeply",
    ],
  ])("is refused when it is %s", (_what, text, said) => {
    expect(errorOf(text).message).toContain(said);
  });

  it("is refused when it is a billion laughs, in no time", () => {
    const lines = ["a0: &a0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]"];
    for (let i = 1; i <= 9; i++) {
      lines.push(`a${i}: &a${i} [${Array.from({ length: 10 }, () => `*a${i - 1}`).join(", ")}]`);
    }
    expect(errorOf(lines.join("\n")).message).toContain("aliases multiply");
  });

  it("is refused when a list is longer than anyone could read the report of", () => {
    const list = (count: number): string => `[${Array.from({ length: count }, () => "1").join()}]`;
    const text = (key: string, count: number): string =>
      `{ name: x, seed: 1, nodes: 2, ${key}: ${list(count)} }`;
    expect(errorOf(text("expect", 1_001)).message).toContain("1001 entries");
    expect(errorOf(text("events", 100_001)).message).toContain("100001 entries");
    expect(errorOf(text("expect", 1_000)).omittedCount).toBe(1_000 - PROBLEMS_MAX);
  });

  it("is refused in one sentence when it is a comparison of scenarios", () => {
    const [only, ...more] = problemsOf(`
name: x
seeds: 3
scenario: { params: { session: 3 }, nodes: "\${session}" }
variants: { kademlia: {} }`);
    expect(more).toEqual([]);
    expect(only).toMatchObject({ path: "variants", position: { line: 5, column: 1 } });
    expect(only!.message).toContain("comparison of scenarios");
    expect(only!.remedy).toContain("npm run compare");
  });

  it("reports everything that is wrong, in the order of the file", () => {
    const problems = problemsOf(`
name: x
seed: -1
nodes: { home: { cuont: 1 } }
network: { loss: 5 }
events:
  - { at: 1, do: leave, who: all }`);
    expect(problems.map(({ path }) => path)).toEqual([
      "seed",
      "nodes.home",
      "nodes.home.cuont",
      "network.loss",
      "events[0].at",
    ]);
  });

  it("reports at most twenty problems and counts the others", () => {
    const events = Array.from(
      { length: 50 },
      (_, i) => `  - { at: 1s, do: leave, who: nobody${i} }`,
    );
    const error = errorOf(scenarioWith(`events:\n${events.join("\n")}`));
    expect(error.problems).toHaveLength(PROBLEMS_MAX);
    expect(error.omittedCount).toBe(30);
    expect(error.message).toContain("and 30 more problems");
  });

  it("points with a caret at the place, also in a long line", () => {
    const line = `description: ${"x".repeat(300)}`;
    const [first] = errorOf(`name: x\nseed: 1\n${line}\nnodes: 2x`).message.split("\n\n");
    expect(first).toContain("test.yaml:4:8");
    const long = errorOf(
      `{ name: x, seed: 1, description: ${"x".repeat(300)}, nodes: -1 }`,
    ).message.split("\n");
    const caret = long.findIndex((text) => text.endsWith("^"));
    expect(long[caret - 1]!.slice(long[caret]!.indexOf("^"))).toMatch(/^-1/u);
    expect(Math.max(...long.map(({ length }) => length))).toBeLessThan(140);
  });

  it("shows no control characters of its own", () => {
    const { message } = errorOf('{ name: x, seed: 1, nodes: "\u{1B}[31m" }');
    expect(message).not.toContain("\u{1B}");
  });

  it("never fails with anything but a ScenarioError, whatever the text", () => {
    const word = fc.constantFrom(
      "name",
      "seed",
      "nodes",
      "events",
      "at",
      "do",
      "who",
      "crash",
      "5s",
      "-",
      ":",
      "{",
      "}",
      "[",
      "]",
      ",",
      "\n",
      " ",
      "  ",
      "&a",
      "*a",
      "<<",
      "!!x",
      "|",
      ">",
      "'",
      '"',
      "#",
      "${n}",
      "null",
      "~",
      "1e999",
      "home-1",
      "%",
      "? ",
      "__proto__",
      "constructor",
      "expect",
      "settled",
      "network",
      "latency",
      "use",
      "churn",
      "session",
      "phases",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 40 }), (words) => {
        try {
          readScenario(words.join(""));
        } catch (error) {
          expect(error).toBeInstanceOf(ScenarioError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it("never fails with anything but a ScenarioError, whatever stands in place of a value", () => {
    const base = readableScenario();
    const paths = pathsOf(base);
    const value = fc.oneof(
      fc.constantFrom<unknown>(
        null,
        true,
        -1,
        0,
        1e300,
        "",
        "all",
        "rest",
        "5s",
        "end+1s",
        [],
        {},
        [[]],
        { a: {} },
      ),
      fc.jsonValue({ maxDepth: 2 }),
    );
    fc.assert(
      fc.property(fc.constantFrom(...paths), value, (path, replacement) => {
        try {
          readScenario(JSON.stringify(replaceAt(base, path, replacement)));
        } catch (error) {
          expect(error).toBeInstanceOf(ScenarioError);
        }
      }),
      { numRuns: 500 },
    );
  });
});

type Path = readonly (string | number)[];

/** A scenario with something in every section. */
function readableScenario(): unknown {
  return {
    name: "x",
    seed: 1,
    params: { n: 3 },
    nodes: { a: { count: 3, link: { up: "1Mbit/s", queue: "1s" }, region: ["Tokyo"] }, b: 4 },
    start: { overlay: "join", contact: "a", rate: "5/s" },
    phases: { one: "20s", two: "30s" },
    protocols: { discovery: { use: "genesis", members: "sample(3)" }, broadcast: { use: "flood" } },
    network: {
      latency: { use: "aws-11", jitter: "10%" },
      loss: "1%",
      rules: [{ from: "a", loss: "2%" }],
    },
    churn: { in: "one", session: { weibull: { shape: 0.6, scale: "9s" } }, downtime: "3s" },
    workload: [{ do: "broadcast", in: ["1s", "two"], arrivals: { poisson: "1/s" } }],
    events: [
      { at: "one+2s", do: "partition", groups: [{ region: "Tokyo" }, "rest"], for: "3s" },
      { at: "1s", every: "2s", times: 3, do: "crash", who: { share: "10%", of: "b", by: "age" } },
    ],
    measure: { in: "one", every: "1s" },
    expect: [
      { settled: "discovery", within: "5s", after: "two" },
      { metric: "messages.sent", atMost: 3 },
    ],
  };
}

/** Every place in plain data. */
function pathsOf(data: unknown, path: Path = []): Path[] {
  if (typeof data !== "object" || data === null) return [path];
  const keys = Array.isArray(data) ? Array.from(data.keys()) : Object.keys(data);
  const inner = keys.flatMap((key) =>
    pathsOf((data as Record<string | number, unknown>)[key], [...path, key]),
  );
  return path.length === 0 ? inner : [path, ...inner];
}

/** A copy with another value at a place. */
function replaceAt(data: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  if (Array.isArray(data)) {
    return data.map((item: unknown, i) => (i === key ? replaceAt(item, rest, value) : item));
  }
  const map = data as Record<string, unknown>;
  return { ...map, [key]: replaceAt(map[key], rest, value) };
}
