// The processor of a node: one server queue. It models the cost of handling a message, and the pause of a
// process, during which everything waits. A node with neither costs nothing.

import { EventKind, KIND_MASK, PAST_PROCESSOR } from "./event-kind.js";
import type { EventFields } from "./event-queue.js";
import type { Kernel } from "./kernel.js";
import type { PlainData } from "./plain-data.js";

/** What a paused node was to handle, kept in order of arrival. */
interface Deferred extends EventFields {
  readonly payload: unknown;
}

/** The server queues of all nodes. */
export class Processors {
  readonly #kernel: Kernel;
  /** Cost of a message by node, and when the node's processor is free; both only where they matter. */
  readonly #costMicros = new Map<number, number>();
  readonly #freeAtMicros = new Map<number, number>();
  readonly #deferred = new Map<number, Deferred[]>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Sets what handling one message costs. */
  configure(node: number, micros: number): void {
    if (micros > 0) this.#costMicros.set(node, micros);
  }

  /** Puts an event off that its node cannot handle yet; answers whether it did. */
  delays(node: number, isMessage: boolean): boolean {
    const kernel = this.#kernel;
    const flaggedKind = kernel.queue.taken.kind;
    if ((flaggedKind & PAST_PROCESSOR) !== 0) return false;
    if (kernel.nodes.isPaused(node)) {
      this.#defer(node);
      return true;
    }
    if (this.#costMicros.size === 0 && this.#freeAtMicros.size === 0) return false;
    const costMicros = isMessage ? (this.#costMicros.get(node) ?? 0) : 0;
    const freeAtMicros = this.#freeAtMicros.get(node) ?? 0;
    if (costMicros === 0 && freeAtMicros <= kernel.nowMicros) {
      if (freeAtMicros !== 0) this.#freeAtMicros.delete(node);
      return false;
    }
    // At least a microsecond apart, so that what waited is handled in the order in which it came.
    const doneMicros = Math.max(freeAtMicros, kernel.nowMicros) + Math.max(costMicros, 1);
    this.#freeAtMicros.set(node, doneMicros);
    kernel.postpone(flaggedKind | PAST_PROCESSOR, doneMicros);
    return true;
  }

  /** The node goes on: what was deferred is handled one by one, and whatever comes meanwhile after it. */
  resume(node: number): void {
    const deferred = this.#deferred.get(node) ?? [];
    this.#deferred.delete(node);
    const { nowMicros, queue } = this.#kernel;
    let micros = Math.max(nowMicros, this.#freeAtMicros.get(node) ?? 0);
    for (const { payload, ...fields } of deferred) {
      const isMessage = (fields.kind & KIND_MASK) !== EventKind.timer;
      micros += Math.max(1, isMessage ? (this.#costMicros.get(node) ?? 1) : 1);
      queue.schedule(
        { ...fields, kind: fields.kind | PAST_PROCESSOR, timeMicros: micros },
        payload,
      );
    }
    if (deferred.length > 0) this.#freeAtMicros.set(node, micros);
  }

  /** The process has ended. */
  forget(node: number): void {
    this.#deferred.delete(node);
    this.#freeAtMicros.delete(node);
  }

  #defer(node: number): void {
    const { taken, takenPayload } = this.#kernel.queue;
    const deferred = this.#deferred.get(node) ?? [];
    deferred.push({ ...taken, payload: takenPayload });
    this.#deferred.set(node, deferred);
  }

  snapshot(pack: (payload: unknown) => PlainData): PlainData {
    return {
      freeAtMicros: [...this.#freeAtMicros],
      deferred: [...this.#deferred].map(([node, events]) => [
        node,
        events.map((event) => ({ ...event, payload: pack(event.payload) })),
      ]),
    };
  }

  restore(state: PlainData, unpack: (payload: PlainData) => unknown): void {
    const saved = state as unknown as {
      freeAtMicros: readonly (readonly [number, number])[];
      deferred: readonly (readonly [number, readonly Deferred[]])[];
    };
    this.#freeAtMicros.clear();
    this.#deferred.clear();
    for (const [node, micros] of saved.freeAtMicros) this.#freeAtMicros.set(node, micros);
    for (const [node, events] of saved.deferred) {
      this.#deferred.set(
        node,
        events.map((event) => ({ ...event, payload: unpack(event.payload as PlainData) })),
      );
    }
  }
}
