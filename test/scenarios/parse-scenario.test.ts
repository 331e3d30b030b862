import { describe, expect, it } from "vitest";
import { problemsOf, readScenario, scenarioWith } from "./read-text.js";

describe("parseScenario", () => {
  it("fills in everything that the smallest scenario leaves out", () => {
    const { scenario } = readScenario("{ name: small, seed: 1, nodes: 2 }");
    expect(scenario).toMatchObject({
      name: "small",
      seed: 1,
      nodeCount: 2,
      endMicros: 60_000_000,
      phases: [{ name: "run", startMicros: 0, endMicros: 60_000_000 }],
      start: { kind: "join", contact: { kind: "id", first: 0, last: 0 }, joinsPerSecond: null },
      network: {
        latency: { kind: "drawn", from: { kind: "fixed", micros: 50_000 }, per: "pair" },
        jitter: null,
        conditions: { lossProbability: 0, reorder: null, delay: null },
        rules: [],
      },
      churn: [],
      workload: [],
      events: [],
      measure: null,
      expect: [],
      imports: [],
    });
    expect(scenario.regionOf).toHaveLength(0);
    expect(scenario.classes).toEqual([
      {
        name: "node",
        count: 2,
        firstNode: 0,
        link: { upBitsPerSecond: null, downBitsPerSecond: null, queue: { micros: 100_000 } },
        dialableShare: 1,
        protocols: [{ slot: "shutdown", use: "shutdown", options: {} }],
        behaviour: "honest",
        clock: { driftPpmMax: 0, skewMicrosMax: 0 },
        processingMicros: 0,
        startsAtBeginning: true,
      },
    ]);
  });

  it("brings every quantity of a class into base units", () => {
    const { scenario } = readScenario(`
name: units
seed: seven
nodes:
  home:
    count: 3
    link: { up: 1.5Mbit/s, down: 50Mbit/s, queue: 64KiB }
    reach: { dialable: 60% }
    clock: { drift: 50ppm, skew: 2s }
    processing: { perMessage: 30us }
`);
    expect(scenario.seed).toBe("seven");
    expect(scenario.classes[0]).toMatchObject({
      link: { upBitsPerSecond: 1_500_000, downBitsPerSecond: 50_000_000, queue: { bytes: 65_536 } },
      dialableShare: 0.6,
      clock: { driftPpmMax: 50, skewMicrosMax: 2_000_000 },
      processingMicros: 30,
    });
  });

  it("numbers nodes through the classes in the order written", () => {
    const { scenario } = readScenario(
      "{ name: n, seed: 1, nodes: { b: 2, a: 3, c: { count: 4 } } }",
    );
    expect(scenario.classes.map(({ name, firstNode }) => [name, firstNode])).toEqual([
      ["b", 0],
      ["a", 2],
      ["c", 5],
    ]);
    expect(scenario.nodeCount).toBe(9);
  });

  it("places events at absolute times of phases", () => {
    const times = ["0s", "7s", "run", "run+5s", "run + 5s", "settle-1ms", "end-1us"];
    const events = times.map((at, i) => `  - { name: e${i}, at: ${at}, do: leave, who: home }`);
    const { scenario } = readScenario(scenarioWith(`events:\n${events.join("\n")}`));
    expect(scenario.events.map(({ atMicros }) => atMicros)).toEqual([
      0, 7_000_000, 20_000_000, 25_000_000, 25_000_000, 79_999_000, 99_999_999,
    ]);
  });

  it("orders events by time, then by name, whatever the order of lines", () => {
    const lines = ["{ name: b, at: 5s", "{ name: a, at: 5s", "{ name: c, at: 1s"];
    const events = lines.map((line) => `  - ${line}, do: leave, who: home }`);
    const { scenario } = readScenario(scenarioWith(`events:\n${events.join("\n")}`));
    expect(scenario.events.map(({ name }) => name)).toEqual(["c", "a", "b"]);
  });

  it("unfolds repetitions, by number and until a time that is not reached", () => {
    const { scenario } = readScenario(
      scenarioWith(`events:
  - { name: t, at: run, every: 10s, times: 3, do: leave, who: home-0 }
  - { name: u, at: settle, every: 5s, until: end, do: leave, who: home-0 }`),
    );
    expect(scenario.events.map(({ name, atMicros }) => `${name} ${atMicros / 1e6}`)).toEqual([
      "t#1 20",
      "t#2 30",
      "t#3 40",
      "u#1 80",
      "u#2 85",
      "u#3 90",
      "u#4 95",
    ]);
  });

  it.each([
    ["join, who: late, for: 5s", "leave", { who: { kind: "event", event: "x" } }],
    ["leave, who: home, for: 5s", "join", { who: { kind: "event", event: "x" } }],
    ["crash, who: home, for: 5s", "restart", { who: { kind: "event", event: "x" }, state: "lose" }],
    ["crash, who: home, state: keep, for: 5s", "restart", { state: "keep" }],
    ["pause, who: home, for: 5s", "resume", { who: { kind: "event", event: "x" } }],
    ["partition, groups: [home, rest], for: 5s", "heal", { event: "x" }],
    ["hold, from: home, for: 5s", "release", { event: "x" }],
    ["degrade, from: home, loss: 10%, for: 5s", "restore", { event: "x" }],
  ])("unfolds `do: %s` into it and %s", (action, opposite, fields) => {
    const { scenario } = readScenario(`
name: opposites
seed: 1
nodes: { home: 3, late: { count: 2, joins: event } }
events:
  - { name: other, at: 40s, do: join, who: late }
  - { name: x, at: 10s, do: ${action} }`);
    const [first, second] = scenario.events;
    expect(first).toMatchObject({ name: "x", atMicros: 10_000_000 });
    expect(second).toMatchObject({
      name: `x-${opposite}`,
      atMicros: 15_000_000,
      action: { do: opposite, ...fields },
    });
  });

  it("gives each repetition an opposite of its own", () => {
    const { scenario } = readScenario(
      scenarioWith(
        "events:\n  - { name: c, at: 1s, every: 10s, times: 2, do: crash, who: { count: 1 }, for: 3s }",
      ),
    );
    expect(scenario.events.map(({ name, action }) => [name, action])).toMatchObject([
      ["c#1", { do: "crash" }],
      ["c-restart#1", { do: "restart", who: { kind: "event", event: "c#1" } }],
      ["c#2", { do: "crash" }],
      ["c-restart#2", { do: "restart", who: { kind: "event", event: "c#2" } }],
    ]);
  });

  it("reads every form of selector", () => {
    const forms: [string, unknown][] = [
      ["all", { kind: "all" }],
      ["home", { kind: "class", class: "home" }],
      ["home-8", { kind: "name", name: "home-8" }],
      [
        "[boot, home-0]",
        {
          kind: "union",
          of: [
            { kind: "class", class: "boot" },
            { kind: "name", name: "home-0" },
          ],
        },
      ],
      ["{ region: Tokyo }", { kind: "region", regions: ["Tokyo"] }],
      ["{ id: [0, 9] }", { kind: "id", first: 0, last: 9 }],
      ["{ state: [left, crashed] }", { kind: "state", states: ["left", "crashed"] }],
      ["{ event: e }", { kind: "event", event: "e" }],
      [
        "{ of: home, region: [Tokyo, Seoul] }",
        {
          kind: "intersection",
          of: [
            { kind: "class", class: "home" },
            { kind: "region", regions: ["Tokyo", "Seoul"] },
          ],
        },
      ],
      [
        "{ share: 10%, of: home }",
        {
          kind: "pick",
          amount: { share: 0.1 },
          of: { kind: "class", class: "home" },
          by: "random",
        },
      ],
      [
        "{ count: 3, by: age }",
        { kind: "pick", amount: { count: 3 }, of: { kind: "all" }, by: "age" },
      ],
      [
        "{ count: 1, of: { count: 5, by: degree } }",
        {
          kind: "pick",
          amount: { count: 1 },
          of: { kind: "pick", amount: { count: 5 }, of: { kind: "all" }, by: "degree" },
          by: "random",
        },
      ],
    ];
    for (const [text, selector] of forms) {
      const { scenario } = readScenario(
        scenarioWith(`events:\n  - { name: e, at: 1s, do: leave, who: ${text} }`),
      );
      expect(scenario.events[0]!.action, text).toEqual({ do: "leave", who: selector });
    }
  });

  it("spreads classes over regions in turns, by list, by share and in one place", () => {
    const { scenario } = readScenario(`
name: places
seed: 1
network: { latency: { use: six-regions } }
nodes:
  spread: 8
  listed: { count: 4, region: [Japan, Europe] }
  shared: { count: 10, region: { Europe: 70%, Japan: 30% } }
  placed: { count: 2, region: Australia }`);
    const rows = Array.from(scenario.regionOf);
    expect(rows.slice(0, 8)).toEqual([0, 1, 2, 3, 4, 5, 0, 1]);
    expect(rows.slice(8, 12)).toEqual([4, 1, 4, 1]);
    const shared = rows.slice(12, 22);
    expect(shared.filter((row) => row === 1)).toHaveLength(7);
    // No prefix strays: after any number of nodes, at most one too many is in Japan.
    for (let k = 1; k <= 10; k++) {
      expect(Math.abs(shared.slice(0, k).filter((row) => row === 4).length - 0.3 * k)).toBeLessThan(
        1,
      );
    }
    expect(rows.slice(22)).toEqual([5, 5]);
  });

  it("reads a matrix from CSV and from King text", () => {
    const files = { "rtt.csv": "x,Here,There\nHere,,80\n", "king.txt": "0 1 50000\n" };
    const read = (file: string): unknown =>
      readScenario(`{ name: m, seed: 1, nodes: 4, network: { latency: { matrix: ${file} } } }`, {
        files,
      }).scenario.network.latency;
    expect(read("rtt.csv")).toMatchObject({
      kind: "regions",
      matrix: { names: ["Here", "There"] },
    });
    expect(read("king.txt")).toMatchObject({
      matrix: { latencyMicros: Float64Array.from([500, 25_000, 25_000, 500]) },
    });
  });

  it("lists the files it read, each once", () => {
    const files = { "lives.csv": "duration\n90s\n30s\n", "links.txt": "node-0 node-1\n" };
    const { scenario } = readScenario(
      `
name: files
seed: 1
nodes: 2
start: { overlay: file, file: links.txt }
churn: { in: run, session: { trace: lives.csv }, downtime: { trace: lives.csv } }`,
      { files },
    );
    expect(scenario.imports.map(({ path }) => path).sort()).toEqual(["links.txt", "lives.csv"]);
    expect(scenario.start).toMatchObject({ kind: "file", edges: [[0, 1]] });
    expect(scenario.churn[0]).toMatchObject({
      session: { kind: "empirical", samplesMicros: [90_000_000, 30_000_000] },
    });
  });

  it("reads every distribution", () => {
    const laws: [string, unknown][] = [
      ["30s", { kind: "fixed", micros: 30_000_000 }],
      ["{ fixed: 30s }", { kind: "fixed", micros: 30_000_000 }],
      ["{ uniform: { min: 1s, max: 2s } }", { kind: "uniform", minMicros: 1e6, maxMicros: 2e6 }],
      ["{ exponential: { mean: 30s } }", { kind: "exponential", meanMicros: 3e7 }],
      [
        "{ weibull: { shape: 0.615, scale: 120s } }",
        { kind: "weibull", shape: 0.615, scaleMicros: 1.2e8 },
      ],
      ["{ pareto: { shape: 2, minimum: 1s } }", { kind: "pareto", shape: 2, minMicros: 1e6 }],
      [
        "{ log-normal: { median: 1s, sigma: 1 } }",
        { kind: "log-normal", medianMicros: 1e6, sigma: 1 },
      ],
      [
        "{ normal: { mean: 9s, sd: 1s } }",
        { kind: "normal", meanMicros: 9e6, deviationMicros: 1e6 },
      ],
    ];
    for (const [text, law] of laws) {
      const { scenario } = readScenario(
        scenarioWith(`churn: { in: run, session: ${text}, downtime: 5s, start: fresh }`),
      );
      expect(scenario.churn[0]!.session, text).toEqual(law);
    }
  });

  it("lets a class override protocols slot by slot, and leave a slot empty", () => {
    const { scenario } = readScenario(`
name: slots
seed: 1
nodes:
  plain: 1
  other:
    count: 1
    protocols: { status: none, discovery: { use: genesis, period: 9s } }
protocols: { discovery: { use: genesis }, status: { use: heartbeat }, shutdown: none }`);
    const [plain, other] = scenario.classes;
    expect(plain!.protocols.map(({ slot }) => slot)).toEqual(["discovery", "status"]);
    expect(other!.protocols).toMatchObject([
      { slot: "discovery", options: { periodMicros: 9_000_000 } },
    ]);
  });

  it("takes what an overlay promises as the default of what is expected of it", () => {
    const expectSettled = (members: string): unknown =>
      readScenario(`
name: promises
seed: 1
nodes: 50
protocols: { discovery: { use: genesis, members: ${members}, period: 2s } }
expect: [{ settled: discovery, within: 10s }]`).scenario.expect[0];
    const common = {
      kind: "settled",
      overlay: "members",
      holdMicros: 10_000_000,
      graceMicros: 4_000_000,
    };
    expect(expectSettled("all")).toMatchObject({ ...common, as: "full", viewSize: null });
    expect(expectSettled("sample(12)")).toMatchObject({ ...common, as: "valid", viewSize: 12 });
  });

  it("reads a churn alone or in a list", () => {
    const one =
      "{ in: run, nodes: home, session: 20s, downtime: 5s, graceful: 50%, settleBy: settle+5s }";
    const alone = readScenario(scenarioWith(`churn: ${one}`)).scenario.churn;
    expect(readScenario(scenarioWith(`churn: [${one}]`)).scenario.churn).toEqual(alone);
    expect(alone).toMatchObject([
      {
        startMicros: 20_000_000,
        endMicros: 80_000_000,
        settleByMicros: 85_000_000,
        gracefulShare: 0.5,
      },
    ]);
  });
});

describe("params", () => {
  const text = `
name: sized
seed: 1
params: { n: 12, label: big, on: true, rate: 10% }
nodes: { home: { count: "\${n}" } }
description: \${label} network of \${n}
network: { loss: "\${rate}", rules: [{ oneWay: "\${on}", loss: 0% }] }`;

  it("stand for values, with their type where nothing else is written", () => {
    const { scenario } = readScenario(text);
    expect(scenario.nodeCount).toBe(12);
    expect(scenario.description).toBe("big network of 12");
    expect(scenario.network).toMatchObject({
      rules: [{ oneWay: true }],
      conditions: { lossProbability: 0.1 },
    });
  });

  it("are replaced by overrides, and the scenario says with which it ran", () => {
    const { scenario } = readScenario(text, { overrides: { params: { n: 5 } } });
    expect(scenario.nodeCount).toBe(5);
    expect(scenario.params).toEqual({ n: 5, label: "big", on: true, rate: "10%" });
  });

  it("refuse an override and a use that no param has, with the nearest name", () => {
    const [override] = problemsOf(text, { overrides: { params: { labl: 5 } } });
    expect(override).toMatchObject({ remedy: "did you mean label?", position: { line: 4 } });
    const [use] = problemsOf(text.replace("of ${n}", "of ${m}"));
    expect(use).toMatchObject({ position: { line: 6, column: 14 } });
    expect(use!.message).toContain("${m}");
  });

  it("do not stand for other params", () => {
    expect(problemsOf("{ name: x, seed: 1, nodes: 2, params: { a: 1, b: '${a}' } }")).toHaveLength(
      1,
    );
  });
});

describe("overrides of a scenario", () => {
  it("replace the seed", () => {
    expect(readScenario(scenarioWith(""), { overrides: { seed: 77 } }).scenario.seed).toBe(77);
  });

  it.each([
    [10, [1, 9]],
    [101, [1, 100]],
    [2, [1, 1]],
  ])("scale to %d nodes all classes but those of one", (nodeCount, counts) => {
    const { scenario } = readScenario(scenarioWith(""), { overrides: { nodeCount } });
    expect(scenario.classes.map(({ count }) => count)).toEqual(counts);
  });

  it.each([1, 0, -3, 2.5, NaN])("refuse %d nodes for two classes", (nodeCount) => {
    expect(problemsOf(scenarioWith(""), { overrides: { nodeCount } })).toMatchObject([
      { path: "nodes" },
    ]);
  });
});
