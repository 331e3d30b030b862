// Comparisons are run as a user runs them, and held against single runs of their variants: the table is what the
// reports say.

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import type { ComparisonResult } from "../../src/scenarios/compare/comparison-result.js";
import type { RunReport } from "../../src/scenarios/run-report.js";
import { ProgramFolder } from "./program-folder.js";

const SMALL = `name: small
description: Twelve nodes broadcast, by two protocols.
seeds: [3, 8]
scenario:
  params: { loss: 1 }
  nodes: 12
  phases: { build: 10s, run: 20s }
  protocols: { discovery: { use: hyparview } }
  network: { latency: { uniform: { min: 5ms, max: 80ms } }, loss: "\${loss}%" }
  workload:
    - { do: broadcast, in: [run, end-5s], by: random, arrivals: { every: 2s }, bytes: 300 }
  expect:
    - { delivered: 90%, within: 5s }
variants:
  flood: { protocols: { broadcast: { use: flood } } }
  plumtree: { protocols: { broadcast: { use: plumtree } } }
axis: { param: loss, label: loss (%), values: [0, 10] }
measures:
  - coverage
  - latency-p99
  - redundancy
  - maintenance
  - { name: Bytes in all, metric: messages.bytes, unit: bytes }
`;

const folder = new ProgramFolder();
folder.write("small.yaml", SMALL);

function compare(...words: string[]): ComparisonResult {
  const { exit, standardOutput, standardError } = folder.run(["compare", "small.yaml", ...words]);
  expect(exit, standardError).toBe(0);
  return JSON.parse(standardOutput) as ComparisonResult;
}

describe("peerscape compare", () => {
  it("has the numbers of single runs with the same seeds, and pairs them by seed", () => {
    const { places, measures } = compare("--json");
    expect(measures.map(({ name }) => name)).toContain("redundancy");
    folder.run(["compare", "small.yaml", "--scenarios", "."]);
    const single = (variant: string, loss: number, seed: number): RunReport => {
      const settings = ["--set", `loss=${loss}`, "--seed", String(seed), "--report", "report.json"];
      folder.run(["sim", `small-${variant}.yaml`, ...settings]);
      return JSON.parse(folder.read("report.json")) as RunReport;
    };
    for (const { variant, at, figures } of places) {
      const reports = [3, 8].map((seed) => single(variant, Number(at), seed));
      const expected = [
        reports.map(({ deliveries }) => deliveries[0]!.deliveredShare),
        reports.map(({ broadcasts }) => broadcasts.latency.p99Micros),
        reports.map(({ broadcasts }) => broadcasts.redundancy),
        reports.map(({ phases }) => phases[1]!.maintenanceBytesPerNodeSecond),
        reports.map(({ messages }) => messages.bytes),
      ];
      expect(figures.map(({ values }) => values)).toEqual(expected);
    }
    // A tree costs less than a flood over the same links, for every seed.
    const [flood, plumtree] = places;
    const bytes = [flood, plumtree].map((place) => place!.figures[4]!.values as number[]);
    const differences = [0, 1].map((i) => bytes[1]![i]! - bytes[0]![i]!);
    const { difference } = plumtree!.figures[4]!;
    expect(difference!.mean).toBeCloseTo((differences[0]! + differences[1]!) / 2, 6);
    expect(difference!.mean).toBeLessThan(0);
    expect(flood!.figures[4]!.difference).toBeNull();
  });

  it("says the same however many threads there are", () => {
    expect(compare("--json", "--threads", "1")).toEqual(compare("--json", "--threads", "3"));
  });

  it("prints tables, and writes a page with a picture", () => {
    fs.mkdirSync(path.join(folder.path, "pictures"));
    const words = ["compare", "small.yaml", "--page", "page.md", "--picture", "small.svg"];
    const { exit, standardOutput } = folder.run(words);
    expect(exit).toBe(0);
    expect(standardOutput).toMatch(/^ {2}Coverage \(%\) +\d+(?:\.\d+)? ± /mu);
    expect(standardOutput).toContain("Difference from flood, seed by seed, loss (%) 10");
    const page = folder.read("page.md");
    expect(page).toContain("npm run compare -- small.yaml --page page.md");
    expect(page).toContain("| measure | flood | plumtree |");
    const picture = folder.read("small.svg");
    expect(folder.read("pictures/compare-small.svg")).toBe(picture);
    // Two variants at two values of the axis, in each of five panels, and two marks of the legend.
    expect(picture.match(/<circle /gu)).toHaveLength(2 * 2 * 5 + 2);
    expect(picture.match(/<polyline /gu)).toHaveLength(2 * 5);
    expect(picture).not.toMatch(/NaN|undefined|Infinity/u);
  });

  it.each([
    [
      /use: plumtree/u,
      "use: plumtre",
      "variants.plumtree.protocols.broadcast.use: ",
      ":16:",
      "plumtree",
    ],
    [/nodes: 12/u, "nodes: -1", "scenario.nodes: ", ":6:", "at least"],
    [/redundancy/u, "redundance", "measures[2]: ", ":21:", "redundancy"],
    [/param: loss/u, "param: los", "axis.param: ", ":17:", "loss"],
    [/seeds: .*/u, "seeds: 1", "seeds: ", ":3:", "at least 2"],
    [/seeds: .*/u, "seeds: [3, 3]", "seeds[1]: ", ":3:", "each seed once"],
    [/nodes: 12/u, "nodes: 12\n  seed: 4", "scenario.seed: ", ":7:", "write seeds beside scenario"],
    [/messages.bytes/u, "mesages.bytes", "measures[4].metric: ", ":23:", "messages"],
  ])("refuses %s as %s at its place", (from, to, place, position, advice) => {
    folder.write("bad.yaml", SMALL.replace(from, to));
    const { exit, standardError } = folder.run(["compare", "bad.yaml"]);
    expect(exit).toBe(2);
    expect(standardError).toContain(`bad.yaml${position}`);
    expect(standardError).toContain(place);
    expect(standardError).toContain(advice);
  });

  it.each([
    [["--seeds", "1"], "--seeds"],
    [["--threads", "999"], "--threads"],
    [["--json", "--markdown"], "--markdown"],
    [["--page", "no/such/page.md"], "no/such/page.md"],
  ])("refuses %j", (words, says) => {
    const { exit, standardError } = folder.run(["compare", "small.yaml", ...words]);
    expect(exit).toBe(2);
    expect(standardError).toContain(says);
  });
});
