// Programs and libraries that some tests need beyond npm's: installed where that is possible without
// asking, missed loudly where a run must be complete, and otherwise skipped by name.

import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import type { TestContext } from "vitest";

/** A Debian package and how to tell that it is there. */
export interface SystemPackage {
  /** Its name in Debian: `g++`, `libns3-dev`. */
  readonly name: string;
  /** A command that succeeds where it is installed, whoever installed it. */
  readonly probe: readonly [command: string, ...parameters: string[]];
}

/** The C++ compiler of the benchmark's bare loop. */
export const GPP: SystemPackage = { name: "g++", probe: ["g++", "--version"] };

/** ns-3 with its headers. */
export const NS3: SystemPackage = {
  name: "libns3-dev",
  probe: ["test", "-e", "/usr/include/ns3/core-module.h"],
};

/** Wireshark's program for terminals. */
export const TSHARK: SystemPackage = { name: "tshark", probe: ["tshark", "--version"] };

/** SimPy for Debian's own Python, which is not the first `python3` on every path. */
export const SIMPY: SystemPackage = {
  name: "python3-simpy3",
  probe: ["/usr/bin/python3", "-c", "import simpy"],
};

/** The browser of the viewer's tests. */
export const CHROMIUM: SystemPackage = { name: "chromium", probe: ["chromium", "--version"] };

/** Seconds that an installation may wait for another one to finish. */
const LOCK_WAIT_SECONDS = 300;

/** What a test or hook that may install is given: a package and what it needs, over a slow line. */
export const INSTALLATION_MILLIS = 600_000;

/** Held while a test file installs: apt-get waits for its lock when installing, not when updating. */
const LOCK_FILE = path.join(os.tmpdir(), "peerscape-system-packages.lock");

/** The line that installs a package, for people. */
export function installLine({ name }: SystemPackage): string {
  return `apt-get install --no-install-recommends ${name}`;
}

/** Whether the package's probe succeeds. */
export function isInstalled({ probe: [command, ...parameters] }: SystemPackage): boolean {
  return spawnSync(command, parameters, { stdio: "ignore" }).status === 0;
}

/**
 * Makes sure that a system package is there before a test goes on: installs it as root on Debian. Where
 * that fails the test fails under `CI=true`, and is skipped with the line to install it elsewhere.
 */
export function requireSystemPackage(context: TestContext, wanted: SystemPackage): void {
  if (isInstalled(wanted)) return;
  const problem = install(wanted);
  if (problem === undefined && isInstalled(wanted)) return;
  missing(context, `needs ${wanted.name}: ${installLine(wanted)}${problem ? ` (${problem})` : ""}`);
}

/** Ends a test that cannot run here: a failure where runs must be complete, a named skip elsewhere. */
export function missing(context: TestContext, reason: string): never {
  if (process.env["CI"] === "true") throw new Error(`This test ${reason}`);
  context.skip(reason);
}

/** Installs from Debian; answers what was in the way, or undefined. */
function install({ name }: SystemPackage): string | undefined {
  if (!fs.existsSync("/etc/debian_version")) return "not on Debian";
  if (process.getuid?.() !== 0) return "not root";
  const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const lockWait = `DPkg::Lock::Timeout=${LOCK_WAIT_SECONDS}`;
  const steps = [
    ["update", "-qq"],
    ["install", "-y", "-qq", "--no-install-recommends", "-o", lockWait, name],
  ];
  for (const parameters of steps) {
    const waiting = ["--wait", String(LOCK_WAIT_SECONDS), LOCK_FILE, "apt-get"];
    const { status, stderr } = spawnSync("flock", [...waiting, ...parameters], {
      env: environment,
      encoding: "utf8",
      stdio: ["ignore", "ignore", "pipe"],
    });
    if (status !== 0) return `apt-get ${parameters[0] ?? ""} failed: ${stderr.trim().slice(-300)}`;
  }
  return undefined;
}
