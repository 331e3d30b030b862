// Relative paths on the command line are meant from where the user is, also when npm starts the program.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { PROJECT_FOLDER, assertBuilt } from "../support/built-program.js";
import { ProgramFolder } from "./program-folder.js";

const PROGRAM = path.join(PROJECT_FOLDER, "dist/cli/main.js");

const folder = new ProgramFolder();

/** Runs npm in a folder; answers its exit code. */
function runNpm(words: readonly string[], start: string): number | null {
  assertBuilt();
  return spawnSync("npm", words, { cwd: start, encoding: "utf8" }).status;
}

describe("npm run from another folder", () => {
  it("finds the scenario and writes the report where the user is", () => {
    folder.writeTwoNodes("mine.yaml");
    const words = ["run", "sim", "--", "mine.yaml", "--quiet", "--report", "report.json"];
    expect(runNpm(["--prefix", PROJECT_FOLDER, ...words], folder.path)).toBe(0);
    expect(JSON.parse(folder.read("report.json"))).toHaveProperty("digest");
  });

  it("works from a folder of the project", () => {
    const start = path.join(PROJECT_FOLDER, "scenarios");
    expect(runNpm(["run", "validate", "--", "two-nodes.yaml"], start)).toBe(0);
    expect(runNpm(["run", "validate", "--", "scenarios/two-nodes.yaml"], start)).toBe(2);
  });

  it("leaves another package's script in the folder of that package", () => {
    const inner = path.join(folder.path, "inner");
    fs.mkdirSync(inner);
    folder.writeTwoNodes("two.yaml");
    const script = `"${process.execPath}" "${PROGRAM}" validate two.yaml`;
    folder.write("package.json", JSON.stringify({ name: "theirs", scripts: { validate: script } }));
    expect(runNpm(["run", "validate"], inner)).toBe(0);
  });
});
