// The import rules, tried on a small project that breaks each of them once.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PROJECT_FOLDER } from "../support/built-program.js";

/** Files of the fixture, and the rule that each of them breaks; null for those that break none. */
const FIXTURE: readonly { file: string; code: string; breaks: string | null }[] = [
  good("src/trace/record.ts", `import "./names.js";`),
  good("src/trace/names.ts", `export const a = 1;`),
  good("src/trace/node-hashing.ts", `import "node:crypto"; import "./record.js";`),
  good("src/sim/random.ts", `import "../trace/record.js"; import "seedrandom";`),
  good("src/sim/simulation.ts", `import "./random.js";`),
  good("src/transport/peer.ts", `import "../sim/simulation.js";`),
  good("src/transport/sim-transport.ts", `import "./peer.js";`),
  good("src/protocol/node.ts", `import "../transport/peer.js"; import "../sim/random.js";`),
  good("src/scenarios/run.ts", `import "../protocol/node.js"; import "../analysis/metrics.js";`),
  good("src/analysis/metrics.ts", `import "../trace/record.js";`),
  good("src/cli/main.ts", `import "node:fs"; import "yargs"; import "../scenarios/run.js";`),
  good("src/index.ts", `import "./scenarios/run.js"; import "./bad.js";`),

  bad("layer-trace", "src/trace/up.ts", `import "../sim/random.js";`),
  bad("layer-sim", "src/sim/up.ts", `import "../transport/peer.js";`),
  bad("layer-sim", "src/sim/up-type.ts", `import type { A } from "../protocol/node.js";`),
  bad("layer-transport", "src/transport/up.ts", `import "../protocol/node.js";`),
  bad("layer-protocol", "src/protocol/up.ts", `import "../scenarios/run.js";`),
  bad("layer-analysis", "src/analysis/up.ts", `import "../sim/random.js";`),
  bad("layer-scenarios", "src/scenarios/up.ts", `import "../cli/main.js";`),
  bad("layer-viewer", "src/viewer/down.ts", `import "../scenarios/run.js";`),
  bad(
    "protocol-sees-transport-contracts-only",
    "src/protocol/peek-transport.ts",
    `import "../transport/sim-transport.js";`,
  ),
  bad(
    "protocol-sees-sim-contracts-only",
    "src/protocol/peek-sim.ts",
    `import type { A } from "../sim/simulation.js";`,
  ),
  bad("nobody-imports-the-surface", "src/cli/surface.ts", `import "../index.js";`),
  bad("node-built-ins-in-node-files", "src/scenarios/built-in.ts", `import "node:fs";`),
  bad("node-built-ins-in-node-files", "src/analysis/built-in.ts", `import "os";`),
  // In sim and protocol a node is a peer.
  bad("node-built-ins-in-node-files", "src/sim/node-table.ts", `import "node:crypto";`),
  good("src/scenarios/node-files.ts", `import "node:fs/promises";`),
  good("src/scenarios/node-report.ts", `import "./node-files.js";`),
  bad("seedrandom-only-in-sim", "src/scenarios/chance.ts", `import "seedrandom";`),
  bad("yargs-only-in-cli", "src/scenarios/arguments.ts", `import "yargs";`),
  bad("sigma-only-in-viewer", "src/analysis/draw.ts", `import "sigma";`),
  // A cycle is reported once, at the file that closes it.
  good("src/sim/circle.ts", `import "./circle-back.js";`),
  bad("no-circular", "src/sim/circle-back.ts", `import "./circle.js";`),
  bad("no-orphans", "src/sim/orphan.ts", `export const a = 1;`),
  bad("not-unresolvable", "src/sim/missing.ts", `import "./nowhere.js";`),
  bad("no-development-packages", "src/sim/development.ts", `import "fast-check";`),
  good("src/bad.ts", `import "./trace/names.js";`),
];

function good(file: string, code: string): { file: string; code: string; breaks: null } {
  return { file, code, breaks: null };
}

function bad(
  breaks: string,
  file: string,
  code: string,
): { file: string; code: string; breaks: string } {
  return { file, code, breaks };
}

interface CruiseResult {
  readonly summary: {
    readonly violations: readonly {
      readonly from: string;
      readonly rule: { readonly name: string };
    }[];
  };
}

describe("the import rules", () => {
  let folder: string;
  let found: Map<string, Set<string>>;

  beforeAll(() => {
    folder = fs.mkdtempSync(path.join(os.tmpdir(), "peerscape-import-rules-"));
    for (const { file, code } of FIXTURE) {
      fs.mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
      fs.writeFileSync(path.join(folder, file), `${code}\n`);
    }
    for (const file of ["package.json", "tsconfig.json", ".dependency-cruiser.cjs"]) {
      fs.copyFileSync(path.join(PROJECT_FOLDER, file), path.join(folder, file));
    }
    fs.symlinkSync(path.join(PROJECT_FOLDER, "node_modules"), path.join(folder, "node_modules"));
    found = cruise(folder);
  });

  afterAll(() => {
    fs.rmSync(folder, { recursive: true, force: true });
  });

  it.each(FIXTURE.filter(({ breaks }) => breaks !== null))(
    "$breaks is broken by $file",
    ({ file, breaks }) => {
      expect([...(found.get(file) ?? [])]).toContain(breaks);
    },
  );

  it.each(FIXTURE.filter(({ breaks }) => breaks === null))("allow $file", ({ file }) => {
    expect(found.get(file)).toBeUndefined();
  });
});

/** Names of the rules that each file of a folder's src breaks. */
function cruise(folder: string): Map<string, Set<string>> {
  const program = path.join(
    PROJECT_FOLDER,
    "node_modules/dependency-cruiser/bin/dependency-cruise.mjs",
  );
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [program, "--config", ".dependency-cruiser.cjs", "--output-type", "json", "src"],
    { cwd: folder, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 },
  );
  if (stdout === "") throw new Error(stderr);
  const found = new Map<string, Set<string>>();
  for (const { from, rule } of (JSON.parse(stdout) as CruiseResult).summary.violations) {
    const rules = found.get(from) ?? new Set();
    found.set(from, rules.add(rule.name));
  }
  return found;
}
