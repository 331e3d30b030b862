// What a node's process is told outside the delivery of a message: always from an event of its own, never from
// inside one of the node's calls, and behind what the node has not handled yet.

import { EventKind } from "./event-kind.js";
import type { Kernel } from "./kernel.js";
import type { Processors } from "./processors.js";

/** Something that a node is told of its connections or its transport. */
export interface Notice {
  readonly what: "connected" | "disconnected" | "drain" | "closed";
  /** Index of the peer; -1 for `closed`. */
  readonly peer: number;
  /** Number of the connection, for `connected` and `drain`; 0 otherwise. */
  readonly epoch: number;
  /** Why, for `disconnected`; the empty string otherwise. */
  readonly reason: string;
}

/** The notices of all nodes. */
export class Notices {
  /** Whether the running event has waited for its node: what the node is told of now waits no more. */
  isNodesTurn = false;
  readonly #kernel: Kernel;
  readonly #processors: Processors;
  readonly #call: (node: number, notice: Notice) => void;

  constructor(
    kernel: Kernel,
    processors: Processors,
    call: (node: number, notice: Notice) => void,
  ) {
    this.#kernel = kernel;
    this.#processors = processors;
    this.#call = call;
  }

  /** Tells a node of its connections: now, or after what it has not handled yet. */
  tell(node: number, notice: Notice): void {
    const { nodes } = this.#kernel;
    if (!nodes.isUp(node)) return;
    const isWaiting = nodes.isPaused(node) || this.#processors.isBusy(node);
    if (isWaiting && !this.isNodesTurn) this.schedule(node, 0, notice);
    else this.#call(node, notice);
  }

  /** Tells the node's present process at a time. */
  schedule(node: number, timeMicros: number, notice: Notice): void {
    const first = this.#kernel.nodes.boot(node);
    const kind = EventKind.notice;
    this.#kernel.schedule(node, { kind, node, timeMicros, first, payload: notice });
  }

  /** The time of the notice that was taken has come. */
  handle(node: number): void {
    const { queue, nodes } = this.#kernel;
    if (!nodes.isUp(node) || queue.taken.first !== nodes.boot(node)) return;
    if (!this.#processors.admits(node)) return;
    this.#call(node, queue.takenPayload as Notice);
  }
}
