// Live runs in several processes, by the built program: the same report and kinds of record as in one; processes that
// are killed, at any time, by whoever; and what is left behind.

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { ProgramFolder } from "../cli/program-folder.js";
import { StartedProgram } from "../support/started-program.js";

const folder = new ProgramFolder();
const PATIENCE_MILLIS = 120_000;

const SCENARIO = (runSeconds: number, more: readonly string[] = []): string =>
  [
    "name: several",
    "seed: 5",
    "nodes: 12",
    "start: { overlay: join, contact: node-0, rate: 20/s }",
    `phases: { build: 3s, run: ${runSeconds}s }`,
    "protocols: { discovery: { use: genesis }, status: { use: heartbeat }, broadcast: { use: flood } }",
    "network: { latency: 5ms }",
    ...more,
    "",
  ].join("\n");

folder.write(
  "faults.yaml",
  SCENARIO(12, [
    "workload: [{ do: broadcast, in: [run, end-2s], by: random, arrivals: { every: 500ms }, bytes: 64 }]",
    "events:",
    "  - { at: run, do: partition, groups: [[node-1, node-2, node-3], rest], for: 2s }",
    "  - { at: run+1s, do: crash, who: node-4, kind: process }",
    "  - { at: run+1s, do: crash, who: node-5, kind: host }",
    "  - { at: run+3s, do: restart, who: [node-4, node-5] }",
    "  - { at: run+4s, do: pause, who: node-6, for: 1s }",
    "  - { at: run+4s, do: leave, who: node-7 }",
    "expect: [{ connected: neighbours, within: 5s, after: end-7s, hold: 2s }]",
  ]),
);
folder.write("quiet.yaml", SCENARIO(6));

interface Row {
  readonly kind: string;
  readonly timeMicros: number;
  readonly node?: string;
  readonly name?: string;
  readonly event: readonly number[];
  readonly cause: readonly number[];
}

function rowsOf(name: string): Row[] {
  return folder
    .read(name)
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Row);
}

/** The worker processes of a run, as soon as all of them are there. */
async function workersOf(program: StartedProgram, count: number): Promise<number[]> {
  const { pid } = program;
  for (;;) {
    const children = fs.readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    const pids = children.trim().split(" ").filter(Boolean).map(Number);
    if (pids.length === count) return pids;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Waits until a file has what is looked for. */
async function fileHas(name: string, pattern: RegExp): Promise<void> {
  const file = path.join(folder.path, name);
  while (!fs.existsSync(file) || !pattern.test(fs.readFileSync(file, "utf8"))) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function start(...words: readonly string[]): StartedProgram {
  return new StartedProgram(["sim", ...words, "--transport", "tcp"], { folder: folder.path });
}

describe.skipIf(process.platform !== "linux")("a live run in several processes", () => {
  it(
    "applies every fault in every process, and gives one trace by time",
    async () => {
      const files = ["--trace", "faults.jsonl", "--report", "faults.json"];
      const program = start("faults.yaml", "--processes", "3", ...files);
      const exit = await program.exit;
      expect({ exit, text: exit === 0 ? "" : program.standardOutput }).toEqual({
        exit: 0,
        text: "",
      });
      const report = JSON.parse(folder.read("faults.json")) as {
        live: { processes: number; lost: unknown[] };
        nodes: Record<string, number>;
        messages: { dropped: Record<string, number> };
      };
      expect(report.live).toMatchObject({ processes: 3, lost: [] });
      expect(report.nodes).toMatchObject({ live: 11, left: 1, crashed: 0 });
      // The partition held between nodes of different processes.
      expect(report.messages.dropped["partition"]).toBeGreaterThan(0);
      const rows = rowsOf("faults.jsonl").slice(1, -1);
      const times = rows.map(({ timeMicros }) => timeMicros);
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect(new Set(rows.map(({ event, kind }) => [kind, ...event].join())).size).toBeGreaterThan(
        rows.length / 2,
      );
      const faults = rows.filter(({ kind }) => kind === "fault").map((row) => row.name);
      for (const fault of ["crash-process", "crash-host", "restart", "pause", "resume"]) {
        expect(faults).toContain(fault);
      }
      // Nothing is heard of a node between its crash and its restart.
      const ofNode = rows.filter(({ node, kind }) => node === "node-4" && kind !== "dropped");
      const crash = ofNode.findIndex(({ name }) => name === "crash-process");
      expect(ofNode[crash + 1]?.kind).toBe("action");
      expect(ofNode.slice(crash + 1).some(({ name }) => name === "restart")).toBe(true);
      // What the scenario does to a node in another process names the scenario's action as its cause.
      const actions = rows
        .filter(({ kind }) => kind === "action")
        .map(({ event }) => String(event));
      expect(actions).toContain(String(ofNode[crash]?.cause));
    },
    PATIENCE_MILLIS,
  );

  it(
    "goes on when a worker is killed, whose nodes have crashed, and says so",
    async () => {
      const program = start(
        ...["quiet.yaml", "--processes", "3"],
        ...["--trace", "killed.jsonl", "--report", "killed.json"],
      );
      const [first] = await workersOf(program, 3);
      await fileHas("killed.jsonl", /"name":"active"[^\n]*\n(.*\n)*.*"node":"node-11"/u);
      process.kill(first!, "SIGKILL");
      expect(await program.exit).toBe(0);
      expect(program.standardOutput).toMatch(
        /worker-1 was ended by SIGKILL at [\d.]+ m?s: 4 nodes crashed with it/u,
      );
      const report = JSON.parse(folder.read("killed.json")) as {
        live: { lost: readonly object[] };
        nodes: object;
      };
      expect(report.live.lost).toMatchObject([{ name: "worker-1", signal: "SIGKILL", nodes: 4 }]);
      expect(report.nodes).toMatchObject({ live: 8, crashed: 4 });
      const rows = rowsOf("killed.jsonl");
      const crashed = rows.filter(({ name }) => name === "crash-process").map(({ node }) => node);
      expect(new Set(crashed)).toEqual(new Set(["node-0", "node-3", "node-6", "node-9"]));
    },
    PATIENCE_MILLIS,
  );

  it(
    "leaves no worker when the run itself is killed, and a trace that is readable so far",
    async () => {
      const program = start("quiet.yaml", "--processes", "2", "--trace", "cut.mcap");
      const workers = await workersOf(program, 2);
      const file = path.join(folder.path, "cut.mcap");
      while (!fs.existsSync(file) || fs.statSync(file).size < 4000) {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      program.signal("SIGKILL");
      expect(await program.exit).toBe("SIGKILL");
      const { exit, standardOutput } = folder.run(["trace", "stats", "cut.mcap"]);
      expect(exit).toBe(0);
      expect(standardOutput).toMatch(/[1-9]\d* records in \d+ blocks?[^]*cut off before its end/u);
      while (workers.some(isThere)) await new Promise((resolve) => setTimeout(resolve, 20));
    },
    PATIENCE_MILLIS,
  );

  it(
    "ends with 130 at Ctrl-C, which all processes of the terminal get, with its trace whole",
    async () => {
      const program = start("quiet.yaml", "--processes", "2", "--trace", "interrupted.jsonl");
      const workers = await workersOf(program, 2);
      await fileHas("interrupted.jsonl", /"name":"active"/u);
      for (const pid of workers) process.kill(pid, "SIGINT");
      program.signal("SIGINT");
      expect(await program.exit).toBe(130);
      expect(program.standardError).toBe("");
      expect(rowsOf("interrupted.jsonl").at(-1)).toMatchObject({ ending: "interrupted" });
      expect(workers.filter(isThere)).toEqual([]);
    },
    PATIENCE_MILLIS,
  );

  it(
    "ends with a reason when a worker dies before it is ready",
    async () => {
      const program = start("quiet.yaml", "--processes", "2");
      const [first] = await workersOf(program, 2);
      process.kill(first!, "SIGKILL");
      const exit = await program.exit;
      // Or it was ready by then, and the run went on without it.
      if (exit !== 0) expect(exit).toBe(1);
      expect(program.standardOutput + program.standardError).toMatch(
        /worker-1 (.* ended before it was ready: SIGKILL|was ended by SIGKILL)/u,
      );
    },
    PATIENCE_MILLIS,
  );

  it.each(["0", "13", "-1", "two", "1.5"])("refuses --processes %s before it starts", (count) => {
    const { exit, standardError } = folder.run([
      ...["sim", "quiet.yaml", "--transport", "tcp", `--processes=${count}`],
    ]);
    expect(exit).toBe(2);
    expect(standardError).toContain("--processes");
  });

  it("refuses --processes in simulation", () => {
    const { exit, standardError } = folder.run(["sim", "quiet.yaml", "--processes", "2"]);
    expect(exit).toBe(2);
    expect(standardError).toContain("--transport tcp");
  });
});
