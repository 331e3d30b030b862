// `--check-determinism`: runs a scenario twice, once with messages frozen when they are sent and once as bytes, and
// says where the two part.

import { describeFirstDifference, firstDifference } from "../scenarios/first-difference.js";
import { nodePlatform } from "../scenarios/node-platform.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import type { RunView } from "../scenarios/run-view.js";
import type { Scenario } from "../scenarios/scenario.js";
import { SimulatedRun } from "../scenarios/simulated-run.js";
import type { Names } from "../trace/names.js";
import { DifferenceFinder, RecordWindow } from "../trace/difference-finder.js";
import { RecordFingerprint } from "../trace/record-fingerprint.js";
import type { RecordSink } from "../trace/record.js";
import type { WireMode } from "../transport/sim-wire.js";

/** What the check found. */
export interface DeterminismVerdict {
  readonly holds: boolean;
  readonly digest: string;
  /** What a person is shown. */
  readonly text: string;
}

/** Runs twice, and when the runs part the first once more, to show both sides. */
export function checkDeterminism(
  scenario: Scenario,
  protocols: readonly ProtocolDefinition[],
): DeterminismVerdict {
  const runOnce = (
    wireMode: WireMode,
    makeSink: (names: Names, view: RunView) => RecordSink,
  ): string => {
    const run = new SimulatedRun(scenario, {
      platform: nodePlatform,
      protocols,
      wireMode,
      watches: false,
      sinks: (view, names) => [makeSink(names, view)],
    });
    while (run.step());
    return run.digest() ?? "";
  };
  let fingerprint!: RecordFingerprint;
  let finder!: DifferenceFinder;
  const frozen = runOnce("frozen", (names) => (fingerprint = new RecordFingerprint(names)));
  const bytes = runOnce("bytes", (names, words) => {
    finder = new DifferenceFinder(fingerprint, { names, words });
    return finder;
  });
  const difference = finder.difference();
  if (difference === null && frozen === bytes) {
    const text = `Deterministic: ${fingerprint.count} records are the same with objects and with bytes.\n`;
    return { holds: true, digest: frozen, text };
  }
  if (difference === null) {
    return { holds: false, digest: frozen, text: `The digests differ: ${frozen} and ${bytes}.\n` };
  }
  let window!: RecordWindow;
  runOnce("frozen", (_names, words) => (window = new RecordWindow(difference, words)));
  const found = firstDifference(difference, window);
  const labels = { first: "objects, frozen when sent", second: "bytes" };
  return { holds: false, digest: frozen, text: describeFirstDifference(found, labels) };
}
