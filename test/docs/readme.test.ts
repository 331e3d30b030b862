// The README is executed: its commands run, its files are read, its links lead somewhere.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_FOLDER, assertBuilt } from "../support/built-program.js";
import { markedBlocks } from "./marked-blocks.js";

const README = fs.readFileSync(path.join(PROJECT_FOLDER, "README.md"), "utf8");
const BLOCKS = markedBlocks(README);

/** Long enough for the largest scenario that the README runs, on a machine that does more besides. */
const COMMAND_MILLIS = 300_000;

/** A test runs after the installation, in a package that is installed. */
const INSTALLATION = "npm ci && ";

const TEST_COMMAND = "npm ci && npm test";

interface Command {
  readonly line: number;
  readonly command: string;
  readonly exit: number;
}

const COMMANDS = BLOCKS.filter(({ marking }) => marking === "runs").flatMap(
  ({ line, text, detail }): Command[] => {
    const exit = detail === "" ? 0 : Number(/^exit (\d+)$/.exec(detail)?.[1]);
    return text
      .trim()
      .split("\n")
      .map((command, i) => ({ line: line + 1 + i, command, exit }));
  },
);

describe("the README", () => {
  it("says of every block what is done with it", () => {
    const unmarked = BLOCKS.filter(({ marking }) => marking === "").map(({ line }) => line);
    expect(unmarked).toEqual([]);
  });

  it("tests with the command that decides whether a change lands", () => {
    expect(BLOCKS.map(({ text }) => text)).toContain(`${TEST_COMMAND}\n`);
    const script = fs.readFileSync(path.join(PROJECT_FOLDER, ".ci/run"), "utf8");
    expect(script).toContain(`(${TEST_COMMAND})`);
  });

  it("runs the main job with one line", () => {
    expect(COMMANDS.map(({ command }) => command)).toContain(
      "npm ci && npm run sim -- scenarios/churn.yaml",
    );
  });
});

describe("the README's commands", () => {
  let folder: string;

  beforeAll(() => {
    // A folder like a clone, so that what commands write stays out of the project.
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-readme-"));
    assertBuilt();
    for (const entry of ["package.json", "node_modules", "dist", "scenarios", "schema"]) {
      fs.symlinkSync(path.join(PROJECT_FOLDER, entry), path.join(folder, entry));
    }
    for (const { marking, detail, text } of BLOCKS) {
      if (marking === "file") fs.writeFileSync(path.join(folder, detail), text);
    }
  });

  afterAll(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it.each(COMMANDS)(
    "line $line: $command ends with exit code $exit",
    { timeout: COMMAND_MILLIS },
    ({ command, exit }) => {
      const line = command.startsWith(INSTALLATION) ? command.slice(INSTALLATION.length) : command;
      const { status, stdout, stderr } = spawnSync("sh", ["-c", line], {
        cwd: folder,
        encoding: "utf8",
        timeout: COMMAND_MILLIS,
        env: { ...process.env, NO_COLOR: "1" },
      });
      expect({ exit: status, said: status === exit ? "" : stdout + stderr }).toEqual({
        exit,
        said: "",
      });
    },
  );
});

describe("the project's pages", () => {
  const pages = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...pagesUnder("docs")];

  it.each(pages)("%s links to files that exist", (page) => {
    const text = fs.readFileSync(path.join(PROJECT_FOLDER, page), "utf8");
    const targets = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1]!);
    const local = targets.filter((target) => !/^[a-z]+:/.test(target));
    const folder = path.dirname(path.join(PROJECT_FOLDER, page));
    const missing = local.filter((target) => !fs.existsSync(path.join(folder, target)));
    expect(missing).toEqual([]);
  });
});

/** Markdown pages of a folder, as paths from the project's folder. */
function pagesUnder(folder: string): string[] {
  return fs
    .readdirSync(path.join(PROJECT_FOLDER, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => path.join(folder, name))
    .sort();
}
