// The nodes of a simulation as columns: what the kernel must know of each, a few bytes for an idle one.

import { invariant } from "../trace/invariant.js";
import type { PlainData } from "./plain-data.js";

/** What a node is to the kernel. */
export const NodeState = {
  /** Declared, never started. */
  absent: 0,
  /** Its process runs. */
  up: 1,
  /** Its process has ended; its host answers dials with a refusal. */
  stopped: 2,
  /** Its host is gone: silence. */
  hostDown: 3,
} as const;
export type NodeState = (typeof NodeState)[keyof typeof NodeState];

/**
 * What the kernel calls on a node's process. What these methods return must be undefined: a promise would mean that
 * something goes on outside virtual time, and stops the run.
 */
export interface NodeHandler {
  onMessage(source: number, payload: unknown, bytes: number): unknown;
  onDatagram(source: number, payload: unknown): unknown;
  onTimer(kind: string, argument: unknown): unknown;
  onConnected(peer: number): unknown;
  onDisconnected(peer: number, reason: string): unknown;
  onDrain(peer: number): unknown;
  onClosed(): unknown;
}

/** All declared nodes. Indexes are declaration order and never used again. */
export class NodeTable {
  readonly names: string[] = [];
  readonly handlers: (NodeHandler | null)[] = [];
  #states = new Uint8Array(16);
  #paused = new Uint8Array(16);
  #closing = new Uint8Array(16);
  #boots = new Uint32Array(16);
  #counters = new Uint32Array(16);

  get count(): number {
    return this.names.length;
  }

  /** Declares a node and answers its index. */
  declare(name: string): number {
    const index = this.names.length;
    this.names.push(name);
    this.handlers.push(null);
    if (index === this.#states.length) this.#grow();
    return index;
  }

  state(node: number): NodeState {
    return this.#states[node]! as NodeState;
  }

  setState(node: number, state: NodeState): void {
    this.#states[node] = state;
  }

  isUp(node: number): boolean {
    return this.#states[node] === NodeState.up;
  }

  isPaused(node: number): boolean {
    return this.#paused[node] === 1;
  }

  setPaused(node: number, paused: boolean): void {
    this.#paused[node] = paused ? 1 : 0;
  }

  /** Whether the node's process has closed its transport: it is handed nothing any more. */
  isClosing(node: number): boolean {
    return this.#closing[node] === 1;
  }

  setClosing(node: number, closing: boolean): void {
    this.#closing[node] = closing ? 1 : 0;
  }

  /** How often the node's process was started: tells a process's events from those of the one before. */
  boot(node: number): number {
    return this.#boots[node]!;
  }

  /** A new process begins. */
  nextBoot(node: number): void {
    this.#boots[node]!++;
  }

  /** The next number of an event that this node schedules. Survives restarts. */
  nextCounter(node: number): number {
    return this.#counters[node]!++;
  }

  snapshot(): PlainData {
    const { count } = this;
    return {
      states: Array.from(this.#states.subarray(0, count)),
      paused: Array.from(this.#paused.subarray(0, count)),
      closing: Array.from(this.#closing.subarray(0, count)),
      boots: Array.from(this.#boots.subarray(0, count)),
      counters: Array.from(this.#counters.subarray(0, count)),
    };
  }

  /** Takes over the columns of the same declared nodes; handlers are set by whoever runs the processes. */
  restore(state: PlainData): void {
    const saved = state as Readonly<Record<string, readonly number[]>>;
    invariant(
      saved["states"]!.length === this.count,
      "A snapshot is restored into a simulation that declares the same nodes",
    );
    this.#states.set(saved["states"]!);
    this.#paused.set(saved["paused"]!);
    this.#closing.set(saved["closing"]!);
    this.#boots.set(saved["boots"]!);
    this.#counters.set(saved["counters"]!);
  }

  #grow(): void {
    const capacity = this.#states.length * 2;
    this.#states = copyInto(new Uint8Array(capacity), this.#states);
    this.#paused = copyInto(new Uint8Array(capacity), this.#paused);
    this.#closing = copyInto(new Uint8Array(capacity), this.#closing);
    this.#boots = copyInto(new Uint32Array(capacity), this.#boots);
    this.#counters = copyInto(new Uint32Array(capacity), this.#counters);
  }
}

function copyInto<T extends Uint8Array | Uint32Array>(to: T, from: T): T {
  to.set(from);
  return to;
}
