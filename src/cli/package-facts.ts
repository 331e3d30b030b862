// What is known of the program itself: its version, and the commit it was built from where there is one.

import { execFileSync } from "node:child_process";
import { readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the package is. */
export const PACKAGE_FOLDER = join(dirname(fileURLToPath(import.meta.url)), "..", "..");

/** Version of the package. */
export function packageVersion(): string {
  const text = readFileSync(join(PACKAGE_FOLDER, "package.json"), "utf8");
  return (JSON.parse(text) as { version: string }).version;
}

/** The commit of the checkout that the program runs from; null for an installed package. */
export function commit(): string | null {
  try {
    // A package installed inside somebody else's checkout must not name that one's commit.
    if (git("--show-toplevel") !== realpathSync(PACKAGE_FOLDER)) return null;
    return git("HEAD");
  } catch {
    return null;
  }
}

function git(what: string): string {
  return execFileSync("git", ["rev-parse", what], {
    cwd: PACKAGE_FOLDER,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  }).trim();
}
