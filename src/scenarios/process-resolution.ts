// From churn, work and measurement as written to processes in base units with absolute windows.

import type { KeyOperation } from "../protocol/key-operation.js";
import { VALUE_BYTES_MAX } from "../protocol/keyed-overlay.js";
import { createDistribution } from "../sim/distributions.js";
import type { DistributionDescription } from "../sim/distribution.js";
import { readDistribution } from "./distribution-reading.js";
import type { Imports } from "./imports.js";
import type { ProblemLog } from "./problem-log.js";
import type { WrittenChurn, WrittenMeasure, WrittenWorkload } from "./process-schema.js";
import type { ProtocolResolver } from "./protocol-resolution.js";
import type { Churn, KeyChoice, Measure, Workload } from "./scenario.js";
import type { SourcePath } from "./scenario-source.js";
import type { SelectorReader } from "./selector-reading.js";
import type { Timeline } from "./timeline.js";

/** Keys of a workload that names no number. */
const KEYS_DEFAULT = 1_000;

/** What processes are read against. */
export interface ProcessSurroundings {
  readonly timeline: Timeline;
  readonly selectors: SelectorReader;
  readonly imports: Imports;
  readonly protocols: ProtocolResolver;
  readonly log: ProblemLog;
}

/** One process of churn. */
export function resolveChurn(
  written: WrittenChurn & { readonly name: string },
  path: SourcePath,
  { timeline, selectors, imports, log }: ProcessSurroundings,
): Churn {
  const window = timeline.window(written.in, [...path, "in"]);
  const session = readDistribution(written.session, [...path, "session"], imports);
  const downtime = readDistribution(written.downtime, [...path, "downtime"], imports);
  if (written.start === "stationary") {
    checkStationary(session, [...path, "session"], log);
    checkStationary(downtime, [...path, "downtime"], log);
  }
  let settleByMicros: number | null = null;
  if (written.settleBy !== undefined) {
    settleByMicros = timeline.time(written.settleBy, [...path, "settleBy"]);
    if (settleByMicros < window.endMicros) {
      log.report([...path, "settleBy"], "lies before the end of the churn", {
        expected: "a time at or after the end of its window",
        remedy: "write a later time, such as the next phase",
      });
    }
  }
  return {
    name: written.name,
    ...window,
    nodes: selectors.read(written.nodes, [...path, "nodes"]),
    session,
    downtime,
    start: written.start,
    gracefulShare: written.graceful,
    settleByMicros,
    restart: written.restart,
  };
}

/** A stationary start needs the length of what is left of a session found in its middle. */
function checkStationary(
  description: DistributionDescription,
  path: SourcePath,
  log: ProblemLog,
): void {
  try {
    createDistribution(description).residualQuantile(0.5);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    log.report(
      path,
      "has no stationary state: its mean is infinite or zero, or it may be negative",
      {
        expected: "a distribution with a finite mean above zero",
        remedy: "write start: fresh, or another distribution",
      },
    );
  }
}

/** One line of work. */
export function resolveWorkload(
  written: WrittenWorkload & { readonly name: string },
  path: SourcePath,
  { timeline, selectors, protocols, log }: ProcessSurroundings,
): Workload {
  if (written.do === "broadcast") {
    checkBroadcastSlot(protocols, [...path, "do"], log);
    if (written.to !== undefined) {
      log.report([...path, "to"], "a broadcast goes to everyone", {
        expected: "to with do: send only",
        remedy: "remove to",
      });
    }
  }
  if (isKeyOperation(written.do)) {
    checkKeyedOverlay(protocols, [...path, "do"], log);
    if (written.do === "put") checkValueSize(written.bytes, [...path, "bytes"], log);
    if (written.to !== undefined) {
      log.report([...path, "to"], `a ${written.do} goes to whom the key leads`, {
        expected: "to with do: send only",
        remedy: "remove to",
      });
    }
  } else if (written.keys !== undefined) {
    log.report([...path, "keys"], `a ${written.do} has no key`, {
      expected: "keys with do: lookup, put or get only",
      remedy: "remove keys",
    });
  }
  const { arrivals } = written;
  return {
    name: written.name,
    ...timeline.window(written.in, [...path, "in"]),
    do: written.do,
    by: selectors.read(written.by, [...path, "by"]),
    to: written.do === "send" ? selectors.read(written.to, [...path, "to"]) : null,
    keys: isKeyOperation(written.do) ? keysOf(written.keys) : null,
    arrivals:
      arrivals.every !== undefined
        ? { kind: "every", everyMicros: arrivals.every }
        : { kind: "poisson", perSecond: arrivals.poisson ?? 1 },
    bytes: written.bytes,
  };
}

function keysOf(written: WrittenWorkload["keys"]): KeyChoice {
  if (written === undefined) return { count: KEYS_DEFAULT, zipfExponent: 0 };
  if (typeof written === "number") return { count: written, zipfExponent: 0 };
  return { count: written.count, zipfExponent: written.zipf };
}

function isKeyOperation(action: WrittenWorkload["do"]): action is KeyOperation {
  return action === "lookup" || action === "put" || action === "get";
}

/** Operations on keys need a protocol that finds them. */
export function checkKeyedOverlay(
  protocols: ProtocolResolver,
  path: SourcePath,
  log: ProblemLog,
): void {
  if (protocols.findsKeys()) return;
  log.report(path, "there is no structured overlay", {
    expected: "a discovery protocol that finds keys",
    remedy: "write protocols: { discovery: { use: kademlia } }",
  });
}

/** A value travels in one datagram. */
export function checkValueSize(bytes: number, path: SourcePath, log: ProblemLog): void {
  if (bytes <= VALUE_BYTES_MAX) return;
  log.report(path, `a value of ${bytes} bytes`, {
    expected: `at most ${VALUE_BYTES_MAX} bytes: it travels in one datagram`,
    remedy: `write at most ${VALUE_BYTES_MAX}`,
  });
}

/** A broadcast needs a protocol that can. */
export function checkBroadcastSlot(
  protocols: ProtocolResolver,
  path: SourcePath,
  log: ProblemLog,
): void {
  if (protocols.hasSlot("broadcast")) return;
  log.report(path, "there is no broadcast protocol", {
    expected: "a protocol in the slot broadcast",
    remedy: "write protocols: { broadcast: { use: flood } }",
  });
}

/** What is measured; null for nothing. */
export function resolveMeasure(
  written: WrittenMeasure | undefined,
  { timeline, protocols }: ProcessSurroundings,
): Measure | null {
  if (written === undefined) return null;
  const overlays = written.overlays.map(
    (name, i) => protocols.overlay(name, ["measure", "overlays", i])?.overlay ?? name,
  );
  return {
    ...timeline.window(written.in, ["measure", "in"]),
    everyMicros: written.every,
    overlays,
    paths: written.paths,
  };
}
