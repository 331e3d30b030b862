// All that watches a run for its report and its expectations, behind four calls. It holds the one order that
// matters: whoever compares what was with what comes sees a record before the trackers, everybody else after them.

import { OverlayTracker } from "../analysis/overlay-tracker.js";
import { mixKey } from "../sim/mix.js";
import type { Sha256 } from "../trace/hashing.js";
import type { Names } from "../trace/names.js";
import { RecordKind } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import type { Recorder } from "../trace/recorder.js";
import { BeliefCounter } from "./belief-counter.js";
import type { BeliefReport } from "./belief-counter.js";
import { BroadcastCounter } from "./broadcast-counter.js";
import { buildChecker } from "./build-checkers.js";
import type { BuiltChecker, CheckerWorld } from "./build-checkers.js";
import { NEVER } from "./checkers/checker.js";
import type { CheckResult, Sampler } from "./checkers/checker.js";
import { DeliveredChecker } from "./checkers/delivered-checker.js";
import { checkMetric } from "./checkers/metric-check.js";
import { MixedChecker } from "./checkers/mixed-checker.js";
import { NodeLives } from "./checkers/node-lives.js";
import { SettledChecker } from "./checkers/settled-checker.js";
import type { Expectation } from "./expectation.js";
import { LookupCounter } from "./lookup-counter.js";
import { ObservationCounter } from "./observation-counter.js";
import { OverlaySampler } from "./overlay-sampler.js";
import { PeerLatencies } from "./peer-latencies.js";
import { PhaseCounter } from "./phase-counter.js";
import type { NodeReport, OverlayReport, WatchReport } from "./run-report.js";
import type { RunView } from "./run-view.js";
import { SampleClock } from "./sample-clock.js";
import type { Scenario } from "./scenario.js";
import { SizeEstimates } from "./size-estimates.js";
import type { SizeEstimateReport } from "./size-estimates.js";
import { TrafficCounter } from "./traffic-counter.js";

export interface RunWatchOptions {
  readonly scenario: Scenario;
  readonly view: RunView;
  /** The table of words of the run. */
  readonly names: Names;
  readonly sha256: Sha256;
  /** Who else looks at instants of virtual time: pictures, graph files. */
  readonly samplers?: (tracker: OverlayTracker) => readonly Sampler[];
}

/** An expectation and what judges it; a metric is judged by the report. */
interface Judge {
  readonly expectation: Expectation;
  readonly built: BuiltChecker | null;
}

/**
 * Watches one run. The run attaches it before the first record, calls `advanceTo(t)` before it executes an event
 * at `t` when `t > nextSampleMicros`, and `finish` when no further event will be executed.
 */
export class RunWatch {
  readonly lives: NodeLives;
  readonly tracker: OverlayTracker;
  readonly traffic: TrafficCounter;
  readonly #options: RunWatchOptions;
  readonly #judges: readonly Judge[];
  readonly #phases: PhaseCounter;
  readonly #beliefs: BeliefCounter;
  readonly #broadcasts: BroadcastCounter;
  readonly #lookups: LookupCounter;
  readonly #observations: ObservationCounter;
  readonly #sizes: SizeEstimates;
  readonly #peers: readonly PeerLatencies[];
  readonly #overlays: OverlaySampler;
  readonly #end: EndSampler;
  readonly #clock: SampleClock;

  constructor(options: RunWatchOptions) {
    const { scenario, view, names, sha256, samplers } = options;
    this.#options = options;
    this.lives = new NodeLives(view);
    this.tracker = new OverlayTracker(names);
    this.traffic = new TrafficCounter(view, namesOfHolds(scenario));
    const world = worldOf(this.lives, this.tracker, options);
    this.#judges = scenario.expect.map((expectation) => ({
      expectation,
      built: expectation.kind === "metric" ? null : buildChecker(expectation, world),
    }));
    this.#phases = new PhaseCounter(scenario.phases, this.lives);
    this.#beliefs = new BeliefCounter(view, this.lives);
    this.#broadcasts = new BroadcastCounter(view);
    this.#lookups = new LookupCounter({ view, lives: this.lives });
    this.#observations = new ObservationCounter(view);
    this.#sizes = new SizeEstimates(view, this.lives);
    this.#peers = settledOverlays(scenario).map(
      ({ overlay, viewSize }) =>
        new PeerLatencies({ tracker: this.tracker, lives: this.lives, overlay, viewSize }),
    );
    this.#overlays = new OverlaySampler({
      tracker: this.tracker,
      view,
      measure: scenario.measure,
      pathKey: mixKey(sha256, scenario.seed, "metrics/paths"),
    });
    this.#end = new EndSampler(
      Math.min(scenario.endMicros, world.livenessEndMicros - 1),
      this.#overlays,
      this.#beliefs,
      this.#sizes,
    );
    this.#clock = new SampleClock([
      ...this.#builtCheckers().map(({ checker }) => checker),
      this.#overlays,
      this.#end,
      ...(samplers?.(this.tracker) ?? []),
    ]);
  }

  /** Attaches everything in the right order, before the first record. */
  attachTo(recorder: Recorder): void {
    const built = this.#builtCheckers();
    const sinks: RecordSink[] = [
      ...built.filter(({ isBeforeTracker }) => isBeforeTracker).map(({ checker }) => checker),
      this.lives,
      this.tracker,
      ...built.filter(({ isBeforeTracker }) => !isBeforeTracker).map(({ checker }) => checker),
      this.traffic,
      this.#phases,
      this.#beliefs,
      this.#broadcasts,
      this.#lookups,
      this.#observations,
      this.#sizes,
      ...this.#peers,
    ];
    recorder.attach(new InstantKeeper([...built.map(({ checker }) => checker), this.#phases]));
    for (const sink of sinks) recorder.attach(sink);
  }

  /** The next instant at which something is looked at: one comparison an event. */
  get nextSampleMicros(): number {
    return this.#clock.nextMicros;
  }

  /** Takes the samples whose instants lie before `timeMicros`. */
  advanceTo(timeMicros: number): void {
    this.#clock.advanceTo(timeMicros);
  }

  /**
   * Ends the observation at `endMicros`, the virtual time that the run reached, and gives what was seen. `facts` are
   * further fields of the report on which a metric may be judged: `events`, `virtualMicros`.
   */
  finish(endMicros: number, facts: Readonly<Record<string, unknown>> = {}): WatchReport {
    this.#clock.finish(endMicros);
    this.#phases.passTo(endMicros);
    this.#end.finish(endMicros);
    this.#lookups.finish(endMicros);
    const results = this.#judges.map(({ built }) => built?.checker.finish(endMicros) ?? null);
    const report = { ...this.#report(), expectations: [] };
    const all = { ...facts, ...report };
    const expectations = this.#judges.map(({ expectation }, i): CheckResult => {
      const result = results[i] ?? null;
      if (result !== null) return result;
      return expectation.kind === "metric"
        ? checkMetric(expectation, all)
        : { name: expectation.name, holds: false, observed: "", expected: "" };
    });
    return { ...report, expectations };
  }

  #builtCheckers(): BuiltChecker[] {
    return this.#judges.flatMap(({ built }) => (built === null ? [] : [built]));
  }

  #report(): Omit<WatchReport, "expectations"> {
    const checkers = this.#builtCheckers().map(({ checker }) => checker);
    return {
      messages: this.traffic.report(),
      nodes: this.#nodeReport(),
      phases: this.#phases.report(),
      overlay: this.#end.overlay,
      convergence: checkers.flatMap((checker) => {
        const isSettling = checker instanceof SettledChecker || checker instanceof MixedChecker;
        const report = isSettling ? checker.report() : null;
        return report === null ? [] : [report];
      }),
      peers: this.#peers.map((peers) => peers.report()),
      deliveries: checkers.flatMap((checker) =>
        checker instanceof DeliveredChecker ? [checker.report()] : [],
      ),
      broadcasts: this.#broadcasts.report(),
      lookups: this.#lookups.report(),
      beliefs: this.#end.beliefs ?? this.#beliefs.report(),
      observations: this.#observations.report(),
      sizeEstimates: this.#end.sizeEstimates,
    };
  }

  #nodeReport(): NodeReport {
    const { joining, active, leaving, left, crashed, absent } = this.lives.counts();
    return {
      declared: this.#options.view.nodeCount,
      live: this.lives.runningCount,
      joining,
      active,
      leaving,
      left,
      crashed,
      waiting: absent,
      peak: this.lives.peakCount,
    };
  }
}

/** Who must know that an instant is over before anyone sees what comes after it. */
interface Passing {
  passTo(timeMicros: number): void;
}

/**
 * Attached first: tells checkers that virtual time passes, before trackers see the record that shows it. Messages
 * change nothing that a tracker holds, so the many instants of messages alone cost nothing here.
 */
class InstantKeeper implements RecordSink {
  readonly kinds: readonly RecordKind[] = [
    RecordKind.status,
    RecordKind.view,
    RecordKind.fault,
    RecordKind.broadcast,
    RecordKind.action,
  ];
  readonly #passing: readonly Passing[];
  #nowMicros = 0;

  constructor(passing: readonly Passing[]) {
    this.#passing = passing;
  }

  accept({ timeMicros }: RunRecord): void {
    if (timeMicros <= this.#nowMicros) return;
    this.#nowMicros = timeMicros;
    for (const passing of this.#passing) passing.passTo(timeMicros);
  }
}

/** Keeps what overlays, beliefs and estimates were when liveness ended: a shutdown empties them. */
class EndSampler implements Sampler {
  nextSampleMicros: number;
  overlay: Readonly<Record<string, OverlayReport>> = {};
  beliefs: BeliefReport | null = null;
  sizeEstimates: SizeEstimateReport | null = null;
  readonly #overlays: OverlaySampler;
  readonly #beliefCounter: BeliefCounter;
  readonly #sizes: SizeEstimates;

  constructor(
    lastMicros: number,
    overlays: OverlaySampler,
    beliefs: BeliefCounter,
    sizes: SizeEstimates,
  ) {
    this.nextSampleMicros = lastMicros;
    this.#overlays = overlays;
    this.#beliefCounter = beliefs;
    this.#sizes = sizes;
  }

  sampleAt(timeMicros: number): void {
    this.nextSampleMicros = NEVER;
    this.overlay = this.#overlays.report(timeMicros);
    this.beliefs = this.#beliefCounter.report();
    this.sizeEstimates = this.#sizes.report();
  }

  /** A run that was cut short is looked at where it ended. */
  finish(endMicros: number): void {
    if (this.nextSampleMicros !== NEVER) this.sampleAt(endMicros);
  }
}

function worldOf(
  lives: NodeLives,
  tracker: OverlayTracker,
  { scenario, view }: RunWatchOptions,
): CheckerWorld {
  const shutdowns = scenario.events.flatMap(({ name, atMicros, action }) =>
    action.do === "shutdown" ? [{ name, atMicros, isOfNetwork: action.who === "network" }] : [],
  );
  const ofNetwork = shutdowns.find(({ isOfNetwork }) => isOfNetwork);
  return {
    view,
    tracker,
    lives,
    shutdowns,
    livenessEndMicros: ofNetwork?.atMicros ?? NEVER,
    endMicros: scenario.endMicros,
  };
}

/** The names of the scenario's holds, which are the verdicts of messages that wait. */
function namesOfHolds({ events }: Scenario): ReadonlySet<string> {
  return new Set(events.filter(({ action }) => action.do === "hold").map(({ name }) => name));
}

/** The overlays that are expected to settle, each once. */
function settledOverlays({ expect }: Scenario): { overlay: string; viewSize: number | null }[] {
  const sizes = new Map<string, number | null>();
  for (const expectation of expect) {
    if (expectation.kind === "settled") sizes.set(expectation.overlay, expectation.viewSize);
  }
  return [...sizes].map(([overlay, viewSize]) => ({ overlay, viewSize }));
}
