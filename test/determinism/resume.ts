// Goes on with runs that another process cut: a program of its own, started by the snapshot tests. Reads jobs as
// MessagePack from standard input, runs each to its end, and writes the digests to standard output.

import * as fs from "node:fs";
import { decode } from "@msgpack/msgpack";
import type { PlainData } from "../../src/sim/plain-data.js";
import type { WireMode } from "../../src/transport/sim-wire.js";
import { digestOf, runOf, scenarioOf } from "./run-digest.js";

/** A run that was cut. */
export interface CutRun {
  /** Text of the scenario. */
  readonly text: string;
  readonly endMicros: number;
  readonly wireMode: WireMode;
  readonly snapshot: PlainData;
}

const digests = (decode(fs.readFileSync(0)) as readonly CutRun[]).map((cut) => {
  const scenario = { ...scenarioOf(cut.text), endMicros: cut.endMicros };
  const run = runOf(scenario, { wireMode: cut.wireMode });
  run.restore(cut.snapshot);
  return digestOf(run);
});
process.stdout.write(digests.join("\n"));
