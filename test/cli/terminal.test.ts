// What a person sees on a terminal: a summary that fits it, colours unless they are not wanted, progress that goes away.

import { spawnSync } from "node:child_process";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { PROJECT_FOLDER, assertBuilt } from "../support/built-program.js";
import { missing } from "../support/system-package.js";

const ESCAPE = "\u001b";

interface Terminal {
  readonly columns?: number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Runs the program on a terminal made by script(1), and gives what it would show. */
function onTerminal(words: string, { columns = 80, environment = {} }: Terminal = {}): string {
  const command = `stty cols ${columns} && "${process.execPath}" dist/cli/main.js ${words}`;
  // Whoever runs the tests may want colours or not: here that is what is tested.
  const {
    NO_COLOR: _no,
    FORCE_COLOR: _force,
    NODE_DISABLE_COLORS: _disable,
    ...inherited
  } = process.env;
  const { stdout, status } = spawnSync("script", ["-qec", command, "/dev/null"], {
    cwd: PROJECT_FOLDER,
    encoding: "utf8",
    env: { ...inherited, TERM: "xterm-256color", ...environment },
  });
  // An expectation may fail on a run that is cut short.
  expect([0, 1]).toContain(status);
  return stdout.replaceAll("\r\n", "\n");
}

/** Text without what draws and erases the line of progress. */
function withoutProgress(text: string): string {
  return text.replaceAll(new RegExp(`\r${ESCAPE}\\[K(\\[[= ]*\\] [^\r\n]* live)?`, "g"), "");
}

const RUN = "sim scenarios/two-nodes.yaml";

describe("on a terminal", () => {
  beforeAll(() => {
    assertBuilt();
  });

  beforeEach((context) => {
    const { status } = spawnSync("script", ["--version"]);
    if (status !== 0) missing(context, "needs script(1) of util-linux, which makes a terminal");
  });

  it("the summary fits, but for what is there to be copied", () => {
    for (const columns of [40, 60, 200]) {
      const text = onTerminal(RUN, { columns, environment: { NO_COLOR: "1" } });
      const lines = withoutProgress(text).trimEnd().split("\n");
      const long = lines.filter(({ length }) => length > Math.min(columns, 100));
      expect(long.every((line) => /^(digest|repeat) /.test(line))).toBe(true);
      expect(lines).toContain("both expectations held");
    }
  });

  it("it has colours, unless NO_COLOR says anything", () => {
    const green = `${ESCAPE}[32m  ✔ delivered`;
    expect(onTerminal(RUN)).toContain(green);
    expect(onTerminal(RUN, { environment: { NO_COLOR: "" } })).toContain(green);
    const plain = withoutProgress(onTerminal(RUN, { environment: { NO_COLOR: "1" } }));
    expect(plain).not.toContain(ESCAPE);
    expect(plain).toContain("✔ delivered");
  });

  it("a dumb one gets plain text and no progress", () => {
    const text = onTerminal(RUN, { environment: { TERM: "dumb" } });
    expect(text).not.toContain(ESCAPE);
    expect(text).toContain("ok delivered");
  });

  it("progress is drawn while the run goes on, and is gone afterwards", () => {
    const text = onTerminal("sim scenarios/lossy-links.yaml --until 60s");
    const drawn = [
      ...text.matchAll(/\[[= ]{12}\] ([\d.]+)\/60 s {2}[\d.k]+ events\/s {2}\d+ live/g),
    ];
    expect(drawn.length).toBeGreaterThan(1);
    const times = drawn.map(([, seconds]) => Number(seconds));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(text.lastIndexOf(`\r${ESCAPE}[K`)).toBeLessThan(text.indexOf("lossy-links: ran"));
    expect(withoutProgress(text)).not.toContain("events/s");
  });

  it("--quiet shows nothing at all", () => {
    expect(onTerminal(`${RUN} --quiet`)).toBe("");
  });

  it("help fits as well", () => {
    const lines = onTerminal("sim --help", { columns: 70 }).split("\n");
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(70);
  });
});
