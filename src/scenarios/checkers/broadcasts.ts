// Application messages under way: who has received each, who could have, and when its time is up. Shared by the
// checker of deliveries and the report.

import { RecordKind, NO_PEER, WORLD } from "../../trace/record.js";
import type { RunRecord } from "../../trace/record.js";
import { traceLine } from "../../trace/trace-line.js";
import type { TraceLine } from "../../trace/trace-line.js";
import type { RunView } from "../run-view.js";
import type { NodeLives } from "./node-lives.js";

/** What a node is to one application message: bits, since several may be true. */
const CONCERNED = 1;
const RECEIVED = 2;
const CUT_OFF = 4;

/** One application message whose time is not up. */
interface Flight {
  readonly application: number;
  readonly source: number;
  readonly startedMicros: number;
  readonly line: TraceLine;
  /** By node. */
  readonly states: Uint8Array;
  /** How many nodes it concerns. */
  readonly pairs: number;
}

/**
 * Sums over all application messages whose time is up. Pairs are (message, node it was for and that ran when it
 * started): nodes that come later or have gone are not meant.
 */
export interface DeliveryCounts {
  messages: number;
  pairs: number;
  /** Pairs that count: the node was active and reachable from the start to the bound. */
  counted: number;
  delivered: number;
  excludedInactive: number;
  excludedUnreachable: number;
  /** Pairs of messages whose bound lay beyond the end of the run. */
  excludedUnfinished: number;
  /** Receipts after the bound, or by nodes that did not count: seen, and changing nothing. */
  uncountedReceipts: number;
  /** Receipts of a message that the node had received already. */
  repeatedReceipts: number;
  /** Receipts in time by nodes active since the start, and their latencies. */
  timedReceipts: number;
  latencySumMicros: number;
  latencyMaxMicros: number;
}

/** An application message whose time is up, or the run's. */
export interface JudgedMessage {
  /** The record of its start. */
  readonly line: TraceLine;
  /** The nodes that counted and did not receive it in time. */
  readonly missed: readonly number[];
}

export interface BroadcastsOptions {
  readonly view: RunView;
  readonly lives: NodeLives;
  readonly withinMicros: number;
  /** Told of each message when the counts hold it, in the order of starts. */
  readonly onJudged: (message: JudgedMessage) => void;
}

/** Follows application messages from start to bound. Memory: a byte a node for each message under way. */
export class Broadcasts {
  static readonly kinds: readonly RecordKind[] = [RecordKind.broadcast, RecordKind.fault];
  readonly counts: DeliveryCounts = {
    messages: 0,
    pairs: 0,
    counted: 0,
    delivered: 0,
    excludedInactive: 0,
    excludedUnreachable: 0,
    excludedUnfinished: 0,
    uncountedReceipts: 0,
    repeatedReceipts: 0,
    timedReceipts: 0,
    latencySumMicros: 0,
    latencyMaxMicros: 0,
  };
  /** The first receipt of a message by a node that had it already. */
  firstRepeat: TraceLine | null = null;
  readonly #options: BroadcastsOptions;
  /** In order of start, and so of bound. */
  readonly #flights = new Map<number, Flight>();

  constructor(options: BroadcastsOptions) {
    this.#options = options;
  }

  accept(record: RunRecord): void {
    if (record.kind === RecordKind.fault) {
      if (record.node === WORLD)
        for (const flight of this.#flights.values()) this.#noteCuts(flight);
      return;
    }
    if (this.#options.view.text(record.name) === "started") this.#start(record);
    else this.#receive(record);
  }

  /** Judges the messages whose bound lies before `timeMicros`. */
  passTo(timeMicros: number): void {
    for (const flight of this.#flights.values()) {
      if (flight.startedMicros + this.#options.withinMicros >= timeMicros) break;
      this.#flights.delete(flight.application);
      this.#judge(flight);
    }
  }

  /** Ends the observation: messages whose bound has not come count as unfinished. */
  finish(endMicros: number): void {
    this.passTo(endMicros + 1);
    for (const flight of this.#flights.values()) {
      this.#count(flight);
      this.counts.excludedUnfinished += flight.pairs;
      this.#options.onJudged({ line: flight.line, missed: [] });
    }
    this.#flights.clear();
  }

  #start(record: RunRecord): void {
    const { view, lives } = this.#options;
    const states = new Uint8Array(view.nodeCount);
    let pairs = 0;
    for (let node = 0; node < states.length; node++) {
      const isMeant = record.peer === NO_PEER ? node !== record.node : node === record.peer;
      if (!isMeant || !lives.isRunning(node)) continue;
      states[node] = CONCERNED;
      pairs++;
    }
    const flight: Flight = {
      application: record.application,
      source: record.node,
      startedMicros: record.timeMicros,
      line: traceLine(record, view),
      states,
      pairs,
    };
    this.#flights.set(record.application, flight);
    this.#noteCuts(flight);
  }

  #receive(record: RunRecord): void {
    const { lives, view } = this.#options;
    const flight = this.#flights.get(record.application);
    if (flight === undefined || flight.states[record.node] === 0) {
      this.counts.uncountedReceipts++;
      return;
    }
    const { states } = flight;
    // A node that came back without its state may receive again; it does not count in any case.
    const wasThere = lives.activeSince(record.node) <= flight.startedMicros;
    if ((states[record.node]! & RECEIVED) !== 0 && wasThere) {
      this.counts.repeatedReceipts++;
      this.firstRepeat ??= traceLine(record, view);
      return;
    }
    states[record.node]! |= RECEIVED;
    if (!wasThere) return;
    const latencyMicros = record.timeMicros - flight.startedMicros;
    this.counts.timedReceipts++;
    this.counts.latencySumMicros += latencyMicros;
    if (latencyMicros > this.counts.latencyMaxMicros) this.counts.latencyMaxMicros = latencyMicros;
  }

  /** Marks the nodes that the network cuts off from the sender now. */
  #noteCuts(flight: Flight): void {
    const { view } = this.#options;
    for (let node = 0; node < flight.states.length; node++) {
      if (flight.states[node] !== 0 && !view.isReachable(flight.source, node)) {
        flight.states[node]! |= CUT_OFF;
      }
    }
  }

  #judge(flight: Flight): void {
    const { lives, onJudged } = this.#options;
    const { counts } = this;
    this.#count(flight);
    const missed: number[] = [];
    for (let node = 0; node < flight.states.length; node++) {
      const state = flight.states[node]!;
      if (state === 0) continue;
      if (lives.activeSince(node) > flight.startedMicros) counts.excludedInactive++;
      else if ((state & CUT_OFF) !== 0) counts.excludedUnreachable++;
      else {
        counts.counted++;
        if ((state & RECEIVED) !== 0) counts.delivered++;
        else missed.push(node);
      }
    }
    onJudged({ line: flight.line, missed });
  }

  #count(flight: Flight): void {
    this.counts.messages++;
    this.counts.pairs += flight.pairs;
  }
}
