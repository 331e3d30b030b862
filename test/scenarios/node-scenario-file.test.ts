import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readScenarioFile } from "../../src/scenarios/node-scenario-file.js";
import { SHIPPED_PROTOCOLS } from "../../src/scenarios/protocol-registry.js";
import { ScenarioError } from "../../src/scenarios/scenario-error.js";

let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "peerscape-"));
  mkdirSync(join(folder, "inner"));
  writeFileSync(join(folder, "outside.csv"), "90s\n");
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function read(file: string): ReturnType<typeof readScenarioFile> {
  return readScenarioFile({ file, protocols: SHIPPED_PROTOCOLS });
}

function messageOf(file: string): string {
  try {
    read(file);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  throw new Error(`Expected ${file} to be refused`);
}

describe("readScenarioFile", () => {
  it("reads a scenario and the files beside it", () => {
    write("lives.csv", "90s\n");
    const file = write(
      "good.yaml",
      "{ name: x, seed: 1, nodes: 2, churn: { in: run, session: { trace: lives.csv }, downtime: 1s } }",
    );
    expect(read(file).scenario.imports).toEqual([{ path: "lives.csv", text: "90s\n" }]);
  });

  it("reads a file that begins with a byte order mark", () => {
    expect(read(write("bom.yaml", "\u{FEFF}{ name: x, seed: 1, nodes: 2 }")).scenario.name).toBe(
      "x",
    );
  });

  it("says when there is no such file", () => {
    expect(messageOf(join(folder, "none.yaml"))).toContain("none.yaml: there is no such file");
  });

  it("says when it is a folder", () => {
    expect(messageOf(folder)).toContain("is a folder");
  });

  it("says when it is no regular file, without reading it", () => {
    expect(messageOf("/dev/zero")).toContain("not a regular file");
  });

  it("says when it is empty", () => {
    expect(messageOf(write("empty.yaml", ""))).toContain("the file is empty");
  });

  it("says when it is binary", () => {
    const bytes = Uint8Array.from({ length: 1_000 }, (_, i) => (i * 37) % 256);
    expect(messageOf(write("binary.yaml", bytes))).toContain("binary");
  });

  it("looks at the size of 100 MB before it reads them", () => {
    const file = write("huge.yaml", "");
    truncateSync(file, 100_000_000);
    expect(messageOf(file)).toContain("100000000 bytes");
  });

  it("accepts a mebibyte and refuses one byte more", () => {
    const start = "{ name: x, seed: 1, nodes: 2 } #";
    const full = start.padEnd(1024 * 1024, "x");
    expect(read(write("full.yaml", full)).scenario.name).toBe("x");
    expect(messageOf(write("fuller.yaml", `${full}x`))).toContain("1048577 bytes");
  });

  it("reads no file outside the scenario's folder", () => {
    for (const path of ["../outside.csv", join(folder, "outside.csv"), "a/../../outside.csv"]) {
      const file = write(
        "inner/nosy.yaml",
        `{ name: x, seed: 1, nodes: 2, churn: { in: run, session: { trace: ${path} }, downtime: 1s } }`,
      );
      expect(messageOf(file)).toContain("outside the scenario's folder");
    }
  });

  it("follows a link to a scenario, as other programs do", () => {
    const file = write("target.yaml", "{ name: linked, seed: 1, nodes: 2 }");
    symlinkSync(file, join(folder, "link.yaml"));
    expect(read(join(folder, "link.yaml")).scenario.name).toBe("linked");
  });
});
