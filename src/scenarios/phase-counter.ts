// What each phase of a run cost and saw: messages and bytes a live node and second, and how many nodes came and went.

import { RecordKind } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import { NEVER } from "./checkers/checker.js";
import type { NodeLives, Turnover } from "./checkers/node-lives.js";
import type { Phase } from "./scenario.js";

/** The report of one phase. Its field names are a public interface. */
export interface PhaseReport extends Phase {
  readonly messages: number;
  readonly bytes: number;
  /** Live nodes on average; 0 for a phase that never came. */
  readonly meanLive: number;
  /** Sent, a live node and second; null when no node ran. */
  readonly messagesPerNodeSecond: number | null;
  readonly bytesPerNodeSecond: number | null;
  /** Of these, what belongs to no application message and no operation on a key: the protocols' own upkeep. */
  readonly maintenanceBytesPerNodeSecond: number | null;
  readonly joins: number;
  readonly leaves: number;
  readonly crashes: number;
}

const MICROS_PER_SECOND = 1_000_000;

/** Counts of one phase. */
class PhaseCounts {
  messages = 0;
  bytes = 0;
  maintenanceBytes = 0;
  nodeMicros = 0;
  observedMicros = 0;
  joins = 0;
  leaves = 0;
  crashes = 0;
}

/** The sink that counts by phase. `passTo` is called before the first record of each later instant. */
export class PhaseCounter implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.sent];
  readonly #phases: readonly Phase[];
  readonly #lives: NodeLives;
  readonly #counts: readonly PhaseCounts[];
  #index = 0;
  #nowMicros = 0;
  #counted: Turnover = { starts: 0, leaves: 0, crashes: 0 };

  constructor(phases: readonly Phase[], lives: NodeLives) {
    this.#phases = phases;
    this.#lives = lives;
    this.#counts = phases.map(() => new PhaseCounts());
  }

  accept(record: RunRecord): void {
    if (record.timeMicros >= (this.#phases[this.#index]?.endMicros ?? NEVER)) {
      this.passTo(record.timeMicros);
    }
    const counts = this.#counts[this.#index];
    if (counts === undefined) return;
    counts.messages++;
    counts.bytes += record.bytes;
    if (record.application === 0) counts.maintenanceBytes += record.bytes;
  }

  /** Counts the live nodes up to `timeMicros`, and goes on to the phase it lies in. */
  passTo(timeMicros: number): void {
    for (;;) {
      const phase = this.#phases[this.#index];
      const counts = this.#counts[this.#index];
      if (phase === undefined || counts === undefined) return;
      const untilMicros = Math.min(timeMicros, phase.endMicros);
      counts.observedMicros += untilMicros - this.#nowMicros;
      counts.nodeMicros += (untilMicros - this.#nowMicros) * this.#lives.runningCount;
      this.#nowMicros = untilMicros;
      this.#countTurnover(counts);
      if (timeMicros < phase.endMicros) return;
      this.#index++;
    }
  }

  /** Nodes that came and went since this was last asked belong to the present phase. */
  #countTurnover(counts: PhaseCounts): void {
    const { starts, leaves, crashes } = this.#lives.turnover;
    counts.joins += starts - this.#counted.starts;
    counts.leaves += leaves - this.#counted.leaves;
    counts.crashes += crashes - this.#counted.crashes;
    this.#counted = this.#lives.turnover;
  }

  report(): PhaseReport[] {
    return this.#phases.map((phase, index) => {
      const counts = this.#counts[index] ?? new PhaseCounts();
      const { messages, bytes, nodeMicros, observedMicros, joins, leaves, crashes } = counts;
      const nodeSeconds = nodeMicros / MICROS_PER_SECOND;
      return {
        name: phase.name,
        startMicros: phase.startMicros,
        endMicros: phase.endMicros,
        messages,
        bytes,
        meanLive: observedMicros === 0 ? 0 : nodeMicros / observedMicros,
        messagesPerNodeSecond: nodeSeconds === 0 ? null : messages / nodeSeconds,
        bytesPerNodeSecond: nodeSeconds === 0 ? null : bytes / nodeSeconds,
        maintenanceBytesPerNodeSecond:
          nodeSeconds === 0 ? null : counts.maintenanceBytes / nodeSeconds,
        joins,
        leaves,
        crashes,
      };
    });
  }
}
