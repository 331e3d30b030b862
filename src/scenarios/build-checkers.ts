// Makes the checkers that a scenario's expectations ask for, and says in which order they see records.

import type { OverlayTracker } from "../analysis/overlay-tracker.js";
import { RecordKind } from "../trace/record.js";
import type { RunRecord } from "../trace/record.js";
import { AllStoppedChecker } from "./checkers/all-stopped-checker.js";
import type { PlannedShutdown } from "./checkers/all-stopped-checker.js";
import { AnsweredChecker } from "./checkers/answered-checker.js";
import type { Checker } from "./checkers/checker.js";
import { ConnectedOverlay } from "./checkers/connected-overlay.js";
import { DeliveredChecker } from "./checkers/delivered-checker.js";
import { FullMembership } from "./checkers/full-membership.js";
import { MixedChecker } from "./checkers/mixed-checker.js";
import type { NodeLives } from "./checkers/node-lives.js";
import type { OverlayLook } from "./checkers/overlay-parts.js";
import { QuietChecker } from "./checkers/quiet-checker.js";
import { SettledChecker } from "./checkers/settled-checker.js";
import type { Judgement } from "./checkers/settled-checker.js";
import { StaleLinksChecker } from "./checkers/stale-links-checker.js";
import { ThroughoutChecker } from "./checkers/throughout-checker.js";
import { TrafficChecker } from "./checkers/traffic-checker.js";
import { ValidView } from "./checkers/valid-view.js";
import { ViewSizeChecker } from "./checkers/view-size-checker.js";
import type {
  ConnectedExpectation,
  Expectation,
  MetricExpectation,
  SettledExpectation,
} from "./expectation.js";
import type { RunView } from "./run-view.js";
import type { Window } from "./time-window.js";

/** What every checker of a run shares. */
export interface CheckerWorld {
  readonly view: RunView;
  readonly tracker: OverlayTracker;
  readonly lives: NodeLives;
  /** The shutdowns that the scenario plans. */
  readonly shutdowns: readonly PlannedShutdown[];
  /** When the first shutdown of the network begins, which ends liveness; `Infinity` for never. */
  readonly livenessEndMicros: number;
  /** The run's planned end. */
  readonly endMicros: number;
}

/** Walks over the network are made no more often than this many times a run, whatever a protocol's period. */
const SAMPLES_MAX = 500;
/** Samples of conditions that no protocol's period times. */
const SAMPLE_EVERY_MICROS = 1_000_000;

/** An expectation with what judges it. */
export interface BuiltChecker {
  readonly checker: Checker;
  /** Whether it compares what was with what comes, and so sees each record before tracker and lives do. */
  readonly isBeforeTracker: boolean;
}

/** Makes the checker of one expectation. A metric has none: it is looked up in the report. */
export function buildChecker(
  expectation: Exclude<Expectation, MetricExpectation>,
  world: CheckerWorld,
): BuiltChecker {
  const { view, tracker, lives, shutdowns } = world;
  switch (expectation.kind) {
    case "settled":
      return buildSettled(expectation, world);
    case "connected":
      return after(buildConnected(expectation, world));
    case "stale-links": {
      const window = judgedWindow(expectation.judged, world);
      return after(new StaleLinksChecker(expectation, { tracker, view, window }));
    }
    case "delivered":
      return after(new DeliveredChecker(expectation, { view, lives }));
    case "answered": {
      const window = clipped(expectation, world);
      return after(new AnsweredChecker(expectation, { view, lives, window }));
    }
    case "no-message-after-shutdown":
      return after(new QuietChecker(expectation, { view, lives }));
    case "all-stopped":
      return after(new AllStoppedChecker(expectation, { view, lives, shutdowns }));
    case "messages-per-node-second":
    case "bytes-per-node-second":
      return after(new TrafficChecker(expectation, { view, lives }));
    case "view-size": {
      const window = judgedWindow(expectation.judged, world);
      const look = lookAt(expectation.overlay, world);
      const everyMicros = sampleDistance(SAMPLE_EVERY_MICROS, world);
      return after(new ViewSizeChecker(expectation, { look, window, everyMicros }));
    }
  }
}

function after(checker: Checker): BuiltChecker {
  return { checker, isBeforeTracker: false };
}

function lookAt(overlay: string, { view, tracker, lives }: CheckerWorld): OverlayLook {
  return { view, tracker, lives, overlay };
}

function buildSettled(expectation: SettledExpectation, world: CheckerWorld): BuiltChecker {
  const { view, tracker, livenessEndMicros: endsAtMicros } = world;
  const { name, overlay, as, graceMicros, periodMicros } = expectation;
  const look = lookAt(overlay, world);
  const rules = expectation;
  switch (as) {
    case "mixed":
      return after(new MixedChecker(expectation, { look, endsAtMicros }));
    case "full": {
      const condition = new FullMembership({ view, tracker, overlay, graceMicros });
      const judgement: Judgement = { kind: "exact", condition };
      const options = { name, overlay, as, rules, judgement, view, endsAtMicros };
      return { checker: new SettledChecker(options), isBeforeTracker: true };
    }
    case "valid": {
      const condition = new ValidView({ ...expectation, look });
      const everyMicros = sampleDistance(periodMicros, world);
      const judgement: Judgement = { kind: "sampled", condition, everyMicros };
      const options = { name, overlay, as, rules, judgement, view, endsAtMicros };
      return after(new SettledChecker(options));
    }
  }
}

function buildConnected(expectation: ConnectedExpectation, world: CheckerWorld): Checker {
  const { view, livenessEndMicros: endsAtMicros } = world;
  const { name, overlay, when } = expectation;
  const condition = new ConnectedOverlay(lookAt(overlay, world));
  const everyMicros = sampleDistance(SAMPLE_EVERY_MICROS, world);
  if (when.kind === "settling") {
    const judgement: Judgement = { kind: "sampled", condition, everyMicros };
    const as = "connected";
    return new SettledChecker({ name, overlay, as, rules: when, judgement, view, endsAtMicros });
  }
  return new ThroughoutChecker({
    name,
    expected: "one weak component throughout",
    condition,
    window: clipped(when, world),
    everyMicros,
    view,
    kinds: [RecordKind.view, RecordKind.status, RecordKind.fault],
    mayBreak: (record) => canDisconnect(record, view),
  });
}

/** Whether a record takes a link or a node away, or brings a node that has no links yet. */
function canDisconnect(record: RunRecord, view: RunView): boolean {
  if (record.kind === RecordKind.view) return record.number !== 1;
  return record.kind === RecordKind.fault || view.text(record.name) !== "joining";
}

function sampleDistance(periodMicros: number, { endMicros }: CheckerWorld): number {
  return Math.max(periodMicros, Math.ceil(endMicros / SAMPLES_MAX));
}

/** The window in which a quantity is judged; the end is the last instant before liveness ends. */
function judgedWindow(
  judged: { readonly kind: "end" } | ({ readonly kind: "throughout" | "average" } & Window),
  world: CheckerWorld,
): Window {
  if (judged.kind !== "end") return clipped(judged, world);
  const lastMicros = Math.min(world.endMicros, world.livenessEndMicros - 1);
  return { startMicros: lastMicros, endMicros: lastMicros + 1 };
}

function clipped({ startMicros, endMicros }: Window, { livenessEndMicros }: CheckerWorld): Window {
  return { startMicros, endMicros: Math.min(endMicros, livenessEndMicros) };
}
