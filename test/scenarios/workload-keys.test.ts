// Which keys a workload asks for, and how scenarios write it.

import { describe, expect, it } from "vitest";
import { WorkloadKeys, keyOfName } from "../../src/scenarios/workload-keys.js";
import type { KeyChoice } from "../../src/scenarios/scenario.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { problemsOf, readScenario } from "./read-text.js";

const DRAWS = 40_000;

/** How often each key came. */
function drawn(choice: KeyChoice, seed = 1): number[] {
  const keys = new WorkloadKeys({ choice, workload: "work", seed, sha256: nodeSha256 });
  const counts = new Array<number>(choice.count).fill(0);
  for (let number = 0; number < DRAWS; number++) counts[keys.rankOf(number)]!++;
  return counts;
}

/** Four standard deviations of a count that is drawn with this chance. */
function tolerance(chance: number): number {
  return 4 * Math.sqrt(DRAWS * chance * (1 - chance));
}

describe("the keys of a workload", () => {
  it("are all alike without more said", () => {
    for (const count of drawn({ count: 20, zipfExponent: 0 }))
      expect(Math.abs(count - DRAWS / 20)).toBeLessThan(tolerance(1 / 20));
  });

  it.each([0.5, 1, 2])("follow Zipf's law with the exponent %d", (zipfExponent) => {
    const weights = Array.from({ length: 20 }, (_, i) => (i + 1) ** -zipfExponent);
    const sum = weights.reduce((all, weight) => all + weight, 0);
    drawn({ count: 20, zipfExponent }).forEach((count, i) => {
      const chance = weights[i]! / sum;
      expect(Math.abs(count - DRAWS * chance)).toBeLessThan(tolerance(chance));
    });
  });

  it("are the hashes of their names, and depend on seed and number alone", () => {
    const choice = { count: 50, zipfExponent: 1 };
    const of = (seed: number): string[] => {
      const keys = new WorkloadKeys({ choice, workload: "work", seed, sha256: nodeSha256 });
      return [7, 3, 7].map((number) => keys.of(number));
    };
    expect(of(1)).toEqual(of(1));
    expect(of(1)[0]).toBe(of(1)[2]);
    const names = Array.from({ length: 50 }, (_, i) => keyOfName(nodeSha256, `key-${i}`));
    for (const key of [...of(1), ...of(2)]) expect(names).toContain(key);
  });
});

/** A scenario with a structured overlay and these lines. */
function keyed(lines: string): string {
  return [
    "name: keyed",
    "seed: 1",
    "nodes: 5",
    "protocols: { discovery: { use: kademlia } }",
    lines,
  ].join("\n");
}

describe("operations on keys as they are written", () => {
  it.each([
    ["", { count: 1_000, zipfExponent: 0 }],
    ["keys: 30,", { count: 30, zipfExponent: 0 }],
    ["keys: { count: 30 },", { count: 30, zipfExponent: 1 }],
    ["keys: { count: 30, zipf: 0.8 },", { count: 30, zipfExponent: 0.8 }],
  ])("take %o for keys", (keys, choice) => {
    const text = keyed(`workload: [{ do: get, in: run, ${keys} arrivals: { every: 1s } }]`);
    expect(readScenario(text).scenario.workload[0]?.keys).toEqual(choice);
  });

  it("may be events, with the name of a key", () => {
    const text = keyed("events: [{ at: 1s, do: put, who: all, key: mine, bytes: 10 }]");
    const [event] = readScenario(text).scenario.events;
    expect(event?.action).toEqual({ do: "put", who: { kind: "all" }, key: "mine", bytes: 10 });
  });

  it.each([
    [
      "workload: [{ do: put, in: run, arrivals: { every: 1s }, bytes: 1001 }]",
      ["workload", 0, "bytes"],
      "at most 1000 bytes",
    ],
    [
      "events: [{ at: 1s, do: put, who: all, key: mine, bytes: 2kB }]",
      ["events", 0, "bytes"],
      "at most 1000 bytes",
    ],
    [
      "workload: [{ do: get, in: run, arrivals: { every: 1s }, to: all }]",
      ["workload", 0, "to"],
      "a get goes to whom the key leads",
    ],
    [
      "workload: [{ do: get, in: run, arrivals: { every: 1s }, keys: 0 }]",
      ["workload", 0, "keys"],
      "0",
    ],
  ])("are refused: %s", (lines, path, said) => {
    const [problem, ...others] = problemsOf(keyed(lines));
    expect(others).toEqual([]);
    expect(JSON.stringify(problem)).toContain(said);
    expect(problem?.path).toBe(
      path
        .map(String)
        .join(".")
        .replace(/\.(\d+)/u, "[$1]"),
    );
  });
});
