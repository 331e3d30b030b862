// `npm run golden`: records the digests of the shipped scenarios anew, and says which have changed.

import * as fs from "node:fs";
import { GOLDEN_DIGESTS, GOLDEN_FILE, SHIPPED_SCENARIOS } from "./golden-digests.js";
import { scenarioDigest } from "./scenario-digest.js";

const recorded: Record<string, string> = {};
for (const name of SHIPPED_SCENARIOS) {
  const digest = scenarioDigest(name);
  recorded[name] = digest;
  const before = GOLDEN_DIGESTS.get(name);
  const verdict = before === digest ? "as before" : before === undefined ? "new" : "changed";
  process.stdout.write(`${name}: ${verdict}\n`);
}
fs.writeFileSync(GOLDEN_FILE, `${JSON.stringify(recorded, null, 2)}\n`);
