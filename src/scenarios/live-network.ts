// The nodes of a live run as the scenario sees and steers them. What is true of a node is read off its records, so that
// it makes no difference whether it runs in this process or in another.

import { invariant } from "../trace/invariant.js";
import type { NodeStatus } from "../protocol/protocol.js";
import type { Names } from "../trace/names.js";
import { RecordKind, WORLD } from "../trace/record.js";
import type { RecordSink, RunRecord } from "../trace/record.js";
import type { Peer } from "../transport/peer.js";
import { NodeDirectory } from "./node-directory.js";
import type { ParticipantCommand } from "./participant-command.js";
import { isLive } from "./run-network.js";
import type { CrashKind, NodeLife, RunNetwork } from "./run-network.js";
import type { RunPeers } from "./run-peers.js";
import type { NodeClass, Scenario } from "./scenario.js";

/** Where the processes of nodes are: here, or in other processes of the machine. */
export interface NodeHost {
  start(index: number, keepsState: boolean): void;
  /** Also of a host whose process has ended. */
  crash(index: number, kind: CrashKind): void;
  pause(index: number): void;
  resume(index: number): void;
  do(index: number, command: ParticipantCommand): void;
  shutDownThrough(index: number): void;
}

export interface LiveNetworkOptions {
  readonly scenario: Scenario;
  readonly names: Names;
  readonly peers: RunPeers;
  readonly host: NodeHost;
  readonly nowMicros: () => number;
}

export class LiveNetwork implements RunNetwork, RecordSink {
  readonly kinds = [RecordKind.status, RecordKind.view];
  readonly #options: LiveNetworkOptions;
  readonly #directory: NodeDirectory;
  readonly #lives: NodeLife[];
  readonly #isUp: Uint8Array;
  readonly #isPaused: Uint8Array;
  readonly #hasHost: Uint8Array;
  readonly #joinedMicros: Float64Array;
  /** Sizes of views, by name of the overlay. */
  readonly #degrees = new Map<number, Int32Array>();
  #liveCount = 0;

  constructor(options: LiveNetworkOptions) {
    this.#options = options;
    const { nodeCount, classes } = options.scenario;
    this.#directory = new NodeDirectory(classes);
    this.#lives = new Array<NodeLife>(nodeCount).fill("waiting");
    this.#isUp = new Uint8Array(nodeCount);
    this.#isPaused = new Uint8Array(nodeCount);
    this.#hasHost = new Uint8Array(nodeCount);
    this.#joinedMicros = new Float64Array(nodeCount);
  }

  nameOf(index: number): string {
    return this.#directory.nameOf(index);
  }

  classOf(index: number): NodeClass {
    const { classes } = this.#options.scenario;
    const found = classes.findLast(({ firstNode }) => firstNode <= index);
    invariant(found !== undefined, "Every node of a scenario has a class");
    return found;
  }

  lifeOf(index: number): NodeLife {
    return this.#lives[index]!;
  }

  isUp(index: number): boolean {
    return this.#isUp[index] === 1;
  }

  isGoing(index: number): boolean {
    return this.isUp(index) && this.#lives[index] === "leaving";
  }

  hasHost(index: number): boolean {
    return this.#hasHost[index] === 1;
  }

  isPaused(index: number): boolean {
    return this.#isPaused[index] === 1;
  }

  joinedMicrosOf(index: number): number {
    return this.#joinedMicros[index]!;
  }

  degreeOf(index: number, overlay: string): number {
    return this.#degrees.get(this.#options.names.id(overlay))?.[index] ?? 0;
  }

  statusOf(peer: Peer): NodeStatus | undefined {
    const life = this.#lives[this.#options.peers.indexOf(peer)];
    return life === "waiting" ? undefined : life;
  }

  liveCount(): number {
    return this.#liveCount;
  }

  start(index: number, { keepsState = false }: { readonly keepsState?: boolean } = {}): void {
    if (this.isUp(index)) return;
    this.#isUp[index] = this.#hasHost[index] = 1;
    this.#isPaused[index] = 0;
    this.#joinedMicros[index] = this.#options.nowMicros();
    for (const degrees of this.#degrees.values()) degrees[index] = 0;
    this.#setLife(index, "joining");
    this.#options.host.start(index, keepsState);
  }

  crash(index: number, kind: CrashKind): void {
    if (kind === "host") this.#hasHost[index] = 0;
    this.#isUp[index] = this.#isPaused[index] = 0;
    this.#setLife(index, "crashed");
    this.#options.host.crash(index, kind);
  }

  /** The operating system has ended the process of a node: there is nobody to tell. */
  hasDied(index: number): void {
    this.#isUp[index] = this.#isPaused[index] = 0;
    this.#setLife(index, "crashed");
  }

  pause(index: number): void {
    if (!this.isUp(index)) return;
    this.#isPaused[index] = 1;
    this.#options.host.pause(index);
  }

  resume(index: number): void {
    if (!this.isPaused(index)) return;
    this.#isPaused[index] = 0;
    this.#options.host.resume(index);
  }

  do(index: number, command: ParticipantCommand): void {
    if (this.isUp(index)) this.#options.host.do(index, command);
  }

  shutdownEntry(): number {
    return this.#lives.findIndex((life, index) => life === "active" && !this.isPaused(index));
  }

  shutDownThrough(index: number): void {
    this.#options.host.shutDownThrough(index);
  }

  accept({ kind, node, name, number }: RunRecord): void {
    // A process that has ended may have said more than has arrived of it.
    if (node === WORLD || !this.isUp(node)) return;
    if (kind === RecordKind.view) {
      let degrees = this.#degrees.get(name);
      if (degrees === undefined) {
        degrees = new Int32Array(this.#lives.length);
        this.#degrees.set(name, degrees);
      }
      degrees[node]! += number === 1 ? 1 : -1;
      return;
    }
    const status = this.#options.names.text(name) as NodeStatus;
    if (status === "left") this.#isUp[node] = this.#isPaused[node] = 0;
    this.#setLife(node, status);
  }

  #setLife(index: number, life: NodeLife): void {
    this.#liveCount += Number(isLive(life)) - Number(isLive(this.#lives[index]!));
    this.#lives[index] = life;
  }
}
