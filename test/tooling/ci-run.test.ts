// The script that decides whether a change lands, tried with an npm that ends as each case says.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../support/built-program.js";

interface Case {
  readonly title: string;
  /** Shell lines for `npm ci` and `npm test`. */
  readonly install: string;
  readonly test: string;
  readonly exit: number;
  readonly lastLine: string;
}

const CASES: readonly Case[] = [
  {
    title: "passes with the true totals when everything passes",
    install: "exit 0",
    test: 'echo "12 passed, 0 failed, 1 skipped" >"$TEST_TOTALS_FILE"',
    exit: 0,
    lastLine: "12 passed, 0 failed, 1 skipped",
  },
  {
    title: "fails with the true totals when tests fail",
    install: "exit 0",
    test: 'echo "12 passed, 3 failed" >"$TEST_TOTALS_FILE"; exit 1',
    exit: 1,
    lastLine: "12 passed, 3 failed",
  },
  {
    title: "counts a failure when the installation fails",
    install: "exit 7",
    test: "exit 0",
    exit: 7,
    lastLine: "0 passed, 1 failed",
  },
  {
    title: "counts a failure when a check before the tests fails",
    install: "exit 0",
    test: "exit 2",
    exit: 2,
    lastLine: "0 passed, 1 failed",
  },
  {
    title: "fails when no test ran, whatever the exit code",
    install: "exit 0",
    test: "exit 0",
    exit: 1,
    lastLine: "0 passed, 1 failed",
  },
  {
    title: "never shows a failure outside the tests as none",
    install: "exit 0",
    test: 'echo "12 passed, 0 failed" >"$TEST_TOTALS_FILE"; exit 1',
    exit: 1,
    lastLine: "12 passed, 1 failed",
  },
  {
    title: "tells the tests that a run must be complete, and gives them no input",
    install: '[ "$CI" = true ] && [ -z "$(cat)" ]',
    test: '[ "$CI" = true ] && echo "1 passed, 0 failed" >"$TEST_TOTALS_FILE"',
    exit: 0,
    lastLine: "1 passed, 0 failed",
  },
];

describe("the landing script", () => {
  let folder: string;

  beforeEach(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-ci-"));
    fs.mkdirSync(path.join(folder, ".ci"));
    fs.copyFileSync(path.join(PROJECT_FOLDER, ".ci/run"), path.join(folder, ".ci/run"));
  });

  afterEach(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it.each(CASES)("$title", ({ install, test, exit, lastLine }) => {
    const npm = `#!/usr/bin/env bash\nif [ "$1" = ci ]; then\n${install}\nelse\n${test}\nfi\n`;
    fs.writeFileSync(path.join(folder, "npm"), npm, { mode: 0o755 });
    const { CI: _, ...environment } = process.env;
    const { status, stdout } = spawnSync("bash", [".ci/run"], {
      cwd: folder,
      encoding: "utf8",
      input: "anything",
      env: { ...environment, PATH: `${folder}:${environment["PATH"] ?? ""}` },
    });
    expect({ exit: status, lastLine: stdout.trimEnd().split("\n").at(-1) }).toEqual({
      exit,
      lastLine,
    });
  });
});
