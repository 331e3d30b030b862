// What nodes believe about others beside what is true: how many live nodes are held dead or suspect, how many dead
// ones alive, and how long a death takes to be noticed.

import { RecordKind, WORLD } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import type { NodeLives } from "./checkers/node-lives.js";
import type { RunView } from "./run-view.js";

/**
 * Pairs (node that believes, peer) by belief and truth, over nodes that run and beliefs that were recorded in the
 * peer's present life: what was held of an earlier one says nothing of this.
 */
export interface BeliefCounts {
  readonly aliveAndRunning: number;
  readonly aliveButGone: number;
  readonly suspectButRunning: number;
  readonly suspectAndGone: number;
  readonly deadButRunning: number;
  readonly deadAndGone: number;
}

/** The report's `beliefs`. Its field names are a public interface. */
export interface BeliefReport {
  /** At the end of the run; null above `PAIRS_NODES_MAX` nodes, where pairs are not kept. */
  readonly atEnd: BeliefCounts | null;
  /** How often a running node was suspected, or held dead, while the network let it be reached. */
  readonly falseSuspicions: number;
  readonly falseDeaths: number;
  /** Times from a crash to the first peer that holds the node dead. */
  readonly detections: {
    readonly count: number;
    readonly meanMicros: number | null;
    readonly maxMicros: number | null;
  };
}

/** Up to this many nodes every pair is kept, a byte each: 4 MB. */
export const PAIRS_NODES_MAX = 2000;

const UNKNOWN = 0;
const ALIVE = 1;
const SUSPECT = 2;
const DEAD = 3;
const BELIEFS: ReadonlyMap<string, number> = new Map([
  ["alive", ALIVE],
  ["suspect", SUSPECT],
  ["dead", DEAD],
]);

/** Follows beliefs. Attached after the `NodeLives` that it asks for the truth. */
export class BeliefCounter implements RecordSink {
  readonly kinds: readonly RecordKind[] = [RecordKind.belief, RecordKind.status, RecordKind.fault];
  readonly #view: RunView;
  readonly #lives: NodeLives;
  readonly #rows: (Uint8Array | undefined)[] = [];
  /** When nodes that nobody holds dead yet crashed. */
  readonly #undetectedSinceMicros = new Map<number, number>();
  #falseSuspicions = 0;
  #falseDeaths = 0;
  #detections = 0;
  #detectionSumMicros = 0;
  #detectionMaxMicros = 0;

  constructor(view: RunView, lives: NodeLives) {
    this.#view = view;
    this.#lives = lives;
  }

  accept(record: RunRecord): void {
    const { kind, node, peer, timeMicros } = record;
    if (kind !== RecordKind.belief) {
      if (node !== WORLD) this.#acceptLife(node, timeMicros);
      return;
    }
    const belief = BELIEFS.get(this.#view.text(record.name)) ?? UNKNOWN;
    if (this.#view.nodeCount <= PAIRS_NODES_MAX) {
      (this.#rows[node] ??= new Uint8Array(this.#view.nodeCount))[peer] = belief;
    }
    const isFalse = this.#lives.isRunning(peer) && this.#view.isReachable(peer, node);
    if (belief === SUSPECT && isFalse) this.#falseSuspicions++;
    if (belief !== DEAD) return;
    if (isFalse) this.#falseDeaths++;
    const sinceMicros = this.#undetectedSinceMicros.get(peer);
    if (sinceMicros !== undefined) this.#detect(peer, timeMicros - sinceMicros);
  }

  report(): BeliefReport {
    return {
      atEnd: this.#view.nodeCount <= PAIRS_NODES_MAX ? this.counts() : null,
      falseSuspicions: this.#falseSuspicions,
      falseDeaths: this.#falseDeaths,
      detections: {
        count: this.#detections,
        meanMicros: this.#detections === 0 ? null : this.#detectionSumMicros / this.#detections,
        maxMicros: this.#detections === 0 ? null : this.#detectionMaxMicros,
      },
    };
  }

  /** Beliefs of the nodes that run now, beside the truth. A walk over all pairs. */
  counts(): BeliefCounts {
    const counts = {
      aliveAndRunning: 0,
      aliveButGone: 0,
      suspectButRunning: 0,
      suspectAndGone: 0,
      deadButRunning: 0,
      deadAndGone: 0,
    };
    this.#rows.forEach((row) => {
      row?.forEach((belief, peer) => {
        const runs = this.#lives.isRunning(peer);
        if (belief === ALIVE) counts[runs ? "aliveAndRunning" : "aliveButGone"]++;
        if (belief === SUSPECT) counts[runs ? "suspectButRunning" : "suspectAndGone"]++;
        if (belief === DEAD) counts[runs ? "deadButRunning" : "deadAndGone"]++;
      });
    });
    return counts;
  }

  #acceptLife(node: number, timeMicros: number): void {
    if (this.#lives.isRunning(node)) {
      this.#undetectedSinceMicros.delete(node);
      if (this.#lives.runningSince(node) === timeMicros) {
        for (const row of this.#rows) if (row !== undefined) row[node] = UNKNOWN;
      }
      return;
    }
    // What a node that has ended believed is gone with it.
    this.#rows[node] = undefined;
    if (this.#lives.status(node) === "crashed" && !this.#undetectedSinceMicros.has(node)) {
      this.#undetectedSinceMicros.set(node, timeMicros);
    }
  }

  #detect(peer: number, tookMicros: number): void {
    this.#undetectedSinceMicros.delete(peer);
    this.#detections++;
    this.#detectionSumMicros += tookMicros;
    if (tookMicros > this.#detectionMaxMicros) this.#detectionMaxMicros = tookMicros;
  }
}
