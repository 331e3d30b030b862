// npm run fuzz: generated scenarios in simulation, or hostile input for live nodes (`npm run fuzz -- live`). Exit code 0
// when everything held, 1 when something did not, 2 for wrong usage.

import { fuzzConvergence } from "../convergence/fuzz.js";
import { fuzzLive } from "./fuzz-live.js";

const [target, ...words] = process.argv.slice(2);
try {
  const doesHold =
    target === "live" ? await fuzzLive(words) : fuzzConvergence(process.argv.slice(2));
  process.exitCode = doesHold ? 0 : 1;
} catch (error) {
  const isUsage = error instanceof RangeError || error instanceof TypeError;
  if (!isUsage) throw error;
  process.stderr.write(`npm run fuzz: ${error.message}\n`);
  process.exitCode = 2;
}
