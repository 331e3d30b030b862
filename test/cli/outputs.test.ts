// What a run writes besides its summary: traces, reports, pictures, graphs and logs, and what becomes of it where they
// cannot be written. All of it only looks: the digest stays the same.

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { isFooter, isRecordLine } from "../../src/trace/json-lines.js";
import { readTraceFile, readTraceFooter } from "../../src/trace/node-trace-file.js";
import { EVERYTHING } from "../determinism/run-digest.js";
import type { ProgramResult } from "../support/built-program.js";
import { OWN_STACK_LINE, ProgramFolder, digestIn } from "./program-folder.js";

const folder = new ProgramFolder();
folder.writeTwoNodes("ok.yaml");

/** As root on a machine without this device there is no other way to fill a disk. */
const FULL_DISK = "/dev/full";

describe("a run with every output", () => {
  const plain = folder.run(["sim", EVERYTHING]);
  const looking = folder.run([
    ...["sim", EVERYTHING, "--trace", "run.jsonl", "--report", "report.json", "--wire", "bytes"],
    ...["--picture", "end.svg", "--picture", "mid.svg@15s", "--layout", "force"],
    ...["--graph", "end.gexf", "--graph", "mid.graphml@15s", "--overlay", "neighbours"],
    ...["--log", "debug"],
  ]);

  it("has the digest of one with none", () => {
    expect(looking).toMatchObject({ exit: 0, standardError: "" });
    expect(digestIn(looking)).toBe(digestIn(plain));
    const quiet = folder.run(["sim", EVERYTHING, "--quiet", "--report", "quiet.json"]);
    expect(quiet).toMatchObject({ exit: 0, standardOutput: "", standardError: "" });
    const report = JSON.parse(folder.read("quiet.json")) as { digest: string };
    expect(report.digest).toBe(digestIn(plain));
  });

  it("leaves a trace that is whole: a header, every record in order, a footer", () => {
    const entries = [...readTraceFile(path.join(folder.path, "run.jsonl"))];
    expect(entries[0]).toMatchObject({ scenario: "everything", seed: 9, nodeCount: 16 });
    const footer = entries.at(-1)!;
    expect(isFooter(footer) && footer.digest).toBe(digestIn(plain));
    expect(footer).toMatchObject({ ending: "complete", records: entries.length - 2 });
    const records = entries.filter(isRecordLine);
    const times = records.map(({ timeMicros }) => timeMicros);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const kinds = new Set(records.map(({ kind }) => kind));
    for (const kind of ["sent", "delivered", "dropped", "view", "action", "fault", "log"]) {
      expect(kinds).toContain(kind);
    }
    // Each line by itself is JSON, so that other programs can read it.
    for (const line of folder.read("run.jsonl").trimEnd().split("\n")) JSON.parse(line);
  });

  it("leaves a report with everything that makes it repeatable", () => {
    const text = folder.read("report.json");
    const report = JSON.parse(text) as Record<string, Record<string, unknown>>;
    expect(report).toMatchObject({
      scenario: "everything",
      seed: 9,
      digest: digestIn(plain),
      ending: "complete",
      virtualMicros: 34_000_000,
      nodes: { declared: 16 },
      repeat: {
        command: `npm run sim -- ${EVERYTHING}`,
        nodeVersion: process.version,
        scenario: { name: "everything", seed: 9, params: { peers: 12 } },
      },
    });
    expect(Object.keys(report["overlay"]!)).toEqual(
      expect.arrayContaining(["members", "neighbours"]),
    );
    // The tables of a latency matrix are in a file that is named by its hash, not here.
    expect(text.length).toBeLessThan(100_000);
  });

  it.each(["end.svg", "mid.svg"])("draws the overlay: %s", (file) => {
    const picture = folder.read(file);
    expect(picture).toMatch(/^<svg /);
    expect(picture).toContain("everything, neighbours");
    expect(picture.trimEnd().endsWith("</svg>")).toBe(true);
    expect(picture).toContain("<circle");
  });

  it("writes the overlay for other programs", () => {
    const gexf = folder.read("end.gexf");
    expect(gexf).toContain("<gexf");
    expect(gexf).toContain("everything, neighbours");
    const graphml = folder.read("mid.graphml");
    expect(graphml).toContain("<graphml");
    expect(graphml).toContain("genesis-0");
    expect(graphml).toMatch(/<edge source="[^"]+" target="[^"]+"/);
  });

  it("prints protocols' logs at virtual times, before the summary", () => {
    const lines = looking.standardOutput.split("\n");
    const logs = lines.slice(0, lines.indexOf("everything: ran 34 s of virtual time"));
    expect(logs.length).toBeGreaterThan(5);
    for (const line of logs) {
      expect(line).toMatch(/^\d+\.\d{6} s [a-z]+-\d+ [a-z]+ (debug|info|warn|error): ./);
    }
    // By the names that the scenario gives its nodes, in the trace as well.
    expect(logs.join("\n")).toMatch(/holds \w+ \{"peer":"[a-z]+-\d+"\}$/mu);
    for (const text of [looking.standardOutput, folder.read("run.jsonl")])
      expect(text).not.toMatch(/sim-\d{9}/);
    const filtered = folder.run(["sim", EVERYTHING, "--log", "debug:broadcast"]).standardOutput;
    expect(filtered).not.toMatch(/ s [a-z]+-\d+ (discovery|status) /);
  });
});

describe("an event that picks nobody", () => {
  it("is a hint in the summary and in the report, and no failure", () => {
    const crash = "events:\n  - { name: fall, at: 5s, do: crash, who: { state: left } }";
    const file = folder.writeTwoNodes("nobody.yaml", "events:", crash);
    const result = folder.run(["sim", file, "--report", "nobody.json"]);
    expect(result).toMatchObject({ exit: 0, standardError: "" });
    expect(result.standardOutput).toContain("\nhint: event fall picked 0 nodes at 5 s (who)\n");
    expect(JSON.parse(folder.read("nobody.json"))).toMatchObject({
      emptyPicks: [{ event: "fall", timeMicros: 5_000_000, selectors: ["who"] }],
    });
  });
});

describe("an output that would overwrite", () => {
  folder.write("links.txt", "node-0 node-1\n");
  folder.write("gossip.js", "export const protocols = [];\n");
  folder.writeTwoNodes(
    "drawn.yaml",
    "events:",
    "start: { overlay: file, file: links.txt }\nevents:",
  );
  fs.symlinkSync(folder.path, path.join(folder.path, "around"));
  fs.linkSync(path.join(folder.path, "ok.yaml"), path.join(folder.path, "second-name.svg"));
  const everything = (): string[] =>
    fs
      .readdirSync(folder.path)
      .filter((name) => name !== "around")
      .map((name) => `${name}: ${folder.read(name)}`);

  it.each([
    ["the scenario", "ok.yaml", "--trace ok.yaml"],
    ["the scenario", "ok.yaml", "--report ./around/../around/ok.yaml"],
    ["the scenario", "around/ok.yaml", "--trace ok.yaml"],
    ["the scenario", "ok.yaml", "--picture second-name.svg"],
    ["links.txt, which the scenario imports", "drawn.yaml", "--report links.txt"],
    ["gossip.js, the file of --protocols", "ok.yaml", "--protocols gossip.js --trace gossip.js"],
    ["what --trace x.json writes", "ok.yaml", "--trace x.json --report ./x.json"],
    ["what --picture x.svg writes", "ok.yaml", "--picture x.svg --picture around/x.svg@5s"],
    ["what --graph x.gexf writes", "ok.yaml", "--graph x.gexf@1s --graph x.gexf@2s"],
  ])("%s is refused before anything is written: %s %s", (owner, scenario, words) => {
    const before = everything();
    const result = folder.run(["sim", scenario, ...words.split(" ")]);
    expect(result).toMatchObject({ exit: 2, standardOutput: "" });
    expect(result.standardError).toMatch(/^--\w+ \S+: expected a file of its own to write; /);
    expect(result.standardError).toContain(`it would overwrite ${owner}: name another file\n`);
    expect(everything()).toEqual(before);
  });

  it("is none where it is no file", () => {
    const words = ["sim", "ok.yaml", "--trace", "/dev/null", "--report", "/dev/null"];
    expect(folder.run(words)).toMatchObject({ exit: 0, standardError: "" });
  });
});

describe("limits", () => {
  it("stop a run with what was reached, what to do, and a whole trace", () => {
    const result = folder.run(["sim", EVERYTHING, "--events-max", "500", "--trace", "cut.jsonl"]);
    expect(result.exit).toBe(1);
    expect(result.standardOutput).toContain("everything: stopped by a limit after ");
    expect(result.standardOutput).toContain("expectations, as far as the run came");
    expect(result.standardError).toMatch(
      /^The run was stopped at [\d.]+ s of virtual time: it reached the limit eventsMax = 500\. .* --events-max\.\n$/,
    );
    const footer = readTraceFooter(path.join(folder.path, "cut.jsonl"));
    expect(footer).toMatchObject({ ending: "limit", digest: digestIn(result) });
  });

  it.each([
    ["--pending-max", "pendingMax"],
    ["--heap-max", "heapBytesMax"],
  ])("%s is looked at now and then", (option, name) => {
    // More events than are between two looks.
    const file = folder.write(
      "busy.yaml",
      fs.readFileSync(EVERYTHING, "utf8").replaceAll("2/s", "60/s"),
    );
    const { exit, standardError } = folder.run(["sim", file, "--quiet", option, "1"]);
    expect(exit).toBe(1);
    expect(standardError).toContain(`it reached the limit ${name} = `);
    expect(standardError).toContain(`${option}.\n`);
  });
});

describe("an output that cannot be written", () => {
  const inFolder = (...words: readonly string[]): ProgramResult =>
    folder.run(["sim", "ok.yaml", ...words]);

  it.each([
    ["--trace", "nowhere/run.jsonl"],
    ["--trace", "."],
    ["--report", "nowhere/report.json"],
    ["--report", "."],
    ["--picture", "nowhere/x.svg"],
    ["--graph", "nowhere/x.gexf"],
    ["--graph", "ok.yaml/x.gexf"],
  ])("%s %s is found out before the run", (option, file) => {
    const { exit, standardOutput, standardError } = inFolder(option, file);
    expect({ exit, standardOutput }).toEqual({ exit: 2, standardOutput: "" });
    expect(standardError).toMatch(/could not be written[.:] .*(folder|file)/);
    expect(standardError).not.toMatch(OWN_STACK_LINE);
  });

  it("says so where it is not allowed", () => {
    fs.mkdirSync(path.join(folder.path, "locked"), { mode: 0o500 });
    // Root may write anywhere but into the kernel's own tree.
    const isRoot = process.getuid?.() === 0;
    const { exit, standardError } = inFolder(
      "--report",
      isRoot ? "/sys/report.json" : "locked/x.json",
    );
    expect(exit).toBe(2);
    expect(standardError).toMatch(
      /could not be written: (it is not allowed|the file system is read-only); /,
    );
  });

  it.skipIf(!fs.existsSync(FULL_DISK))("for want of space ends the run, never a protocol", () => {
    for (const scenario of ["ok.yaml", EVERYTHING]) {
      const { exit, standardError } = folder.run(["sim", scenario, "--trace", FULL_DISK]);
      expect({ exit, standardError }).toEqual({
        exit: 2,
        standardError:
          "The trace /dev/full could not be written. The disk is full: free space, or write the trace to another disk.\n",
      });
    }
  });

  it.skipIf(!fs.existsSync(FULL_DISK))("for want of space leaves the summary", () => {
    const { exit, standardOutput, standardError } = inFolder("--report", FULL_DISK);
    expect(exit).toBe(2);
    expect(standardOutput).toContain("\ndigest ");
    expect(standardError).toBe(
      "/dev/full could not be written: the disk is full; free space or choose another disk\n",
    );
  });
});
