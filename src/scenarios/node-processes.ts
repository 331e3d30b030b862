// Makes the processes of simulated nodes: transport, clock, protocols. What becomes of a process is up to
// `simulated-network.ts`.

import type { NetworkTruth } from "../protocol/network-truth.js";
import { Node } from "../protocol/node.js";
import type { NodeStatus } from "../protocol/protocol.js";
import type { RandomStreams } from "../sim/random-streams.js";
import type { Simulation } from "../sim/simulation.js";
import { RecordKind } from "../trace/record.js";
import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import type { SimPeers } from "../transport/sim-peers.js";
import { SimTransport } from "../transport/sim-transport.js";
import { SimWire } from "../transport/sim-wire.js";
import type { WireMode } from "../transport/sim-wire.js";
import { ClassKits } from "./class-kits.js";
import type { NodePlacements } from "./node-placements.js";
import { fieldsText } from "./log-text.js";
import { NodeRecords } from "./node-records.js";
import type { Platform } from "./platform.js";
import type { ProtocolDefinition } from "./protocol-definition.js";
import type { Scenario } from "./scenario.js";

/** What processes are made of. */
export interface NodeProcessesOptions {
  readonly scenario: Scenario;
  readonly platform: Platform;
  /** All nodes are declared in it, in the order of classes. */
  readonly simulation: Simulation;
  readonly streams: RandomStreams;
  readonly peers: SimPeers;
  readonly wireMode: WireMode;
  /** Finds a protocol by slot and name. */
  readonly definitionOf: (slot: string, use: string) => ProtocolDefinition;
  /** Whom each node knows when it starts. */
  readonly placements: NodePlacements;
  readonly truth: NetworkTruth;
  /** Told when a node changes its own status. */
  readonly onStatus: (node: number, status: NodeStatus) => void;
}

/** The maker of all processes of one simulated run. */
export class NodeProcesses {
  readonly #options: NodeProcessesOptions;
  readonly #kits: ClassKits;
  /** By class. */
  readonly #wires: readonly SimWire[];

  constructor(options: NodeProcessesOptions) {
    this.#options = options;
    const { scenario, simulation, peers, wireMode, onStatus } = options;
    const { names, recorder } = simulation.kernel;
    const nameOf = (index: number): string => simulation.kernel.nodes.names[index]!;
    this.#kits = new ClassKits({
      ...options,
      recorder: new NodeRecords({ recorder, names, peers, nameOf, onStatus }),
      nameOf,
      guarded: (index, run) => {
        simulation.guarded(index, "create", run);
      },
    });
    const nameOfPeer = (peer: Peer): string => nameOf(peers.indexOf(peer));
    const textOf = (message: Message): string =>
      recorder.wants(RecordKind.content) ? fieldsText(message, { peers, nameOf }) : "";
    this.#wires = scenario.classes.map((_, classIndex) => {
      const { codec } = this.#kits.at(classIndex);
      return new SimWire({ peers, codec, mode: wireMode, names, nameOf: nameOfPeer, textOf });
    });
  }

  /** A fresh process of a node of this class, not started. */
  make(index: number, classIndex: number): { node: Node; transport: SimTransport } {
    const { simulation, peers } = this.#options;
    const { environment, nodeClass } = this.#kits.at(classIndex);
    const transport = new SimTransport({
      simulation,
      wire: this.#wires[classIndex]!,
      self: peers.at(index),
      clock: this.#kits.clockOf(nodeClass, index),
    });
    const node = new Node({
      name: simulation.kernel.nodes.names[index]!,
      transport,
      clock: transport,
      protocols: this.#kits.protocolsOf(nodeClass, index),
      environment,
    });
    return { node, transport };
  }

  /** The types of all messages that nodes understand, each once, in the order of classes and protocols. */
  messageTypes(): string[] {
    return this.#kits.messageTypes();
  }
}
