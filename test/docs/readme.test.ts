// The README and the guides are executed: commands run, files are read, types are checked, links lead somewhere.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_FOLDER, assertBuilt } from "../support/built-program.js";
import { markedBlocks } from "./marked-blocks.js";
import type { MarkedBlock } from "./marked-blocks.js";

/** The pages that are executed, each in a folder of its own. */
const EXECUTED_PAGES = ["README.md", "docs/protocols/writing-a-protocol.md"];

/** Long enough for the largest scenario that a page runs, on a machine that does more besides. */
const COMMAND_MILLIS = 300_000;

/** A test runs after the installation, in a package that is installed. */
const INSTALLATION = "npm ci && ";

const TEST_COMMAND = "npm ci && npm test";

interface Command {
  readonly line: number;
  readonly command: string;
  readonly exit: number;
}

function blocksOf(page: string): MarkedBlock[] {
  return markedBlocks(fs.readFileSync(path.join(PROJECT_FOLDER, page), "utf8"));
}

function commandsOf(page: string): Command[] {
  return blocksOf(page)
    .filter(({ marking }) => marking === "runs")
    .flatMap(({ line, text, detail }) => {
      const exit = detail === "" ? 0 : Number(/^exit (\d+)$/.exec(detail)?.[1]);
      return text
        .trim()
        .split("\n")
        .map((command, i) => ({ line: line + 1 + i, command, exit }));
    });
}

describe("the README", () => {
  it("tests with the command that decides whether a change lands", () => {
    expect(blocksOf("README.md").map(({ text }) => text)).toContain(`${TEST_COMMAND}\n`);
    const script = fs.readFileSync(path.join(PROJECT_FOLDER, ".ci/run"), "utf8");
    expect(script).toContain(`(${TEST_COMMAND})`);
  });

  it("runs the main job with one line", () => {
    expect(commandsOf("README.md").map(({ command }) => command)).toContain(
      "npm ci && npm run sim -- scenarios/churn.yaml",
    );
  });
});

describe.each(EXECUTED_PAGES)("%s", (page) => {
  let folder: string;

  beforeAll(() => {
    // A folder like a clone, so that what commands write stays out of the project.
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-page-"));
    assertBuilt();
    for (const entry of ["package.json", "node_modules", "dist", "scenarios", "schema"]) {
      fs.symlinkSync(path.join(PROJECT_FOLDER, entry), path.join(folder, entry));
    }
    for (const { marking, detail, text } of blocksOf(page)) {
      if (marking === "file") fs.writeFileSync(path.join(folder, detail), text);
    }
  });

  afterAll(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it("says of every block what is done with it", () => {
    const unmarked = blocksOf(page).filter(({ marking }) => marking === "");
    expect(unmarked.map(({ line }) => line)).toEqual([]);
  });

  it.each(commandsOf(page))(
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

  it("shows TypeScript that is correct", () => {
    const files = fs.readdirSync(folder).filter((name) => name.endsWith(".ts"));
    if (files.length === 0) return;
    const strict = ["--strict", "--target", "es2023", "--module", "nodenext", "--types", "node"];
    const { status, stdout } = spawnSync(
      process.execPath,
      [
        path.join(PROJECT_FOLDER, "node_modules/typescript/bin/tsc"),
        "--noEmit",
        ...strict,
        ...files,
      ],
      { cwd: folder, encoding: "utf8" },
    );
    expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
  });
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
