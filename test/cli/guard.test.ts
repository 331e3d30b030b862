// A protocol that breaks the rules of determinism is stopped, by an error that its author can use: node, handler, call
// or field, the line of their own code, and how to see it again.

import { describe, expect, it } from "vitest";
import { CARELESS_FILE, OWN_STACK_LINE, ProgramFolder } from "./program-folder.js";
import type { ProgramResult } from "../support/built-program.js";

const folder = new ProgramFolder();

/** Runs three nodes with one of the careless protocols for twelve seconds. */
function run(use: string, ...words: readonly string[]): ProgramResult {
  const file = folder.write(
    `${use}.yaml`,
    [
      "name: careless",
      "seed: 1",
      "nodes: 3",
      "phases: { run: 12s }",
      `protocols: { discovery: { use: genesis }, careless: { use: ${use} } }`,
      "expect: [{ messages-per-node-second: { atMost: 100 }, in: run }]\n",
    ].join("\n"),
  );
  return folder.run(["sim", file, "--protocols", CARELESS_FILE, ...words]);
}

/** What is said of a fault, but for the line of the author's code and the way to repeat it. */
function blamed({ exit, standardOutput, standardError }: ProgramResult): string {
  expect(standardError).not.toMatch(OWN_STACK_LINE);
  expect({ exit, standardOutput }).toEqual({ exit: 1, standardOutput: "" });
  return standardError.split("\n")[0]!;
}

const IN_TIMER = /^At 4\.\d+ s of virtual time: Protocol careless of node node-\d, in onTimer: /;

describe("a handler", () => {
  it.each([
    ["math-random", "Math.random() cannot be repeated; use context.random"],
    ["captured-random", "Math.random() cannot be repeated; use context.random"],
    ["captured-now", "Date.now() cannot be repeated; use context.clock.nowMicros()"],
    ["new-date", "new Date() cannot be repeated; use context.clock.nowMicros()"],
    ["date-of-constructor", "new Date() cannot be repeated; use context.clock.nowMicros()"],
    ["performance", "performance.now() cannot be repeated; use context.clock.nowMicros()"],
    ["hrtime", "process.hrtime.bigint() cannot be repeated; use context.clock.nowMicros()"],
    ["math-log", "Math.log() cannot be repeated; its last digits differ between engines"],
    ["crypto-random", "crypto.randomBytes() cannot be repeated; use context.random"],
    ["web-crypto-random", "crypto.getRandomValues() cannot be repeated; use context.random"],
    ["timeout", "setTimeout() cannot be repeated; use context.clock.setTimer(delayMicros, kind)"],
    ["node-timeout", "setTimeout() cannot be repeated; use context.clock.setTimer("],
    ["microtask", "queueMicrotask() cannot be repeated; use context.clock.setTimer("],
    ["next-tick", "process.nextTick() cannot be repeated; use context.clock.setTimer("],
    ["fetch", "fetch() cannot be repeated; reach the world through context.transport only"],
  ])("that reaches for the world (%s) is named with the call", (use, says) => {
    const result = run(use);
    const message = blamed(result);
    expect(message).toMatch(IN_TIMER);
    expect(message).toContain(says);
    expect(result.standardError).toMatch(/\n {4}at .*careless\.js:\d+:\d+\n/);
    expect(result.standardError).toContain(`\nrepeat npm run sim -- ${use}.yaml --protocols `);
  });

  it("that throws is named with the line", () => {
    const result = run("throws");
    expect(blamed(result)).toContain("Cannot read properties of undefined (reading 'there')");
    expect(result.standardError).toMatch(/\n {4}at .*careless\.js:\d+:\d+\n/);
  });

  it("that returns a promise is stopped, whatever becomes of the promise", () => {
    expect(blamed(run("promise"))).toMatch(
      /in onTimer: returned a promise; handlers are synchronous/,
    );
    const rejected = run("async");
    expect(blamed(rejected)).toMatch(/in onMessage: returned a promise; handlers are synchronous/);
    expect(rejected.standardError).not.toContain("nobody waits");
  });

  it("that starts asynchronous work and returns nothing is stopped", () => {
    expect(blamed(run("forgotten-promise"))).toMatch(/in onTimer: started asynchronous work/);
  });

  it("that returns a value is stopped", () => {
    expect(blamed(run("value"))).toContain("in onTimer: returned a number; expected nothing");
  });

  it("that does all this outside of a handler is left alone", () => {
    // Its module captures the clock while it loads, which every library may do.
    expect(run("careful")).toMatchObject({ exit: 0, standardError: "" });
  });

  it("may not draw in the constructor of its protocol either", () => {
    const message = blamed(run("random-constructor"));
    expect(message).toBe(
      "Protocol careless of node node-0, in create: Math.random() cannot be repeated; use context.random",
    );
  });
});

describe("a message that is changed after it was sent", () => {
  it.each(["sender-changes-field", "sender-changes-bytes", "receiver-changes-bytes"])(
    "goes unnoticed without a check (%s)",
    (use) => {
      expect(run(use)).toMatchObject({ exit: 0 });
    },
  );

  it.each([
    ["sender-changes-field", /node node-\d, in onTimer: .*'number'.*frozen once it was sent/],
    ["sender-changes-list", /node node-\d, in onTimer: .*frozen once it was sent/],
    ["receiver-changes-field", /node node-\d, in onMessage: .*'number'.*frozen once it was sent/],
  ])("stops the check where it is changed (%s)", (use, says) => {
    const result = run(use, "--check-determinism");
    expect(blamed(result)).toMatch(says);
    expect(result.standardError).toMatch(/\n {4}at .*careless\.js:\d+:\d+\n/);
    expect(result.standardError.trimEnd().endsWith(" --check-determinism")).toBe(true);
  });

  it("stops the check by node and field where bytes are changed, which cannot be frozen", () => {
    expect(blamed(run("sender-changes-bytes", "--check-determinism"))).toMatch(
      /Node node-\d, in a handler after it had sent careless\/note to node-\d: careless\/note field payload\.2 was changed/,
    );
    expect(blamed(run("receiver-changes-bytes", "--check-determinism"))).toMatch(
      /Node node-\d, in onMessage: careless\/note field payload\.0 was changed/,
    );
  });
});

describe("code that is not strict", () => {
  it("changes frozen messages in vain, and is found by the run that follows the check", () => {
    const { exit, standardOutput, standardError } = run("sloppy-sender", "--check-determinism");
    expect(exit).toBe(1);
    expect(standardOutput).toMatch(/^Deterministic: /);
    expect(standardError).toContain(
      "Not deterministic: where messages are not frozen the digest is ",
    );
    expect(standardError).toContain('Write "use strict" at the top of the protocol\'s file');
  });
});

describe("state that is no data", () => {
  it("stops a restart that is to keep it, by node, protocol and field", () => {
    const file = folder.write(
      "restart.yaml",
      [
        "name: restart",
        "seed: 1",
        "nodes: 3",
        "phases: { run: 12s }",
        "protocols: { discovery: { use: genesis }, careless: { use: keeps-a-closure } }",
        "events: [{ at: 5s, do: crash, who: node-1, for: 1s, state: keep }]\n",
      ].join("\n"),
    );
    expect(blamed(folder.run(["sim", file, "--protocols", CARELESS_FILE]))).toBe(
      "At 6 s of virtual time: State of node node-1, protocol careless, field later: " +
        "a function is not plain data; keep data, not closures or instances",
    );
  });
});

describe("--check-determinism", () => {
  it("says so when runs are the same, and then runs", () => {
    const { exit, standardOutput } = run("careful", "--check-determinism");
    expect(exit).toBe(0);
    expect(standardOutput).toMatch(
      /^Deterministic: \d+ records are the same with objects and with bytes\.\n/,
    );
    expect(standardOutput).toContain("\ndigest ");
    expect(run("careful", "--check-determinism", "--quiet").standardOutput).toBe("");
  });

  it("shows the first record that differs, from both sides and with its cause", () => {
    const { exit, standardOutput, standardError } = run("remembers-outside", "--check-determinism");
    expect({ exit, standardError }).toEqual({ exit: 1, standardError: "" });
    expect(standardOutput).toMatch(
      /^The runs differ from record \d+ on\.\nThey differ in value\.\n/,
    );
    const marked = standardOutput.split("\n").filter((line) => line.startsWith("  > "));
    expect(marked).toHaveLength(2);
    for (const line of marked)
      expect(line).toMatch(/4\.000001 s node-0 observation shared value \d+$/);
    expect(standardOutput).toContain("\nCaused by the event ");
    expect(standardOutput).toMatch(/\nrepeat npm run sim -- .* --check-determinism\n$/);
  });
});
