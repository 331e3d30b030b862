// The digests at which the shipped scenarios end. `npm run golden` records them anew; the commit that changes one
// says why it had to change.

import * as fs from "node:fs";
import * as path from "node:path";
import { PROJECT_FOLDER } from "../support/built-program.js";

/** Where they are kept. */
export const GOLDEN_FILE = path.join(PROJECT_FOLDER, "test/golden/digests.json");

/** The scenario that takes so long that it runs once, on one version of Node. */
export const LARGEST = "large";

/** Names of the shipped scenarios, from the smallest effort to read: in the order of the alphabet. */
export const SHIPPED_SCENARIOS: readonly string[] = fs
  .readdirSync(path.join(PROJECT_FOLDER, "scenarios"))
  .filter((file) => file.endsWith(".yaml"))
  .map((file) => path.basename(file, ".yaml"))
  .sort();

/** Digests by the name of the scenario. */
export const GOLDEN_DIGESTS: ReadonlyMap<string, string> = new Map(
  Object.entries(JSON.parse(fs.readFileSync(GOLDEN_FILE, "utf8")) as Record<string, string>),
);
