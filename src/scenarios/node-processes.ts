// Makes the processes of nodes: transport, clock, protocols, and what all nodes of a class share. What becomes of a
// process is up to `simulated-network.ts`.

import type { Environment } from "../protocol/environment.js";
import { asHandlerError } from "../protocol/handler-error.js";
import type { NetworkTruth } from "../protocol/network-truth.js";
import { Node } from "../protocol/node.js";
import type { NodeStatus, Protocol } from "../protocol/protocol.js";
import { Routing } from "../protocol/routing.js";
import { mixKey, mixUnit } from "../sim/mix.js";
import { NodeClock } from "../sim/node-clock.js";
import type { RandomStreams } from "../sim/random-streams.js";
import type { Simulation } from "../sim/simulation.js";
import { hashText } from "../trace/names.js";
import { MessagePackCodec } from "../transport/message-pack-codec.js";
import type { Peer } from "../transport/peer.js";
import type { SimPeers } from "../transport/sim-peers.js";
import { SimTransport } from "../transport/sim-transport.js";
import { SimWire } from "../transport/sim-wire.js";
import type { WireMode } from "../transport/sim-wire.js";
import type { NodePlacements } from "./node-placements.js";
import { NodeRecords } from "./node-records.js";
import type { Platform } from "./platform.js";
import type { ProtocolDefinition, ProtocolPlacement } from "./protocol-definition.js";
import type { ProtocolOptions } from "./protocol-options.js";
import type { NodeClass, Scenario } from "./scenario.js";

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

/** A class of nodes as it runs. */
interface ClassKit {
  readonly nodeClass: NodeClass;
  readonly environment: Environment;
  readonly wire: SimWire;
}

/** The maker of all processes of one simulated run. */
export class NodeProcesses {
  readonly #options: NodeProcessesOptions;
  readonly #kits: readonly ClassKit[];
  /** What clocks without skew show at the beginning. */
  readonly #aheadMicros: number;

  constructor(options: NodeProcessesOptions) {
    this.#options = options;
    const { classes } = options.scenario;
    this.#aheadMicros = Math.max(0, ...classes.map(({ clock }) => clock.skewMicrosMax));
    this.#kits = classes.map((nodeClass) => this.#makeKit(nodeClass));
  }

  /** A fresh process of a node of this class, not started. */
  make(index: number, classIndex: number): { node: Node; transport: SimTransport } {
    const { simulation, peers } = this.#options;
    const { environment, wire, nodeClass } = this.#kits[classIndex]!;
    const clock = this.#clockOf(nodeClass, index);
    const transport = new SimTransport({ simulation, wire, self: peers.at(index), clock });
    const protocols = this.#protocolsOf(nodeClass, index);
    const node = new Node({
      name: this.#nameOf(index),
      transport,
      clock: transport,
      protocols,
      environment,
    });
    return { node, transport };
  }

  /** The types of all messages that nodes understand, each once, in the order of classes and protocols. */
  messageTypes(): string[] {
    const types = this.#kits.flatMap(({ environment }) => environment.routing.messageTypes);
    return [...new Set(types.map(({ type }) => type))];
  }

  #makeKit(nodeClass: NodeClass): ClassKit {
    const { simulation, peers, streams, wireMode, onStatus, truth } = this.#options;
    const { names, recorder } = simulation.kernel;
    const routing = this.#makeRouting(nodeClass);
    const codec = new MessagePackCodec(routing.messageTypes);
    const nameAt = (node: number): string => this.#nameOf(node);
    const environment: Environment = {
      routing,
      codec,
      peers,
      recorder: new NodeRecords({ recorder, names, peers, nameOf: nameAt, onStatus }),
      random: (nodeName, purpose) => streams.stream(`node/${nodeName}/${purpose}`),
      truth,
    };
    const nameOf = (peer: Peer): string => this.#nameOf(peers.indexOf(peer));
    const wire = new SimWire({ peers, codec, mode: wireMode, names, nameOf });
    return { nodeClass, environment, wire };
  }

  /** Two protocols of a node may claim one message: that is for whoever wrote them to hear of. */
  #makeRouting(nodeClass: NodeClass): Routing {
    const protocols = this.#protocolsOf(nodeClass, nodeClass.firstNode);
    try {
      return new Routing(protocols);
    } catch (thrown) {
      const slot = Array.from(protocols.keys()).join(", ");
      const node = this.#nameOf(nodeClass.firstNode);
      throw asHandlerError(thrown, { node, slot, handler: "messageTypes" });
    }
  }

  #protocolsOf(nodeClass: NodeClass, index: number): Map<string, Protocol> {
    const { definitionOf, placements } = this.#options;
    const placement = placements.of(index);
    const protocols = new Map<string, Protocol>();
    for (const { slot, use, options } of nodeClass.protocols) {
      protocols.set(slot, this.#create(index, definitionOf(slot, use), { options, placement }));
    }
    return protocols;
  }

  /** A protocol's constructor runs under the guard as its handlers do. */
  #create(
    index: number,
    definition: ProtocolDefinition,
    { options, placement }: { options: ProtocolOptions; placement: ProtocolPlacement },
  ): Protocol {
    const made: Protocol[] = [];
    try {
      this.#options.simulation.guarded(index, "create", () => {
        made.push(definition.create(options, placement));
      });
    } catch (thrown) {
      const { slot } = definition;
      throw asHandlerError(thrown, { node: this.#nameOf(index), slot, handler: "create" });
    }
    return made[0]!;
  }

  /**
   * The node's own clock; null where it shows virtual time. Skew is about how clocks differ: all of them are set
   * ahead by the most that any may lag, since one that began below zero would stand still and hold timers up.
   */
  #clockOf({ clock }: NodeClass, index: number): NodeClock | null {
    if (clock.driftPpmMax === 0 && this.#aheadMicros === 0) return null;
    const { platform, scenario } = this.#options;
    const key = mixKey(platform.sha256, scenario.seed, "clock");
    const name = hashText(this.#nameOf(index));
    const between = (bound: number, n: number): number =>
      Math.round((mixUnit(key, name, n, 0, 0) * 2 - 1) * bound);
    return new NodeClock({
      offsetMicros: this.#aheadMicros + between(clock.skewMicrosMax, 0),
      driftPpm: between(clock.driftPpmMax, 1),
    });
  }

  #nameOf(index: number): string {
    return this.#options.simulation.kernel.nodes.names[index]!;
  }
}
