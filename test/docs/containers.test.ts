// Dockerfile and compose file are not built here: that what they start would start is held against the program.

import * as fs from "node:fs";
import * as path from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { NODE_OPTIONS } from "../../src/cli/node-arguments.js";
import { PROJECT_FOLDER } from "../support/built-program.js";

interface Service {
  readonly command: readonly string[];
  readonly entrypoint?: readonly string[];
}

function text(name: string): string {
  return fs.readFileSync(path.join(PROJECT_FOLDER, name), "utf8");
}

const { services } = parse(text("compose.yaml")) as { services: Record<string, Service> };

/** The options among some words, without dashes and values. */
function optionsIn(words: string): string[] {
  return [...words.matchAll(/(?:^|\s)--(no-)?([a-z-]+)/gu)]
    .map(([, , option]) => option ?? "")
    .filter((option) => option !== "enable-source-maps");
}

describe("containers", () => {
  it.each(Object.entries(services))("service %s uses options that there are", (_name, service) => {
    const options = optionsIn(service.command.join(" "));
    expect(options).toEqual(expect.arrayContaining(["prompt", "listen", "announce"]));
    for (const option of options) expect(NODE_OPTIONS).toContain(option);
  });

  it("copies files that exist, and the build's result", () => {
    const copies = [...text("Dockerfile").matchAll(/^COPY (.+)$/gmu)].map(
      ([, words]) => words ?? "",
    );
    for (const words of copies) {
      const sources = words.split(" ").slice(0, -1);
      if (sources[0]?.startsWith("--from") === true) continue;
      for (const source of sources) {
        expect(fs.existsSync(path.join(PROJECT_FOLDER, source)), source).toBe(true);
      }
    }
    const [, program = ""] = /ENTRYPOINT .*"(dist\/[^"]+)"/u.exec(text("Dockerfile")) ?? [];
    const { bin } = JSON.parse(text("package.json")) as { bin: { peerscape: string } };
    expect(program).toBe(bin.peerscape);
    expect(services["peer"]?.command.join(" ")).toContain(
      `node --enable-source-maps ${program} node`,
    );
  });
});
