// Judges how much a live node sends a second, on average over a window: what a protocol costs its users.

import { RecordKind } from "../../trace/record.js";
import type { RunRecord } from "../../trace/record.js";
import type { TrafficExpectation } from "../expectation.js";
import type { RunView } from "../run-view.js";
import { showNumber } from "../../trace/show-quantity.js";
import { NEVER } from "./checker.js";
import type { Checker, CheckResult } from "./checker.js";
import { KeptRecord } from "./kept-record.js";
import type { NodeLives } from "./node-lives.js";

const MICROS_PER_SECOND = 1_000_000;

export interface TrafficOptions {
  readonly view: RunView;
  readonly lives: NodeLives;
}

/** The checker of `messages-per-node-second` and `bytes-per-node-second`. */
export class TrafficChecker implements Checker {
  readonly kinds: readonly RecordKind[] = [RecordKind.sent];
  readonly nextSampleMicros = NEVER;
  readonly #expectation: TrafficExpectation;
  readonly #lives: NodeLives;
  /** The message with which the mean so far rose above the bound and has stayed there. */
  readonly #crossing: KeptRecord;
  #nowMicros = 0;
  /** Live nodes times microseconds, since the window began. */
  #nodeMicros = 0;
  #amount = 0;

  constructor(expectation: TrafficExpectation, { view, lives }: TrafficOptions) {
    this.#expectation = expectation;
    this.#lives = lives;
    this.#crossing = new KeptRecord(view);
  }

  accept(record: RunRecord): void {
    const { startMicros, endMicros, kind, atMost } = this.#expectation;
    if (record.timeMicros < startMicros || record.timeMicros >= endMicros) return;
    this.passTo(record.timeMicros);
    this.#amount += kind === "messages-per-node-second" ? 1 : record.bytes;
    if (atMost === null) return;
    if (this.#amount * MICROS_PER_SECOND <= atMost * this.#nodeMicros) this.#crossing.forget();
    else this.#crossing.keepFirst(record);
  }

  passTo(timeMicros: number): void {
    const { startMicros, endMicros } = this.#expectation;
    const fromMicros = Math.max(this.#nowMicros, startMicros);
    const untilMicros = Math.min(timeMicros, endMicros);
    this.#nowMicros = timeMicros;
    if (untilMicros > fromMicros) {
      this.#nodeMicros += (untilMicros - fromMicros) * this.#lives.runningCount;
    }
  }

  sampleAt(): void {
    // Judged at records alone.
  }

  finish(endMicros: number): CheckResult {
    this.passTo(endMicros);
    const { name, kind, atLeast, atMost } = this.#expectation;
    const unit = kind === "messages-per-node-second" ? "messages" : "bytes";
    const expected = boundsText(atLeast, atMost, `${unit} a node and second`);
    if (this.#nodeMicros === 0) {
      return { name, expected, holds: false, observed: "no node ran in the window" };
    }
    const rate = (this.#amount / this.#nodeMicros) * MICROS_PER_SECOND;
    const observed = `${showNumber(rate)} ${unit} a node and second`;
    const holds = (atLeast === null || rate >= atLeast) && (atMost === null || rate <= atMost);
    const firstBreak = atMost !== null && rate > atMost ? this.#crossing.line() : undefined;
    return { name, expected, holds, observed, ...(firstBreak === undefined ? {} : { firstBreak }) };
  }
}

/** `at least 1 and at most 5 messages`. */
export function boundsText(atLeast: number | null, atMost: number | null, of: string): string {
  const parts: string[] = [];
  if (atLeast !== null) parts.push(`at least ${showNumber(atLeast)}`);
  if (atMost !== null) parts.push(`at most ${showNumber(atMost)}`);
  return `${parts.join(" and ")} ${of}`.trim();
}
