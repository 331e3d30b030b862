// The nodes of a simulation as rows: what the kernel must know of each, 16 bytes for an idle one.

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

// Words of a node's row. Together in one line of the cache: an arrival reads all of them.
const ROW_WORDS = 4;
const STATE = 0;
const FLAGS = 1;
const BOOT = 2;
const COUNTER = 3;

const PAUSED = 1;
const CLOSING = 2;

const INITIAL_CAPACITY = 16;

/** All declared nodes. Indexes are declaration order and never used again. */
export class NodeTable {
  readonly names: string[] = [];
  readonly handlers: (NodeHandler | null)[] = [];
  #rows = new Uint32Array(INITIAL_CAPACITY * ROW_WORDS);

  get count(): number {
    return this.names.length;
  }

  /** Declares a node and answers its index. */
  declare(name: string): number {
    const index = this.names.length;
    this.names.push(name);
    this.handlers.push(null);
    if (index * ROW_WORDS === this.#rows.length) this.#grow();
    return index;
  }

  state(node: number): NodeState {
    return this.#rows[node * ROW_WORDS + STATE]! as NodeState;
  }

  setState(node: number, state: NodeState): void {
    this.#rows[node * ROW_WORDS + STATE] = state;
  }

  isUp(node: number): boolean {
    return this.#rows[node * ROW_WORDS + STATE] === NodeState.up;
  }

  isPaused(node: number): boolean {
    return this.#hasFlag(node, PAUSED);
  }

  setPaused(node: number, paused: boolean): void {
    this.#setFlag(node, PAUSED, paused);
  }

  /** Whether the node's process has closed its transport: it is handed nothing any more. */
  isClosing(node: number): boolean {
    return this.#hasFlag(node, CLOSING);
  }

  setClosing(node: number, closing: boolean): void {
    this.#setFlag(node, CLOSING, closing);
  }

  /** How often the node's process was started: tells a process's events from those of the one before. */
  boot(node: number): number {
    return this.#rows[node * ROW_WORDS + BOOT]!;
  }

  /** A new process begins. */
  nextBoot(node: number): void {
    this.#rows[node * ROW_WORDS + BOOT]!++;
  }

  /** The next number of an event that this node schedules. Survives restarts. */
  nextCounter(node: number): number {
    return this.#rows[node * ROW_WORDS + COUNTER]!++;
  }

  snapshot(): PlainData {
    return Array.from(this.#rows.subarray(0, this.count * ROW_WORDS));
  }

  /** Takes over the rows of the same declared nodes; handlers are set by whoever runs the processes. */
  restore(state: PlainData): void {
    const saved = state as readonly number[];
    invariant(
      saved.length === this.count * ROW_WORDS,
      "A snapshot is restored into a simulation that declares the same nodes",
    );
    this.#rows.set(saved);
  }

  #hasFlag(node: number, flag: number): boolean {
    return (this.#rows[node * ROW_WORDS + FLAGS]! & flag) !== 0;
  }

  #setFlag(node: number, flag: number, isSet: boolean): void {
    const word = node * ROW_WORDS + FLAGS;
    if (isSet) this.#rows[word]! |= flag;
    else this.#rows[word]! &= ~flag;
  }

  #grow(): void {
    const before = this.#rows;
    this.#rows = new Uint32Array(before.length * 2);
    this.#rows.set(before);
  }
}
