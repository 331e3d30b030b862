// peerscape sim --transport tcp: what is refused before anything starts, and how a run that is interrupted ends.

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { readTraceFooter } from "../../src/trace/node-trace-file.js";
import { PROJECT_FOLDER, runProgram } from "../support/built-program.js";
import { StartedProgram } from "../support/started-program.js";
import { ProgramFolder } from "./program-folder.js";

const folder = new ProgramFolder();
const TWO_NODES = path.join(PROJECT_FOLDER, "scenarios/two-nodes.yaml");
const LARGE = path.join(PROJECT_FOLDER, "scenarios/large.yaml");

const HELD = folder.write(
  "held.yaml",
  [
    "name: held",
    "seed: 1",
    "nodes: 3",
    "phases: { run: 20s }",
    "protocols: { discovery: { use: genesis } }",
    "events:",
    "  - { name: the-hold, at: 5s, do: hold, from: all, to: node-1 }",
    "  - { at: 8s, do: release, event: the-hold }\n",
  ].join("\n"),
);

function live(...words: readonly string[]): ReturnType<typeof runProgram> {
  return runProgram(["sim", ...words, "--transport", "tcp"], { folder: folder.path });
}

describe("a live run that cannot be", () => {
  it("is refused for too many nodes, before it starts", () => {
    const { exit, standardError, standardOutput } = live(LARGE);
    expect(exit).toBe(2);
    expect(standardOutput).toBe("");
    expect(standardError).toContain("large cannot run live");
    expect(standardError).toContain("nodes: 10000");
  });

  it("is refused for every event that it cannot apply, by name", () => {
    const { exit, standardError } = live(HELD);
    expect(exit).toBe(2);
    expect(standardError).toContain("event the-hold (do: hold)");
    expect(standardError).toContain("(do: release)");
  });

  it.each([
    ["--check-determinism"],
    ["--break", "node:node-1"],
    ["--break-at", "3"],
    ["--events-max", "100"],
    ["--wire", "bytes"],
  ])("is refused for %s, which looks into the simulator", (...words) => {
    const { exit, standardError } = live(TWO_NODES, ...words);
    expect(exit).toBe(2);
    expect(standardError).toContain(words[0]);
    expect(standardError).toContain("--transport sim");
  });

  it("does not make a simulated run accept options of live ones", () => {
    const { exit, standardError } = runProgram(["sim", TWO_NODES, "--security", "tls"]);
    expect(exit).toBe(2);
    expect(standardError).toContain("--transport tcp");
  });
});

describe("a live run that is interrupted", () => {
  it("by SIGINT ends with 130, its trace and report whole, its command live as well", async () => {
    const program = new StartedProgram(
      ["sim", TWO_NODES, "--transport", "tcp", "--trace", "cut.jsonl", "--report", "cut.json"],
      { folder: folder.path },
    );
    const trace = path.join(folder.path, "cut.jsonl");
    // The header is in the file once the run has been made; Ctrl-C may come at any time after that.
    while (!fs.existsSync(trace)) await new Promise((resolve) => setTimeout(resolve, 10));
    program.signal("SIGINT");
    expect(await program.exit).toBe(130);
    expect(program.standardError).toBe("");
    expect(program.standardOutput).toMatch(/two-nodes: interrupted after [\d.]+ m?s of real time/);
    expect(program.standardOutput).toMatch(/repeat npm run sim -- \S+ --transport tcp\n/);
    expect(readTraceFooter(trace)).toMatchObject({ ending: "interrupted", digest: null });
    expect(JSON.parse(folder.read("cut.json"))).toMatchObject({ ending: "interrupted" });
  });
});
