import fc from "fast-check";
import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { expandScenario } from "../../src/scenarios/expand-scenario.js";
import { readScenarioFile } from "../../src/scenarios/node-scenario-file.js";
import type { ParsedScenario } from "../../src/scenarios/parse-scenario.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import { readScenario, scenarioWith } from "./read-text.js";
import type { ReadOptions } from "./read-text.js";

function expand(parsed: ParsedScenario): string {
  return expandScenario(parsed, SHIPPED_PROTOCOLS);
}

/** Reads a text, expands it, and reads that: the run and the text must stay the same. */
function expectRoundTrip(text: string, options: ReadOptions = {}): void {
  const first = readScenario(text, options);
  const expanded = expand(first);
  const { files = {} } = options;
  const second = readScenario(expanded, { files });
  expect(expand(second)).toBe(expanded);
  // Params are gone from the expanded text, since every use of them is.
  expect({ ...second.scenario, params: null }).toEqual({ ...first.scenario, params: null });
}

const duration = fc.tuple(fc.integer({ min: 1, max: 500 }), fc.constantFrom("ms", "s", "us"));
const durationText = duration.map(([count, unit]) => `${count}${unit}`);
const shareText = fc.integer({ min: 0, max: 10_000 }).map((basis) => `${basis / 100}%`);
const nodes = fc.oneof(
  fc.constantFrom<unknown>("all", "home", "boot", "home-3", ["boot", "home-1"], { id: [1, 5] }),
  fc.record({
    region: fc.constantFrom<unknown>("Tokyo", ["Seoul", "London"]),
    of: fc.constant("home"),
  }),
  fc.record({
    count: fc.integer({ min: 1, max: 9 }),
    by: fc.constantFrom("random", "degree", "age"),
  }),
  fc.record({ share: shareText, of: fc.constant({ state: "live" }) }),
);
const length = fc.oneof(
  durationText,
  fc.record({ exponential: fc.record({ mean: durationText }) }),
  fc.record({
    weibull: fc.record({
      shape: fc.double({ min: 0.2, max: 5, noNaN: true }),
      scale: durationText,
    }),
  }),
  fc.record({ uniform: fc.record({ min: fc.constant("1us"), max: durationText }) }),
);
const when = fc.record({ at: fc.constantFrom("0s", "run", "run+5s", "settle-3ms", "7s") });
const undone = fc.record({ for: fc.constantFrom("1s", "4500ms") }, { requiredKeys: [] });
const repeated = fc.oneof(
  fc.constant({}),
  fc.record({ every: fc.constantFrom("2s", "700ms"), times: fc.integer({ min: 1, max: 4 }) }),
  fc.constant({ every: "3s", until: "end-8s" }),
);
const named = fc.constant({});
const condition = fc
  .record(
    { loss: shareText, duplicate: shareText, delay: length, oneWay: fc.boolean() },
    { requiredKeys: [] },
  )
  .filter((written) => ["loss", "duplicate", "delay"].some((key) => key in written));
const action = fc.oneof(
  fc.record({ do: fc.constantFrom("leave", "pause", "resume", "restart"), who: nodes }),
  fc.record({ do: fc.constant("crash"), who: nodes, kind: fc.constantFrom("process", "host") }),
  fc.record({
    do: fc.constant("broadcast"),
    who: nodes,
    bytes: fc.constantFrom<unknown>(64, "4KiB"),
  }),
  fc.record({ do: fc.constant("send"), who: nodes, to: nodes }),
  fc.constant({ do: "shutdown", who: "network" }),
);
const undoable = fc.oneof(
  fc.record({ do: fc.constantFrom("leave", "pause", "crash"), who: nodes }),
  fc.record({ do: fc.constant("partition"), groups: fc.tuple(nodes, fc.constant("rest")) }),
  fc.record({ do: fc.constant("hold"), from: nodes, to: nodes }),
  fc
    .tuple(fc.constant({ do: "degrade", from: "home" }), condition)
    .map(([a, b]) => ({ ...a, ...b })),
);
const event = fc
  .oneof(fc.tuple(when, named, repeated, action), fc.tuple(when, undone, repeated, undoable))
  .map((parts) => Object.assign({}, ...parts) as unknown);

const scenario = fc.record({
  name: fc.constant("generated"),
  seed: fc.oneof(
    fc.nat(),
    fc.string({ minLength: 1, maxLength: 20 }).filter((s) => !s.includes("${")),
  ),
  nodes: fc.record({
    boot: fc.constant(1),
    home: fc.record({
      count: fc.integer({ min: 5, max: 20 }),
      reach: fc.record({ dialable: shareText }),
      link: fc.record({
        queue: fc.constantFrom("1s", "64KiB"),
        up: fc.constantFrom("1Mbit/s", "1.5kbit/s"),
      }),
      clock: fc.record({ skew: durationText }),
    }),
  }),
  phases: fc.constant({ build: "10s", run: "20s", settle: "30s" }),
  protocols: fc.constant({
    discovery: { use: "genesis", members: "sample(8)" },
    broadcast: { use: "flood" },
  }),
  network: fc.record({
    latency: fc.record({
      use: fc.constantFrom("aws-11"),
      jitter: fc.oneof(shareText, fc.constant({ uniform: { min: "0s", max: "5ms" } })),
    }),
    loss: shareText,
    rules: fc.array(
      condition.map((rule) => ({ from: "boot", ...rule })),
      { maxLength: 3 },
    ),
  }),
  churn: fc.array(
    fc.record({
      in: fc.constantFrom<unknown>("run", ["5s", "settle"]),
      nodes,
      session: length,
      downtime: length,
    }),
    { maxLength: 2 },
  ),
  workload: fc.array(
    fc.record({
      do: fc.constantFrom("send", "broadcast"),
      in: fc.constant("run"),
      arrivals: fc.constantFrom<unknown>({ every: "2s" }, { poisson: "7/min" }),
    }),
    { maxLength: 3 },
  ),
  events: fc.array(event, { maxLength: 8 }),
  expect: fc.subarray<unknown>([
    { settled: "discovery", within: "5s" },
    { settled: "neighbours", as: "mixed", within: "5s", after: "settle", hold: "3s" },
    { connected: "members", throughout: "settle" },
    { "stale-links": "members", atMost: "0.1%" },
    { "view-size": "members", atLeast: 2 },
    { "bytes-per-node-second": { atMost: "4KiB" }, in: "run" },
    { metric: "messages.sent", atLeast: 3.5 },
    { delivered: "99.9%", within: "1s" },
  ]),
});

describe("expandScenario", () => {
  it("gives the same run and the same text when it is read and expanded again", () => {
    fc.assert(
      fc.property(scenario, (data) => {
        expectRoundTrip(JSON.stringify(data));
      }),
      { numRuns: 200 },
    );
  });

  it.each(readdirSync("scenarios").filter((name) => name.endsWith(".yaml")))(
    "does so for the shipped scenario %s",
    (name) => {
      expectRoundTrip(readFileSync(`scenarios/${name}`, "utf8"));
      readScenarioFile({ file: `scenarios/${name}`, protocols: SHIPPED_PROTOCOLS });
    },
  );

  it("does so with params, overrides and imported files", () => {
    expectRoundTrip(
      "{ name: '${a}', seed: 1, params: { a: 5 }, nodes: 8, churn: { in: run, session: { trace: t.csv }, downtime: 1s } }",
      {
        files: { "t.csv": "90s" },
        overrides: { seed: "other", nodeCount: 5, params: { a: "1e3" } },
      },
    );
  });

  it("keeps what looks like a number a text", () => {
    const { scenario: read } = readScenario(
      expand(readScenario('{ name: "1e3", seed: "0x10", nodes: 2, description: "null" }')),
    );
    expect(read).toMatchObject({ name: "1e3", seed: "0x10", description: "null" });
  });

  it("shows single events at absolute times, each on a line of its own with its name", () => {
    const text = expand(
      readScenario(
        scenarioWith(
          "events:\n  - { name: c, at: run, every: 10s, times: 2, do: pause, who: home-1, for: 1500ms }",
        ),
      ),
    );
    expect(text).toContain(`events:
  - { do: pause, name: c#1, at: 20s, who: home-1 }
  - { do: resume, name: c-resume#1, at: 21500ms, who: { event: c#1 } }
  - { do: pause, name: c#2, at: 30s, who: home-1 }
  - { do: resume, name: c-resume#2, at: 31500ms, who: { event: c#2 } }
`);
  });

  it("names an event the same when another one is removed", () => {
    const lines = ["{ at: 1s, do: leave, who: home-1 }", "{ at: 2s, do: leave, who: home-2 }"];
    const namesOf = (kept: readonly string[]): string[] =>
      readScenario(scenarioWith(`events: [${kept.join(", ")}]`)).scenario.events.map(
        ({ name }) => name,
      );
    const [first, second] = namesOf(lines);
    expect(namesOf(lines.slice(1))).toEqual([second]);
    expect(namesOf([...lines].reverse())).toEqual([first, second]);
  });
});
