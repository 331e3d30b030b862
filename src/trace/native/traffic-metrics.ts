// What a trace samples by itself: how many nodes run and what they send, second by second of virtual time. A viewer
// draws its timeline from it without reading a record.

import { RecordKind } from "../record.js";
import type { RunRecord } from "../record.js";
import type { MetricRows } from "./run-facts.js";

/** How much virtual time a row is about. */
export const TRAFFIC_ROW_MICROS = 1_000_000;

const NAMES = ["sent", "delivered", "dropped", "bytes", "received broadcasts"];

/** Counts the records of a second, and keeps a row for each second in which there were any. */
export class TrafficMetrics {
  #rows: (readonly number[])[] = [];
  #second = -1;
  #counts = new Float64Array(NAMES.length);

  accept({ kind, timeMicros, bytes, number }: RunRecord): void {
    const second = Math.floor(timeMicros / TRAFFIC_ROW_MICROS);
    if (second !== this.#second) this.#turn(second);
    switch (kind) {
      case RecordKind.sent:
        this.#counts[0]!++;
        this.#counts[3]! += bytes;
        break;
      case RecordKind.delivered:
        this.#counts[1]!++;
        break;
      case RecordKind.dropped:
        this.#counts[2]!++;
        break;
      case RecordKind.broadcast:
        if (number > 0) this.#counts[4]!++;
        break;
      default:
        break;
    }
  }

  /** The rows since the last call; null for none. */
  take(): MetricRows | null {
    this.#turn(-1);
    if (this.#rows.length === 0) return null;
    const rows = this.#rows;
    this.#rows = [];
    return { names: NAMES, rows };
  }

  #turn(second: number): void {
    if (this.#second >= 0 && this.#counts.some((count) => count > 0)) {
      this.#rows.push([this.#second * TRAFFIC_ROW_MICROS, ...this.#counts]);
    }
    this.#second = second;
    this.#counts.fill(0);
  }
}
