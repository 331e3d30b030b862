// The nodes of a scenario in simulation: declared, started, stopped, crashed and started again. The one place that
// knows a node as a process, a participant and an index at once, and so the truth about all of them.

import type { Node } from "../protocol/node.js";
import { Network } from "../protocol/network.js";
import type { NetworkHost } from "../protocol/network-host.js";
import type { NetworkTruth } from "../protocol/network-truth.js";
import type { NodeStatus } from "../protocol/protocol.js";
import { NodeState } from "../sim/node-table.js";
import type { PlainData } from "../sim/plain-data.js";
import type { RandomStreams } from "../sim/random-streams.js";
import type { Simulation } from "../sim/simulation.js";
import { toHex } from "../trace/hashing.js";
import { invariant } from "../trace/invariant.js";
import type { Peer } from "../transport/peer.js";
import type { SimPeers } from "../transport/sim-peers.js";
import type { Signer } from "../transport/signatures.js";
import { SimTransport } from "../transport/sim-transport.js";
import type { WireMode } from "../transport/sim-wire.js";
import { accessLinkOf } from "./access-link-of.js";
import { NodeDirectory } from "./node-directory.js";
import { KEYED_NODES_MAX } from "./platform.js";
import type { Platform } from "./platform.js";
import type { NodePlacements } from "./node-placements.js";
import { NodeProcesses } from "./node-processes.js";
import type { NetworkIdentity, ProtocolDefinition } from "./protocol-definition.js";
import { performCommand } from "./participant-command.js";
import type { ParticipantCommand } from "./participant-command.js";
import { isLive } from "./run-network.js";
import type { CrashKind, NodeLife, RunNetwork } from "./run-network.js";
import type { NodeClass, Scenario } from "./scenario.js";

export interface SimulatedNetworkOptions {
  readonly scenario: Scenario;
  readonly platform: Platform;
  readonly simulation: Simulation;
  readonly streams: RandomStreams;
  readonly peers: SimPeers;
  readonly wireMode: WireMode;
  /** Finds a protocol by slot and name. */
  readonly definitionOf: (slot: string, use: string) => ProtocolDefinition;
  /** Whom each node knows when it starts. */
  readonly placements: NodePlacements;
  /** What the network is called, and the key whose instructions its nodes obey. */
  readonly identity: NetworkIdentity;
  readonly networkKey: Signer;
}

/** All nodes of one simulated run. */
export class SimulatedNetwork implements RunNetwork, NetworkHost {
  readonly directory: NodeDirectory;
  readonly #options: SimulatedNetworkOptions;
  readonly #processes: NodeProcesses;
  readonly #classOf: Uint16Array;
  readonly #nodes: (Node | null)[];
  readonly #lives: NodeLife[];
  readonly #joinedMicros: Float64Array;
  #liveCount = 0;

  constructor(options: SimulatedNetworkOptions) {
    this.#options = options;
    const { scenario, simulation, peers } = options;
    this.directory = new NodeDirectory(scenario.classes);
    this.#classOf = new Uint16Array(scenario.nodeCount);
    this.#nodes = new Array<Node | null>(scenario.nodeCount).fill(null);
    this.#lives = new Array<NodeLife>(scenario.nodeCount).fill("waiting");
    this.#joinedMicros = new Float64Array(scenario.nodeCount);
    const idOf = this.#identities();
    for (const [k, nodeClass] of scenario.classes.entries()) {
      for (let i = 0; i < nodeClass.count; i++) {
        const name = `${nodeClass.name}-${i}`;
        this.#classOf[simulation.declareNode(name)] = k;
        peers.declare(idOf(name));
      }
    }
    this.#processes = new NodeProcesses({
      ...options,
      truth: this,
      onStatus: (node, status) => {
        this.#setLife(node, status);
      },
    });
    for (const nodeClass of scenario.classes) this.#setHosts(nodeClass);
  }

  get networkId(): string {
    return this.#options.identity.id;
  }

  get networkKey(): Signer {
    return this.#options.networkKey;
  }

  get truth(): NetworkTruth {
    return this;
  }

  nowMicros(): number {
    return this.#options.simulation.nowMicros;
  }

  nodes(): readonly Node[] {
    return this.#nodes.filter(
      (node, index) => node !== null && this.#lives[index] !== "crashed",
    ) as Node[];
  }

  get nodeCount(): number {
    return this.#nodes.length;
  }

  /** The participant at an index, its last process if it has ended; null before it first started. */
  node(index: number): Node | null {
    return this.#nodes[index] ?? null;
  }

  /** The types of all messages that nodes understand, each once. */
  messageTypes(): string[] {
    return this.#processes.messageTypes();
  }

  nameOf(index: number): string {
    return this.#options.simulation.kernel.nodes.names[index]!;
  }

  classOf(index: number): NodeClass {
    return this.#options.scenario.classes[this.#classOf[index]!]!;
  }

  lifeOf(index: number): NodeLife {
    return this.#lives[index]!;
  }

  isUp(index: number): boolean {
    return this.#options.simulation.kernel.nodes.isUp(index);
  }

  isGoing(index: number): boolean {
    const life = this.#lives[index]!;
    return this.isUp(index) && (life === "leaving" || life === "left");
  }

  hasHost(index: number): boolean {
    const state = this.#options.simulation.kernel.nodes.state(index);
    return state === NodeState.up || state === NodeState.stopped;
  }

  isPaused(index: number): boolean {
    return this.#options.simulation.kernel.nodes.isPaused(index);
  }

  joinedMicrosOf(index: number): number {
    return this.#joinedMicros[index]!;
  }

  degreeOf(index: number, overlay: string): number {
    return this.node(index)?.view(overlay).size ?? 0;
  }

  statusOf(peer: Peer): NodeStatus | undefined {
    const life = this.#lives[this.#options.peers.indexOf(peer)];
    return life === "waiting" ? undefined : life;
  }

  liveCount(): number {
    return this.#liveCount;
  }

  start(index: number, { keepsState = false }: { readonly keepsState?: boolean } = {}): void {
    const { simulation } = this.#options;
    if (this.isUp(index)) return;
    const before = this.#nodes[index];
    const state = keepsState && before !== null ? before?.snapshot() : undefined;
    const { node, transport } = this.#processes.make(index, this.#classOf[index]!);
    if (before !== null) simulation.recordFault("restart", index);
    this.#nodes[index] = node;
    this.#joinedMicros[index] = simulation.nowMicros;
    simulation.startNode(index, transport);
    simulation.guarded(index, "start", () => {
      node.start(state === undefined ? {} : { state });
    });
  }

  crash(index: number, kind: CrashKind): void {
    const { simulation } = this.#options;
    if (kind === "host") simulation.crashHost(index);
    else simulation.crashProcess(index);
    this.#setLife(index, "crashed");
  }

  pause(index: number): void {
    this.#options.simulation.pause(index);
  }

  resume(index: number): void {
    this.#options.simulation.resume(index);
  }

  /** Under the guard that the node's protocols run under. */
  do(index: number, command: ParticipantCommand): void {
    const node = this.#nodes[index];
    if (node === null || node === undefined || !this.isUp(index)) return;
    this.#options.simulation.guarded(index, command.do, () => {
      performCommand(node, command, this.#options.peers);
    });
  }

  shutdownEntry(): number {
    return this.#lives.findIndex((life, index) => life === "active" && !this.isPaused(index));
  }

  shutDownThrough(index: number): void {
    const entry = this.#nodes[index] ?? null;
    invariant(entry !== null, "A shutdown enters at a node that was started");
    const { networkId, networkKey, truth } = this;
    const host = { networkId, networkKey, truth, nowMicros: () => this.nowMicros() };
    this.#options.simulation.guarded(index, "shutdown", () => {
      new Network({ ...host, nodes: () => [entry] }).shutdown();
    });
  }

  #setLife(index: number, life: NodeLife): void {
    this.#liveCount += Number(isLive(life)) - Number(isLive(this.#lives[index]!));
    this.#lives[index] = life;
  }

  #identities(): (name: string) => string {
    const { platform, scenario } = this.#options;
    if (scenario.nodeCount <= KEYED_NODES_MAX)
      return (name) => platform.peerId(scenario.seed, name);
    const encoder = new TextEncoder();
    return (name) => toHex(platform.sha256(encoder.encode(`${scenario.seed}\nidentity/${name}`)));
  }

  /** Access links and processors of a class. */
  #setHosts({ link, processingMicros, firstNode, count }: NodeClass): void {
    const { simulation } = this.#options;
    const accessLink = accessLinkOf(link);
    for (let index = firstNode; index < firstNode + count; index++) {
      if (accessLink !== null) simulation.setAccessLink(index, accessLink);
      if (processingMicros > 0) simulation.setProcessingMicros(index, processingMicros);
    }
  }

  /** All nodes between two events, as plain data. */
  snapshot(): PlainData {
    return {
      lives: [...this.#lives],
      joinedMicros: Array.from(this.#joinedMicros),
      closing: this.#closing(),
      nodes: this.#nodes.map((node) => (node === null ? null : node.snapshot())),
    };
  }

  /** Indexes of the nodes whose transports are closing. */
  #closing(): number[] {
    const { handlers } = this.#options.simulation.kernel.nodes;
    const isClosing = (index: number): boolean => {
      const handler = handlers[index];
      return handler instanceof SimTransport && handler.isClosing;
    };
    return Array.from(this.#nodes.keys()).filter(isClosing);
  }

  /** Puts every node where it was: processes that ran go on, ended ones are kept for what they knew. */
  restore(state: PlainData): void {
    const { lives, joinedMicros, closing, nodes } = state as {
      lives: readonly NodeLife[];
      joinedMicros: readonly number[];
      closing: readonly number[];
      nodes: readonly PlainData[];
    };
    const { simulation } = this.#options;
    invariant(
      lives.length === this.nodeCount,
      "A snapshot is restored into the scenario it was made of",
    );
    this.#joinedMicros.set(joinedMicros);
    const isClosing = new Set(closing);
    nodes.forEach((saved, index) => {
      if (saved !== null) {
        const { node, transport } = this.#processes.make(index, this.#classOf[index]!);
        node.restore(saved);
        if (isClosing.has(index)) transport.resumeClosing();
        this.#nodes[index] = node;
        if (this.isUp(index)) simulation.kernel.nodes.handlers[index] = transport;
      }
      this.#setLife(index, lives[index]!);
    });
  }
}
