// The library's two doors: what they lead to, and that the one for everywhere needs nothing of Node.js.

import * as fs from "node:fs";
import * as path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import * as library from "../src/index.js";
import * as libraryForNode from "../src/node.js";
import { PROJECT_FOLDER, assertBuilt } from "./support/built-program.js";

/** The classes that users know by these names. */
const KNOWN_CLASSES = [
  ...["Node", "Network", "Message", "Connection", "Discovery", "Status", "Shutdown"],
  ...["Broadcast", "StatusProtocol", "PlainStateProtocol", "SimulatedRun"],
] as const;

/** Specifiers that a built module imports or exports from. */
const IMPORT = /(?:^|\n)\s*(?:import|export)\b[^"';]*?from\s+"([^"]+)"|(?:^|\n)import\s+"([^"]+)"/g;

/** Every module that a built file reaches, and every package or built-in. */
function reach(entry: string): { modules: Set<string>; packages: Set<string> } {
  const modules = new Set<string>();
  const packages = new Set<string>();
  const open = [entry];
  for (let file = open.pop(); file !== undefined; file = open.pop()) {
    if (modules.has(file)) continue;
    modules.add(file);
    for (const [, from, bare] of fs.readFileSync(file, "utf8").matchAll(IMPORT)) {
      const specifier = from ?? bare ?? "";
      if (specifier.startsWith(".")) open.push(path.resolve(path.dirname(file), specifier));
      else packages.add(specifier);
    }
  }
  return { modules, packages };
}

describe("the library", () => {
  beforeAll(() => {
    assertBuilt();
  });

  it("has the classes that users know by name", () => {
    for (const name of KNOWN_CLASSES) expect(library[name], name).toBeTypeOf("function");
  });

  it("has what declaring messages, protocols and scenarios takes", () => {
    for (const name of ["defineMessage", "defineProtocol", "parseScenario"] as const) {
      expect(library[name], name).toBeTypeOf("function");
    }
    expect(Object.keys(library.fixedMath).sort()).toEqual(["cos", "exp", "log", "pow", "sin"]);
    expect(library.SHIPPED_PROTOCOLS.length).toBeGreaterThan(3);
  });

  it("runs in a browser too: nothing that it reaches needs Node.js", () => {
    const { modules, packages } = reach(path.join(PROJECT_FOLDER, "dist/index.js"));
    expect(modules.size).toBeGreaterThan(100);
    expect([...packages].filter((name) => name.startsWith("node:"))).toEqual([]);
  });

  it("has the rest, which does need Node.js, behind a door of its own", () => {
    expect(Object.keys(libraryForNode)).toEqual(
      expect.arrayContaining([
        "nodePlatform",
        "readScenarioFile",
        "readTraceFile",
        "TraceFileWriter",
      ]),
    );
    const { packages } = reach(path.join(PROJECT_FOLDER, "dist/node.js"));
    expect([...packages]).toContain("node:crypto");
  });

  it("has its doors in the package, with types", () => {
    const { exports } = JSON.parse(
      fs.readFileSync(path.join(PROJECT_FOLDER, "package.json"), "utf8"),
    ) as { exports: Record<string, Record<string, string>> };
    expect(Object.keys(exports)).toEqual([".", "./node"]);
    for (const files of Object.values(exports)) {
      for (const file of Object.values(files)) {
        expect(fs.existsSync(path.join(PROJECT_FOLDER, file)), file).toBe(true);
      }
    }
  });
});
