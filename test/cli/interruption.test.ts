// Ctrl-C, and readers that go away: a run ends cleanly, with its trace, report and summary whole up to there.

import { execFileSync, spawnSync } from "node:child_process";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { readTraceFile, readTraceFooter } from "../../src/trace/node-trace-file.js";
import { PROJECT_FOLDER } from "../support/built-program.js";
import { StartedProgram } from "../support/started-program.js";
import { CARELESS_FILE, ProgramFolder } from "./program-folder.js";

const folder = new ProgramFolder();

// A run that takes minutes, and says something from its first virtual second on.
const ENDLESS = folder.write(
  "endless.yaml",
  [
    "name: endless",
    "seed: 1",
    "nodes: 3",
    "phases: { run: 20d }",
    "protocols: { discovery: { use: genesis }, careless: { use: careful } }",
    "expect: [{ settled: members, within: 20s }]\n",
  ].join("\n"),
);
const LOG = ["--log", "info:careless"];

function start(...words: readonly string[]): StartedProgram {
  return new StartedProgram(["sim", ENDLESS, "--protocols", CARELESS_FILE, ...words], {
    folder: folder.path,
  });
}

describe("a run that is interrupted", () => {
  it.each(["SIGINT", "SIGTERM"] as const)(
    "by %s ends with 130, and its trace, report and summary are whole",
    async (signal) => {
      const trace = `${signal}.jsonl`;
      const report = `${signal}.json`;
      const program = start("--trace", trace, "--report", report, ...LOG);
      await program.says(/ticked/);
      program.signal(signal);
      expect(await program.exit).toBe(130);
      expect(program.standardError).toBe("");
      expect(program.standardOutput).toMatch(
        /\nendless: interrupted after [\d.]+ s of virtual time\n/,
      );
      const [, digest] = /\ndigest ([0-9a-f]{64})\n/.exec(program.standardOutput)!;
      expect(program.standardOutput).not.toContain("✘");
      const file = path.join(folder.path, trace);
      expect(readTraceFooter(file)).toMatchObject({ ending: "interrupted", digest });
      expect([...readTraceFile(file)].length).toBe(readTraceFooter(file)!.records + 2);
      expect(JSON.parse(folder.read(report))).toMatchObject({ ending: "interrupted", digest });
    },
  );

  it("a second time ends at once", async () => {
    // A pipe that nobody reads holds the report up, as a slow disk might.
    execFileSync("mkfifo", [path.join(folder.path, "slow.json")]);
    const program = start("--report", "slow.json", ...LOG);
    await program.says(/ticked/);
    program.signal("SIGINT");
    await program.says(/\nrepeat /);
    program.signal("SIGINT");
    expect(await program.exit).toBe("SIGINT");
  });

  it("ends when nobody reads its output any more, without an error", async () => {
    const program = start("--trace", "unread.jsonl", ...LOG);
    await program.says(/ticked/);
    program.stopReading();
    expect(await program.exit).toBe(130);
    expect(program.standardError).toBe("");
    const footer = readTraceFooter(path.join(folder.path, "unread.jsonl"));
    expect(footer).toMatchObject({ ending: "interrupted" });
  });
});

describe("a pipe into head", () => {
  it.each(["validate --expand scenarios/churn.yaml", "sim scenarios/two-nodes.yaml", "sim --help"])(
    "gives the first line of %s, and no error",
    (words) => {
      const command = `"$0" dist/cli/main.js ${words} | head -n 1`;
      const { status, stdout, stderr } = spawnSync(
        "bash",
        ["-o", "pipefail", "-c", command, process.execPath],
        {
          cwd: PROJECT_FOLDER,
          encoding: "utf8",
        },
      );
      expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
      expect(stdout.trimEnd().split("\n")).toHaveLength(1);
    },
  );
});

describe("standard output on a full disk", () => {
  it.skipIf(process.platform !== "linux")("is an error in words", () => {
    const command = `"$0" dist/cli/main.js sim scenarios/two-nodes.yaml > /dev/full`;
    const { status, stderr } = spawnSync("sh", ["-c", command, process.execPath], {
      cwd: PROJECT_FOLDER,
      encoding: "utf8",
    });
    expect({ status, stderr }).toEqual({
      status: 2,
      stderr:
        "Standard output could not be written: the disk is full; free space or choose another disk\n",
    });
  });
});
