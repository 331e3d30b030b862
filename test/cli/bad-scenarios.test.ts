// Scenarios that are wrong, and files that are none: exit code 2, where it is, what to do, never a stack trace.

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { OWN_STACK_LINE, ProgramFolder } from "./program-folder.js";

const folder = new ProgramFolder();

/** A name, how its file is made, where the error is, and parts of what is said. */
interface BadFile {
  readonly name: string;
  readonly make: (name: string) => void;
  /** `line:column`, or nothing where there is no place. */
  readonly place: string;
  readonly says: readonly string[];
}

const changed =
  (from: string | RegExp, to: string) =>
  (name: string): void => {
    folder.writeTwoNodes(name, from, to);
  };

const LAUGHS = [
  "a0: &a0 [lol, lol, lol, lol, lol, lol, lol, lol, lol]",
  ...Array.from({ length: 9 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}]`),
].join("\n");

const BAD_FILES: readonly BadFile[] = [
  {
    name: "misspelt.yaml",
    make: changed("protocols:", "protocls:"),
    place: "9:1",
    says: ["unknown key protocls", "  9 | protocls:", "did you mean protocols?"],
  },
  {
    name: "wrong-unit.yaml",
    make: changed("run: 60s", "run: 60sec"),
    place: "8:16",
    says: ["60sec is not a length of time", "write a number with us, ms, s, min, h or d"],
  },
  {
    name: "negative.yaml",
    make: changed("at: 20s", "at: -20s"),
    place: "13:11",
    says: ["-20s is not a time of the run", "write a length of time from the start"],
  },
  {
    name: "unknown-node.yaml",
    make: changed("node-1", "node-7"),
    place: "13:36",
    says: ["node-7 is neither a class nor a node", "its nodes are node-0 to node-1"],
  },
  {
    name: "late.yaml",
    make: changed("at: 20s", "at: 61s"),
    place: "13:11",
    says: ["lies 1s after the end of the run", "a time up to 60s", "write an earlier time"],
  },
  {
    name: "not-yaml.yaml",
    make: (name) => folder.write(name, "name: [1, 2\nseed: }"),
    place: "2:1",
    says: ["expected: YAML", "check indentation, quotes and brackets"],
  },
  {
    name: "billion-laughs.yaml",
    make: (name) => folder.write(name, LAUGHS),
    place: "1:1",
    says: ["aliases multiply the file", "write the values out, or use params"],
  },
  {
    name: "binary.yaml",
    make: (name) =>
      folder.write(
        name,
        Uint8Array.from({ length: 256 }, (_, i) => 255 - i),
      ),
    place: "",
    says: ["the file is binary, not text", "text must be UTF-8"],
  },
  {
    name: "empty.yaml",
    make: (name) => folder.write(name, ""),
    place: "",
    says: ["the file is empty", "start from scenarios/two-nodes.yaml"],
  },
  {
    name: "hundred-megabytes.yaml",
    // Sparse: what is read of it is what takes time and memory.
    make: (name) => {
      fs.truncateSync(path.join(folder.path, folder.write(name, "name: x\n")), 100_000_000);
    },
    place: "",
    says: ["the file has 100000000 bytes", "use params, classes and repeated events"],
  },
  { name: "missing.yaml", make: () => undefined, place: "", says: ["there is no such file"] },
  {
    name: "folder",
    make: (name) => {
      fs.mkdirSync(path.join(folder.path, name));
    },
    place: "",
    says: ["is a folder", "name a file in it"],
  },
];

describe("a scenario that cannot be run", () => {
  it.each(BAD_FILES)(
    "$name is refused with its place and a remedy",
    ({ name, make, place, says }) => {
      make(name);
      const { exit, standardOutput, standardError } = folder.run(["sim", name]);
      expect({ exit, standardOutput }).toEqual({ exit: 2, standardOutput: "" });
      expect(standardError.startsWith(place === "" ? `${name}: ` : `${name}:${place}: `)).toBe(
        true,
      );
      for (const part of says) expect(standardError).toContain(part);
      expect(standardError).toContain("remedy: ");
      expect(standardError).not.toMatch(OWN_STACK_LINE);
    },
  );

  it("is refused by validate in the same words", () => {
    const { exit, standardError } = folder.run(["validate", "misspelt.yaml"]);
    expect(exit).toBe(2);
    expect(standardError).toBe(folder.run(["sim", "misspelt.yaml"]).standardError);
  });

  it("is refused with all that is wrong at once", () => {
    folder.writeTwoNodes("twice.yaml", /run: 60s([^]*)at: 20s/u, "run: 1x$1at: 2x");
    const { standardError } = folder.run(["validate", "twice.yaml"]);
    expect(standardError.match(/^twice\.yaml:\d+:\d+: /gmu)?.length).toBeGreaterThan(1);
  });
});
