// A network of real nodes over the real simulator, driven by hand: for tests of protocols that need more than
// one node and less than a scenario file.

import type { Environment } from "../../src/protocol/environment.js";
import { Node } from "../../src/protocol/node.js";
import { NO_RECORDER } from "../../src/protocol/node-recorder.js";
import type { NodeRecorder } from "../../src/protocol/node-recorder.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import { Routing } from "../../src/protocol/routing.js";
import { UniformDistribution } from "../../src/sim/distributions/uniform-distribution.js";
import { NetworkModel } from "../../src/sim/network-model.js";
import type { PlainData } from "../../src/sim/plain-data.js";
import { RandomStreams } from "../../src/sim/random-streams.js";
import type { LinkRule } from "../../src/sim/link-rule.js";
import { NO_GROUP, Partition } from "../../src/sim/rules/partition.js";
import { PairLatency } from "../../src/sim/rules/pair-latency.js";
import { Simulation } from "../../src/sim/simulation.js";
import { Names } from "../../src/trace/names.js";
import { toHex } from "../../src/trace/hashing.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { Recorder } from "../../src/trace/recorder.js";
import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import type { Peer, PeerTable } from "../../src/transport/peer.js";
import { SimPeers } from "../../src/transport/sim-peers.js";
import type { SimPeer } from "../../src/transport/sim-peers.js";
import { SimTransport } from "../../src/transport/sim-transport.js";
import { SimWire } from "../../src/transport/sim-wire.js";
import type { WireMode } from "../../src/transport/sim-wire.js";

export const SECOND = 1_000_000;

/** An application message that reached a node. */
export interface Receipt {
  readonly node: Peer;
  readonly applicationId: number;
  readonly hops: number;
}

/** Something a node decided not to do. */
export interface Decision {
  readonly node: Peer;
  readonly what: string;
  readonly why: string;
}

/** A change of belief. */
export interface BeliefChange {
  readonly node: Peer;
  readonly peer: Peer;
  readonly belief: string;
}

export interface OverlayNetworkOptions {
  readonly nodeCount: number;
  readonly seed: string;
  /** A fresh set of protocols for a node. */
  readonly protocols: (index: number, peers: readonly Peer[]) => ReadonlyMap<string, Protocol>;
  readonly rules?: readonly LinkRule[];
  readonly wireMode?: WireMode;
}

/** Nodes 0 to n − 1, none started; latency between 10 and 100 ms a pair. */
export class OverlayNetwork {
  readonly simulation: Simulation;
  readonly peers: readonly SimPeer[];
  readonly receipts: Receipt[] = [];
  readonly decisions: Decision[] = [];
  readonly beliefs: BeliefChange[] = [];
  readonly observations: { readonly node: Peer; readonly name: string; readonly value: number }[] =
    [];
  readonly #options: OverlayNetworkOptions;
  readonly #network: NetworkModel;
  readonly #environment: Environment & { readonly peers: SimPeers };
  readonly #wire: SimWire;
  readonly #nodes = new Map<number, Node>();
  /** States of crashed processes. */
  readonly #states = new Map<number, PlainData>();

  constructor(options: OverlayNetworkOptions) {
    this.#options = options;
    const { nodeCount, seed } = options;
    const names = new Names();
    this.#network = new NetworkModel({ seed, sha256: nodeSha256 });
    const distribution = new UniformDistribution({ minMicros: 10_000, maxMicros: 100_000 });
    this.#network.add(new PairLatency({ name: "latency", distribution }));
    for (const rule of options.rules ?? []) this.#network.add(rule);
    const peers = new SimPeers();
    const simulation = new Simulation({
      names,
      recorder: new Recorder(null),
      network: this.#network,
      onWorldEvent: () => undefined,
    });
    this.simulation = simulation;
    const encoder = new TextEncoder();
    this.peers = Array.from({ length: nodeCount }, (_, index) => {
      simulation.declareNode(`node-${index}`);
      return peers.declare(toHex(nodeSha256(encoder.encode(`${seed} node-${index}`))));
    });
    const routing = new Routing(options.protocols(0, this.peers));
    const codec = new MessagePackCodec(routing.messageTypes);
    const streams = new RandomStreams({ seed, sha256: nodeSha256 });
    this.#wire = new SimWire({ peers, codec, mode: options.wireMode ?? "objects", names });
    this.#environment = {
      routing,
      codec,
      peers,
      recorder: this.#recorder(),
      random: (nodeName, purpose) => streams.stream(`node/${nodeName}/${purpose}`),
      truth: null,
    };
  }

  get nowMicros(): number {
    return this.simulation.nowMicros;
  }

  /** What decoding a message needs. */
  get peerTable(): PeerTable {
    return this.#environment.peers;
  }

  /** Lets virtual time pass. */
  run(micros: number): void {
    this.simulation.runUntil(this.nowMicros + micros);
  }

  /** Virtual time until the condition holds, looked at every quarter of a second; the limit when it never does. */
  runUntil(condition: () => boolean, limitMicros: number): number {
    const fromMicros = this.nowMicros;
    while (this.nowMicros - fromMicros < limitMicros) {
      if (condition()) return this.nowMicros - fromMicros;
      this.run(SECOND / 4);
    }
    return limitMicros;
  }

  start(index: number, state?: PlainData): void {
    const { simulation } = this;
    const self = this.peers[index]!;
    const transport = new SimTransport({ simulation, wire: this.#wire, self });
    const node = new Node({
      name: `node-${index}`,
      transport,
      clock: transport,
      protocols: this.#options.protocols(index, this.peers),
      environment: this.#environment,
    });
    this.#nodes.set(index, node);
    simulation.inject(() => {
      simulation.startNode(index, transport);
      node.start(state === undefined ? {} : { state });
    });
  }

  /** Starts nodes one after the other. */
  startAll(indexes: Iterable<number>, betweenMicros: number): void {
    for (const index of indexes) {
      this.start(index);
      this.run(betweenMicros);
    }
  }

  crash(index: number, kind: "process" | "host" = "process"): void {
    this.#states.set(index, this.node(index).snapshot());
    this.simulation.inject(() => {
      if (kind === "host") this.simulation.crashHost(index);
      else this.simulation.crashProcess(index);
    });
  }

  /** Starts a crashed node again; with its state, what it knew goes on. */
  restart(index: number, { keepsState = false } = {}): void {
    this.start(index, keepsState ? this.#states.get(index) : undefined);
  }

  leave(index: number): void {
    this.simulation.inject(() => {
      this.node(index).leave();
    });
  }

  /** Cuts the network between groups of nodes; nodes outside all groups talk to everyone. */
  cut(...groups: readonly (readonly number[])[]): void {
    const groupOf = new Uint16Array(this.peers.length).fill(NO_GROUP);
    groups.forEach((group, number) => {
      for (const index of group) groupOf[index] = number;
    });
    this.simulation.inject(() => {
      this.#network.add(new Partition({ name: "cut", groupOf }));
      this.simulation.networkChanged();
    });
  }

  heal(): void {
    this.simulation.inject(() => {
      this.#network.remove("cut");
      this.simulation.networkChanged();
    });
  }

  node(index: number): Node {
    const node = this.#nodes.get(index);
    if (node === undefined) throw new Error(`Node ${index} was never started`);
    return node;
  }

  isUp(index: number): boolean {
    return this.simulation.kernel.nodes.isUp(index);
  }

  /** Indexes of the nodes that run. */
  live(): readonly number[] {
    return Array.from(this.#nodes.keys()).filter((index) => this.isUp(index));
  }

  /** The index of a peer's node. */
  indexOf(peer: Peer): number {
    return this.#environment.peers.indexOf(peer);
  }

  /** A node's view as indexes, sorted. */
  view(index: number, overlay: string): readonly number[] {
    const peers = this.node(index).view(overlay).peers();
    return peers.map((peer) => this.indexOf(peer)).sort((a, b) => a - b);
  }

  /** Whether each of these nodes is active and knows exactly the others of them. */
  knowEachOther(indexes: readonly number[]): boolean {
    const wanted = [...indexes].sort((a, b) => a - b);
    return indexes.every((index) => {
      if (this.node(index).ownStatus !== "active") return false;
      const known = this.view(index, "members");
      return known.length === wanted.length - 1 && known.every((other) => indexes.includes(other));
    });
  }

  /** Whether the links between these nodes, taken both ways, make one component. */
  areConnected(indexes: readonly number[], overlay = "neighbours"): boolean {
    const reached = new Set<number>(indexes.slice(0, 1));
    const undirected = new Map<number, number[]>(indexes.map((index) => [index, []]));
    for (const index of indexes) {
      for (const other of this.view(index, overlay)) {
        undirected.get(index)?.push(other);
        undirected.get(other)?.push(index);
      }
    }
    for (const index of reached)
      for (const other of undirected.get(index) ?? []) {
        if (undirected.has(other)) reached.add(other);
      }
    return reached.size === indexes.length;
  }

  #recorder(): NodeRecorder {
    return {
      ...NO_RECORDER,
      received: (node, applicationId, _from, _byteCount, hops) => {
        this.receipts.push({ node, applicationId, hops });
      },
      decided: (node, _slot, what, why) => {
        this.decisions.push({ node, what, why });
      },
      belief: (node, peer, belief) => {
        this.beliefs.push({ node, peer, belief });
      },
      observed: (node, name, value) => {
        this.observations.push({ node, name, value });
      },
    };
  }
}
