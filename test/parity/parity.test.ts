// The comparison of `npm run parity` on reports that are made up, and its wrong models: each must be a program that
// still runs, and whose run differs.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { compareWorlds, parityTable } from "./comparison.js";
import type { ComparedReport } from "./figures.js";
import { figuresOf } from "./figures.js";
import { WRONG_MODELS, makeWrongProgram } from "./wrong-models.js";

/** A report in which everything takes so long, or never comes about, and so much is sent. */
function report(millis: number | null, sent: number): ComparedReport {
  const micros = millis === null ? null : millis * 1000;
  return {
    convergence: [{ name: "mended", meanMicros: micros }],
    peers: [
      { overlay: "members", joins: { medianMicros: micros }, deaths: { medianMicros: null } },
    ],
    deliveries: [{ name: "delivered", meanLatencyMicros: micros, delivered: 100 }],
    messages: { sent, delivered: sent },
  } as unknown as ComparedReport;
}

/** Seven runs around a value, half a percent apart. */
function runs(millis: number | null, sent = 1000): ComparedReport[] {
  return [-3, -2, -1, 0, 1, 2, 3].map((step) =>
    report(millis === null ? null : millis * (1 + step / 200), sent * (1 + step / 200)),
  );
}

function verdicts(live: ComparedReport[], simulated: ComparedReport[]): Record<string, string> {
  return Object.fromEntries(
    compareWorlds(live, simulated).map(({ name, verdict }) => [name, verdict]),
  );
}

describe("two worlds", () => {
  it("are equal where intervals of all ratios are within their bounds", () => {
    expect(verdicts(runs(104), runs(100))).toEqual({
      "settling: mended": "equal",
      "a join is known: members": "equal",
      "delivery: delivered": "equal",
      "messages sent": "equal",
      "messages delivered": "equal",
      "pairs delivered: delivered": "equal",
    });
  });

  it("differ, or are not told apart, where a ratio is beyond its bounds, or its interval reaches over one", () => {
    expect(verdicts(runs(120, 1100), runs(100))).toMatchObject({
      "settling: mended": "different",
      "messages sent": "different",
      "pairs delivered: delivered": "equal",
    });
    expect(verdicts(runs(110, 1050), runs(100))).toMatchObject({
      "settling: mended": "inconclusive",
      "messages sent": "inconclusive",
    });
  });

  it("differ in what comes about in one of them only", () => {
    const figures = compareWorlds(runs(100), runs(null));
    expect(figures.find(({ name }) => name === "settling: mended")?.verdict).toBe("different");
    expect(parityTable(figures)).toContain("| settling: mended | never | 100.0 ms | – |");
  });

  it("are equal in what takes neither any time, and differ in what takes one some", () => {
    expect(verdicts(runs(0), runs(0))).toMatchObject({ "settling: mended": "equal" });
    const figures = compareWorlds(runs(3), runs(0));
    expect(figures.find(({ name }) => name === "settling: mended")?.verdict).toBe("different");
    expect(parityTable(figures)).toContain("| settling: mended | 0.0 ms | 3.0 ms | – |");
  });

  it("are not compared by what came about in neither", () => {
    expect(figuresOf(report(null, 5)).map(({ name }) => name)).toEqual([
      ...["messages sent", "messages delivered", "pairs delivered: delivered"],
    ]);
  });
});

describe("a stream model that is wrong on purpose", () => {
  const folder = path.join(".cache", `wrong-models-${process.pid}`);
  const scenario = path.join(folder, "lossy.yaml");
  const text = `
name: lossy
seed: 1
nodes: 6
start: { overlay: join, rate: 5/s }
phases: { run: 20s }
protocols: { discovery: { use: genesis }, broadcast: { use: flood } }
network: { latency: 50ms, loss: 10% }
workload: [{ do: broadcast, in: [run+5s, end-5s], arrivals: { every: 500ms } }]
`;

  beforeAll(() => {
    fs.mkdirSync(folder, { recursive: true });
    fs.writeFileSync(scenario, text);
  });

  afterAll(() => {
    fs.rmSync(folder, { recursive: true });
  });

  /** Runs the scenario with a built program. */
  function reportOf(program: string, name: string): ComparedReport & { digest: string } {
    const file = path.join(folder, `${name}.json`);
    const { status, stderr } = spawnSync(
      process.execPath,
      [program, "sim", scenario, "--report", file],
      { encoding: "utf8" },
    );
    expect([0, 1], stderr).toContain(status);
    return JSON.parse(fs.readFileSync(file, "utf8")) as ComparedReport & { digest: string };
  }

  it.each(WRONG_MODELS.map((model) => [model.name, model] as const))(
    "is a program that runs another way: one that %s",
    (name, model) => {
      const place = String(WRONG_MODELS.indexOf(model));
      const right = reportOf(path.join("dist", "cli", "main.js"), `right-${place}`);
      const program = makeWrongProgram(model, path.join(folder, place));
      const wrong = reportOf(program, `wrong-${place}`);
      expect(wrong.digest, name).not.toBe(right.digest);
    },
  );

  it("is refused where the line that makes it wrong is not there", () => {
    const edits = [{ file: "sim/kernel.js", from: "no such line", to: "" }];
    expect(() => makeWrongProgram({ name: "none", edits }, path.join(folder, "none"))).toThrow(
      "no such line",
    );
  });
});
