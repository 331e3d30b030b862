// `--check-determinism`: runs a scenario twice, once with messages frozen when they are sent and once as bytes, and
// says where the two part.

import { describeFirstDifference, firstDifference } from "../scenarios/first-difference.js";
import { nodePlatform } from "../scenarios/node-platform.js";
import type { ProtocolDefinition } from "../scenarios/protocol-definition.js";
import type { RunReport } from "../scenarios/run-report.js";
import type { RunView } from "../scenarios/run-view.js";
import type { Scenario } from "../scenarios/scenario.js";
import { SimulatedRun } from "../scenarios/simulated-run.js";
import type { Limits } from "../sim/limits.js";
import type { Names } from "../trace/names.js";
import { DifferenceFinder, RecordWindow } from "../trace/difference-finder.js";
import { RecordFingerprint } from "../trace/record-fingerprint.js";
import type { RecordSink } from "../trace/record.js";
import type { WireMode } from "../transport/sim-wire.js";
import { asRunFailure } from "./run-failure.js";

/** What the check found. */
export interface DeterminismVerdict {
  readonly holds: boolean;
  readonly digest: string;
  /** What a person is shown. */
  readonly text: string;
}

/** What the runs of a check have in common. */
export interface DeterminismCheckOptions {
  readonly protocols: readonly ProtocolDefinition[];
  readonly limits: Partial<Limits>;
}

/** Runs twice, and when the runs part the first once more, to show both sides. */
export function checkDeterminism(
  scenario: Scenario,
  { protocols, limits }: DeterminismCheckOptions,
): DeterminismVerdict {
  const runOnce = (
    wireMode: WireMode,
    makeSink: (names: Names, view: RunView) => RecordSink,
  ): string => {
    const run = new SimulatedRun(scenario, {
      platform: nodePlatform,
      protocols,
      limits,
      wireMode,
      watches: false,
      sinks: (view, names) => [makeSink(names, view)],
    });
    try {
      while (run.step());
    } catch (error) {
      throw asRunFailure(error, run.nowMicros);
    }
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

/**
 * What to say when the run itself, whose messages nobody froze, differs from the two that were checked; empty when it
 * does not. Code that is not strict changes a frozen message in vain and without an error: this is where it shows.
 */
export function differenceFromCheck(verdict: DeterminismVerdict, report: RunReport): string {
  if (report.ending !== "complete" || report.digest === verdict.digest) return "";
  return (
    `Not deterministic: where messages are not frozen the digest is ${String(report.digest)} in place of ` +
    `${verdict.digest}. A handler changes messages after they were sent, or keeps state outside its protocol. ` +
    `Write "use strict" at the top of the protocol's file, and the change itself becomes an error.\n`
  );
}
