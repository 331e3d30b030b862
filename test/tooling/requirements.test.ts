// What tests need beyond npm: other versions of Node and system packages.

import { spawnSync } from "node:child_process";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { TestContext } from "vitest";
import { OTHER_NODE_MAJORS, requireNode } from "../support/node-versions.js";
import { GPP, installLine, isInstalled, requireSystemPackage } from "../support/system-package.js";

const FETCH_MILLIS = 600_000;

/** A package that no Debian has. */
const ABSENT = { name: "peerscape-absent", probe: ["peerscape-absent", "--version"] } as const;

class Skipped extends Error {}

/** A test's context that tells of a skip by throwing it, as the runner's own does. */
const context = {
  skip(reason: string): never {
    throw new Skipped(reason);
  },
} as unknown as TestContext;

describe("other versions of Node", () => {
  it.for(OTHER_NODE_MAJORS)("start as version %i", { timeout: FETCH_MILLIS }, (major, test) => {
    const binary = requireNode(test, major);
    const { stdout } = spawnSync(binary, ["--print", "process.versions.node"], {
      encoding: "utf8",
    });
    expect(stdout).toMatch(new RegExp(`^${major}\\.`));
  });
});

describe("system packages", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  it("are there after they were asked for", { timeout: FETCH_MILLIS }, (test) => {
    requireSystemPackage(test, GPP);
    expect(isInstalled(GPP)).toBe(true);
  });

  it(
    "that cannot be had skip a test with the line that installs them",
    { timeout: FETCH_MILLIS },
    () => {
      vi.stubEnv("CI", "");
      const ask = (): void => {
        requireSystemPackage(context, ABSENT);
      };
      expect(ask).toThrow(Skipped);
      expect(ask).toThrow(installLine(ABSENT));
    },
  );

  it(
    "that cannot be had fail a test where runs must be complete",
    { timeout: FETCH_MILLIS },
    () => {
      vi.stubEnv("CI", "true");
      const ask = (): void => {
        requireSystemPackage(context, ABSENT);
      };
      expect(ask).toThrow(installLine(ABSENT));
      expect(ask).not.toThrow(Skipped);
    },
  );
});
