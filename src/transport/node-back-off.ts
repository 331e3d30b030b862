// How long a dial waits after failed ones to the same peer: twice as long each time, scattered, so that the peers of
// a node that went down do not all come back at once.

import { randomInt } from "node:crypto";

import type { TcpLimits } from "./node-tcp-limits.js";

/** Peers whose failures are remembered; the longest forgotten goes first. */
const PEERS_MAX = 1024;
/** More would pass any sensible greatest wait. */
const DOUBLINGS_MAX = 20;
/** A wait is between half and one and a half times its middle. */
const SCATTER_PARTS = 1000;

export class BackOff {
  readonly #failures = new Map<string, number>();
  readonly #limits: TcpLimits;

  constructor(limits: TcpLimits) {
    this.#limits = limits;
  }

  failed(key: string): void {
    const count = (this.#failures.get(key) ?? 0) + 1;
    // Entered anew, so that the first of the map is the one that failed longest ago.
    this.#failures.delete(key);
    this.#failures.set(key, count);
    if (this.#failures.size <= PEERS_MAX) return;
    for (const oldest of this.#failures.keys()) {
      this.#failures.delete(oldest);
      break;
    }
  }

  /** The peer is there. */
  succeeded(key: string): void {
    this.#failures.delete(key);
  }

  /** How long the next dial waits; 0 for a peer that has not failed. */
  delayMillis(key: string): number {
    const count = this.#failures.get(key) ?? 0;
    if (count === 0) return 0;
    const { backOffMillisMin, backOffMillisMax } = this.#limits;
    const millis = Math.min(
      backOffMillisMin * (1 << Math.min(count - 1, DOUBLINGS_MAX)),
      backOffMillisMax,
    );
    return (millis * (SCATTER_PARTS / 2 + randomInt(SCATTER_PARTS))) / SCATTER_PARTS;
  }
}
