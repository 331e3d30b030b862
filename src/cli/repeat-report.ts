// The part of a report that makes its run repeatable.

import { createHash } from "node:crypto";
import type { RepeatReport } from "../scenarios/run-report.js";
import type { Scenario } from "../scenarios/scenario.js";
import { commit, packageVersion } from "./package-facts.js";

/** What was run: the command, this program, and the scenario with all that it drew on. */
export function repeatReport({ imports, ...scenario }: Scenario, command: string): RepeatReport {
  return {
    command,
    packageVersion: packageVersion(),
    commit: commit(),
    nodeVersion: process.version,
    imports: imports.map(({ path, text }) => ({
      path,
      sha256: createHash("sha256").update(text).digest("hex"),
    })),
    scenario,
  };
}
