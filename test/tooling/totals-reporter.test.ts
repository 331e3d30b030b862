// The line of totals, tried on a project of its own with a test of every fate.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../support/built-program.js";

const FATES = `
import { describe, expect, it } from "vitest";
it("passes", () => {});
it("passes too", () => {});
it("fails", () => { expect(1).toBe(2); });
it.skip("is skipped", () => {});
it("is skipped for a reason", (context) => { context.skip("needs a reason"); });
it.todo("is to be done");
describe("a group whose set-up fails", async () => {
  const { beforeAll } = await import("vitest");
  beforeAll(() => { throw new Error("set-up"); });
  it("never runs", () => {});
});
`;

const CONFIG = `
import { TotalsReporter } from ${JSON.stringify(path.join(PROJECT_FOLDER, "test/support/totals-reporter.js"))};
export default { test: { include: ["*.test.js"], reporters: ["default", new TotalsReporter()] } };
`;

describe("the totals of a test run", () => {
  let folder: string;

  beforeAll(() => {
    const cache = path.join(PROJECT_FOLDER, ".cache");
    fs.mkdirSync(cache, { recursive: true });
    folder = fs.mkdtempSync(path.join(cache, "totals-"));
    fs.writeFileSync(path.join(folder, "vitest.config.ts"), CONFIG);
  });

  afterAll(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  function run(files: Readonly<Record<string, string>>): {
    lines: string[];
    file: string;
    exit: number | null;
  } {
    for (const [name, text] of Object.entries(files))
      fs.writeFileSync(path.join(folder, name), text);
    const totalsFile = path.join(folder, "totals.txt");
    const { stdout, status } = spawnSync(
      process.execPath,
      [path.join(PROJECT_FOLDER, "node_modules/vitest/vitest.mjs"), "run", "--root", folder],
      { encoding: "utf8", env: { ...process.env, NO_COLOR: "1", TEST_TOTALS_FILE: totalsFile } },
    );
    for (const name of Object.keys(files)) fs.rmSync(path.join(folder, name));
    return {
      lines: stdout.trimEnd().split("\n"),
      file: fs.readFileSync(totalsFile, "utf8"),
      exit: status,
    };
  }

  it("are the last line, count every fate, and go to a file as well", () => {
    const { lines, file, exit } = run({ "fates.test.js": FATES });
    // The group's set-up counts as a failure; the test that never ran is skipped.
    expect(lines.at(-1)).toBe("2 passed, 2 failed, 4 skipped");
    expect(file).toBe("2 passed, 2 failed, 4 skipped\n");
    expect(exit).toBe(1);
  });

  it("come after the names of the skipped tests, with their reasons", () => {
    const { lines } = run({ "fates.test.js": FATES });
    expect(lines).toContain("skipped: is skipped for a reason (needs a reason)");
    expect(lines).toContain("skipped: is skipped");
  });

  it("count a file that does not load as a failure", () => {
    const { lines, exit } = run({
      "broken.test.js": "throw new Error('broken');",
      "whole.test.js": "import { it } from 'vitest'; it('passes', () => {});",
    });
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
    expect(exit).toBe(1);
  });

  it("count an error outside any test as a failure", () => {
    const { lines, exit } = run({
      "late.test.js":
        "import { it } from 'vitest'; it('passes', () => { void Promise.reject(new Error('late')); });",
    });
    expect(lines.at(-1)).toBe("1 passed, 1 failed");
    expect(exit).toBe(1);
  });

  it("are a single plain line when everything passes", () => {
    const { lines, exit } = run({
      "whole.test.js": "import { it } from 'vitest'; it('passes', () => {});",
    });
    expect(lines.at(-1)).toBe("1 passed, 0 failed");
    expect(exit).toBe(0);
  });
});
