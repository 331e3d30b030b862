// The report of a run, as `--report` writes it. Its field names are a public interface: scenarios put bounds on its
// numbers by path, and other programs read it.

import type { OverlayMetrics } from "../analysis/measure-overlay.js";
import type { KeyOperation } from "../protocol/key-operation.js";
import type { BeliefReport } from "./belief-counter.js";
import type { BroadcastReport } from "./broadcast-counter.js";
import type { CheckResult } from "./checkers/checker.js";
import type { DeliveryReport } from "./checkers/delivered-checker.js";
import type { SettlingReport } from "./checkers/settling-report.js";
import type { EmptyPick } from "./empty-picks.js";
import type { LookupReport } from "./lookup-counter.js";
import type { ObservationReport } from "./observation-counter.js";
import type { PeerLatencyReport } from "./peer-latencies.js";
import type { PhaseReport } from "./phase-counter.js";
import type { Scenario } from "./scenario.js";
import type { SizeEstimateReport } from "./size-estimates.js";
import type { MessageReport } from "./traffic-counter.js";

/** Nodes at the end of the run. */
export interface NodeReport {
  readonly declared: number;
  /** Those that run: joining, active or leaving. */
  readonly live: number;
  readonly joining: number;
  readonly active: number;
  readonly leaving: number;
  readonly left: number;
  readonly crashed: number;
  /** Declared nodes that never came. */
  readonly waiting: number;
  /** The most that ever ran at once. */
  readonly peak: number;
}

/** An overlay at one sample: its metrics without the histograms, and without paths where none were asked for. */
export interface OverlaySample extends Omit<OverlayMetrics, "inDegree" | "outDegree" | "paths"> {
  readonly timeMicros: number;
  readonly inDegree: Omit<OverlayMetrics["inDegree"], "histogram">;
  readonly outDegree: Omit<OverlayMetrics["outDegree"], "histogram">;
  readonly paths: OverlayMetrics["paths"] | null;
}

/** An overlay at the end of the observation, which a shutdown of the network ends, and at its samples. */
export interface OverlayReport extends OverlayMetrics {
  readonly timeMicros: number;
  readonly samples: readonly OverlaySample[];
}

/** Churn as it was drawn, beside what its laws make one expect. */
export interface ChurnReport {
  readonly name: string;
  readonly drawn: ChurnFigures;
  readonly expected: ChurnFigures;
}

export interface ChurnFigures {
  readonly meanSessionMicros: number | null;
  readonly meanDowntimeMicros: number | null;
  /** Share of time (0–1) that a node is there. */
  readonly availability: number | null;
  /** Departures and returns a second, over all its nodes. */
  readonly eventsPerSecond: number | null;
}

/** What makes the run repeatable. */
export interface RepeatReport {
  /** The command that repeats it. */
  readonly command: string;
  readonly packageVersion: string;
  /** Of the checkout it ran from, where there is one. */
  readonly commit: string | null;
  readonly nodeVersion: string;
  /** SHA-256 of every file the scenario drew on, as hexadecimal digits. */
  readonly imports: readonly { readonly path: string; readonly sha256: string }[];
  /** The effective scenario: parameters substituted, every default resolved; imported texts left out. */
  readonly scenario: Omit<Scenario, "imports">;
}

/** What a live run was, and what it took of its machine. */
export interface LiveReport {
  /** Processes that its nodes ran in. */
  readonly processes: number;
  readonly security: "tls" | "plaintext";
  /** How late the event loop was; of several processes, of the latest. Times of the run are no better than this. */
  readonly lagMillis: { readonly median: number; readonly p99: number; readonly max: number };
  /** Processors that they kept busy together: where timers are late and this is small, the machine had other work. */
  readonly processorShare: number;
  /** Share (0–1) of the time that they waited for a processor which others had; null where the system does not tell. */
  readonly waitedShare: number | null;
  /** Memory that the nodes took, over the most that ran at once. */
  readonly memoryBytesPerNode: number;
  /** Worker processes that somebody killed while the run went on. Their nodes crashed, and did not start again. */
  readonly lost: readonly LostWorkerReport[];
}

/** A worker process that was killed. */
export interface LostWorkerReport {
  readonly name: string;
  /** The signal that ended it. */
  readonly signal: string;
  readonly atMicros: number;
  /** Nodes of it that ran then. */
  readonly nodes: number;
}

/** How the run came to its end. */
export type RunEnding =
  /** The last phase is over. */
  | "complete"
  /** Somebody pressed Ctrl-C. */
  | "interrupted"
  /** A limit (events, messages in flight, heap) was reached. */
  | "limit";

/** What those who only watch know at the end: the part of the report that checkers and counters write. */
export interface WatchReport {
  readonly messages: MessageReport;
  readonly nodes: NodeReport;
  readonly phases: readonly PhaseReport[];
  /** By name of the overlay. */
  readonly overlay: Readonly<Record<string, OverlayReport>>;
  readonly convergence: readonly SettlingReport[];
  readonly peers: readonly PeerLatencyReport[];
  readonly deliveries: readonly DeliveryReport[];
  readonly broadcasts: BroadcastReport;
  /** By operation on keys: `lookup`, `put`, `get`; those that began at all. */
  readonly lookups: Partial<Readonly<Record<KeyOperation, LookupReport>>>;
  readonly beliefs: BeliefReport;
  /** By name of what protocols observed. */
  readonly observations: Readonly<Record<string, ObservationReport>>;
  /** How big nodes hold the network to be; null where no protocol estimates it. */
  readonly sizeEstimates: SizeEstimateReport | null;
  readonly expectations: readonly CheckResult[];
}

/** The report. */
export interface RunReport extends WatchReport {
  /** Name of the scenario. */
  readonly scenario: string;
  readonly seed: number | string;
  readonly transport: "sim" | "tcp";
  /** Version of Peerscape. */
  readonly version: string;
  /** 64 hexadecimal digits; null when it was not computed. */
  readonly digest: string | null;
  readonly ending: RunEnding;
  readonly virtualMicros: number;
  readonly wallMillis: number;
  readonly events: number;
  /** Null for a run in simulation. */
  readonly live: LiveReport | null;
  /** How node ids were made: above 10,000 nodes without key pairs. */
  readonly identities: "keys" | "names";
  readonly churn: readonly ChurnReport[];
  /** Events whose selectors meant nobody when they happened. */
  readonly emptyPicks: readonly EmptyPick[];
  readonly repeat: RepeatReport;
}

/** The report as the text of a file: JSON, in which the tables of a latency matrix are left out. */
export function writeReport(report: RunReport): string {
  return `${JSON.stringify(report, withoutTables, 2)}\n`;
}

/** Lists of whole numbers are written as lists. Matrices come from files that are named by their hashes. */
function withoutTables(_key: string, value: unknown): unknown {
  if (value instanceof Float64Array) return undefined;
  return value instanceof Uint16Array ? [...value] : value;
}
