// The limit that the transport contract sets to what waits on a connection, and the word that there is room again.

import type { StreamEnd } from "./stream-end.js";
import type { StreamListener, StreamParts } from "./stream-parts.js";
import type { StreamSender } from "./stream-sender.js";

/** Holds the connections of a simulation to one limit. */
export class StreamBackPressure {
  readonly #sender: StreamSender;
  readonly #listener: StreamListener;
  readonly #queueBytesMax: number;

  constructor({ sender, listener }: StreamParts, queueBytesMax: number) {
    this.#sender = sender;
    this.#listener = listener;
    this.#queueBytesMax = queueBytesMax;
  }

  /** Whether more waits than may: its sender is to wait for room. */
  isFull(end: StreamEnd): boolean {
    return this.#sender.bufferedBytes(end) > this.#queueBytesMax;
  }

  /** Whether its sender went on all the same. Whoever was answered true may hand over one message, however large. */
  isOverflowing(end: StreamEnd, newBytes: number): boolean {
    const bytes = this.#sender.bufferedBytes(end);
    return bytes > 2 * this.#queueBytesMax && bytes - newBytes > this.#queueBytesMax;
  }

  /** Lets a node be told once half the limit is free. */
  awaitDrain(source: number, end: StreamEnd): void {
    if (end.wantsDrain) return;
    end.wantsDrain = true;
    this.#sender.scheduleDrain(source, end, this.#queueBytesMax / 2);
  }

  /** Tells a node that waits for it that there is room, or looks again later. */
  drain(node: number, end: StreamEnd): void {
    if (!end.wantsDrain) return;
    if (this.#sender.bufferedBytes(end) >= this.#queueBytesMax / 2) {
      this.#sender.scheduleDrain(node, end, this.#queueBytesMax / 2);
      return;
    }
    end.wantsDrain = false;
    this.#listener.drained(node, end.peer, end.epoch);
  }
}
