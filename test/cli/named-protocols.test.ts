// `use: ./my-protocol.js`: a scenario that brings its protocols along.

import { pathToFileURL } from "node:url";
import { beforeAll, describe, expect, it } from "vitest";
import { CARELESS_FILE, OWN_STACK_LINE, ProgramFolder, digestIn } from "./program-folder.js";

const folder = new ProgramFolder();

/** The shipped scenario of two nodes with this in the slot `careless`. */
function written(name: string, use: string): string {
  return folder.writeTwoNodes(name, "protocols:", `protocols:\n  careless: { use: ${use} }`);
}

beforeAll(() => {
  folder.write(
    "several.js",
    `export { protocols } from ${JSON.stringify(pathToFileURL(CARELESS_FILE).href)};\n`,
  );
  folder.write("nothing.js", "export const nothing = 1;\n");
  folder.write("broken.js", "export const protocols = nothing.at.all;\n");
});

describe("a scenario that names a module", () => {
  it("runs as with --protocols and the protocol's name", () => {
    const byPath = folder.run(["sim", written("by-path.yaml", "./careful.js")]);
    expect(byPath.exit).toBe(2);
    folder.write("careful.js", withOnly("careful"));
    const again = folder.run(["sim", "by-path.yaml"]);
    expect(again.exit).toBe(0);
    expect(again.standardOutput).toContain("repeat npm run sim -- by-path.yaml\n");
    const byName = ["sim", written("by-name.yaml", "careful"), "--protocols", CARELESS_FILE];
    expect(digestIn(folder.run(byName))).toBe(digestIn(again));
    expect(folder.run(["validate", "by-path.yaml"]).standardOutput).toContain("is valid");
  });

  it("runs live as well, in workers too", () => {
    folder.write("careful.js", withOnly("careful"));
    const words = ["sim", written("live.yaml", "./careful.js"), "--until", "3s"];
    const { exit, standardError } = folder.run([
      ...words,
      "--transport",
      "tcp",
      "--processes",
      "2",
    ]);
    expect(standardError).not.toContain("careful");
    expect([0, 1]).toContain(exit);
  });

  it.each([
    ["./nosuch.js", "./nosuch.js is not there"],
    ["../mine.js", "is outside the scenario's folder"],
    ["./nothing.js", "a module that exports a list `protocols`"],
    ["./several.js", "expected: one protocol a slot: it has several for careless"],
    ["./broken.js", "it failed with: nothing is not defined"],
  ])("says where %s is named, and what is wrong", (use, says) => {
    for (const verb of ["sim", "validate"]) {
      const { exit, standardError } = folder.run([verb, written("wrong.yaml", use)]);
      expect(exit).toBe(2);
      expect(standardError).toMatch(/^wrong\.yaml:\d+:\d+: use: /u);
      expect(standardError).toContain(says);
      expect(standardError).not.toMatch(OWN_STACK_LINE);
    }
  });

  it("is not misled by a comment or by text that is no YAML", () => {
    folder.writeTwoNodes("comment.yaml", "protocols:", "# use: ./nosuch.js\nprotocols:");
    expect(folder.run(["validate", "comment.yaml"]).exit).toBe(0);
    folder.write("no-yaml.yaml", "a: [\nuse: ./nosuch.js\n");
    expect(folder.run(["validate", "no-yaml.yaml"]).standardError).not.toContain("is not there");
  });
});

/** A module with one of the careless protocols: a path may stand for one protocol of a slot. */
function withOnly(name: string): string {
  return (
    `import { protocols as all } from ${JSON.stringify(pathToFileURL(CARELESS_FILE).href)};\n` +
    `export const protocols = all.filter((one) => one.name === ${JSON.stringify(name)});\n`
  );
}
