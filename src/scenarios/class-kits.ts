// What the processes of nodes are made of in either world: what all nodes of a class share, fresh protocols, and the
// node's own clock. Transports are the worlds' own matter.

import type { Environment } from "../protocol/environment.js";
import { asHandlerError } from "../protocol/handler-error.js";
import type { NetworkTruth } from "../protocol/network-truth.js";
import type { NodeRecorder } from "../protocol/node-recorder.js";
import type { Protocol } from "../protocol/protocol.js";
import { Routing } from "../protocol/routing.js";
import { mixKey, mixUnit } from "../sim/mix.js";
import { NodeClock } from "../sim/node-clock.js";
import type { RandomStreams } from "../sim/random-streams.js";
import { hashText } from "../trace/names.js";
import { MessagePackCodec } from "../transport/message-pack-codec.js";
import type { NodePlacements } from "./node-placements.js";
import type { Platform } from "./platform.js";
import type { ProtocolDefinition, ProtocolPlacement } from "./protocol-definition.js";
import type { ProtocolOptions } from "./protocol-options.js";
import type { RunPeers } from "./run-peers.js";
import type { NodeClass, Scenario } from "./scenario.js";

/** A class of nodes as it runs. */
export interface ClassKit {
  readonly nodeClass: NodeClass;
  readonly environment: Environment;
  readonly codec: MessagePackCodec;
}

export interface ClassKitsOptions {
  readonly scenario: Scenario;
  readonly platform: Platform;
  readonly streams: RandomStreams;
  readonly peers: RunPeers;
  /** Finds a protocol by slot and name. */
  readonly definitionOf: (slot: string, use: string) => ProtocolDefinition;
  /** Whom each node knows when it starts. */
  readonly placements: NodePlacements;
  /** Null in a process that does not know it. */
  readonly truth: NetworkTruth | null;
  readonly recorder: NodeRecorder;
  readonly nameOf: (index: number) => string;
  /** Runs a protocol's constructor as its handlers are run. */
  readonly guarded: (index: number, run: () => void) => void;
}

/** The kits of one run. */
export class ClassKits {
  readonly #options: ClassKitsOptions;
  readonly #kits: readonly ClassKit[];
  /** What clocks without skew show at the beginning. */
  readonly #aheadMicros: number;

  constructor(options: ClassKitsOptions) {
    this.#options = options;
    const { classes } = options.scenario;
    this.#aheadMicros = Math.max(0, ...classes.map(({ clock }) => clock.skewMicrosMax));
    this.#kits = classes.map((nodeClass) => this.#makeKit(nodeClass));
  }

  /** What the nodes of a class share. */
  at(classIndex: number): ClassKit {
    return this.#kits[classIndex]!;
  }

  /** The types of all messages that nodes understand, each once, in the order of classes and protocols. */
  messageTypes(): string[] {
    const types = this.#kits.flatMap(({ environment }) => environment.routing.messageTypes);
    return [...new Set(types.map(({ type }) => type))];
  }

  /** Fresh protocols for a node of the class, by slot. */
  protocolsOf({ protocols: uses }: NodeClass, index: number): Map<string, Protocol> {
    const { definitionOf, placements } = this.#options;
    const placement = placements.of(index);
    const protocols = new Map<string, Protocol>();
    for (const { slot, use, options } of uses) {
      protocols.set(slot, this.#create(index, definitionOf(slot, use), { options, placement }));
    }
    return protocols;
  }

  /**
   * The node's own clock; null where it shows the run's time. Skew is about how clocks differ: all of them are set
   * ahead by the most that any may lag, since one that began below zero would stand still and hold timers up.
   */
  clockOf({ clock }: NodeClass, index: number): NodeClock | null {
    if (clock.driftPpmMax === 0 && this.#aheadMicros === 0) return null;
    const { platform, scenario, nameOf } = this.#options;
    const key = mixKey(platform.sha256, scenario.seed, "clock");
    const name = hashText(nameOf(index));
    const between = (bound: number, n: number): number =>
      Math.round((mixUnit(key, name, n, 0, 0) * 2 - 1) * bound);
    return new NodeClock({
      offsetMicros: this.#aheadMicros + between(clock.skewMicrosMax, 0),
      driftPpm: between(clock.driftPpmMax, 1),
    });
  }

  #makeKit(nodeClass: NodeClass): ClassKit {
    const { peers, streams, truth, recorder } = this.#options;
    const routing = this.#makeRouting(nodeClass);
    const codec = new MessagePackCodec(routing.messageTypes);
    const environment: Environment = {
      routing,
      codec,
      peers,
      recorder,
      random: (nodeName, purpose) => streams.stream(`node/${nodeName}/${purpose}`),
      truth,
    };
    return { nodeClass, environment, codec };
  }

  /** Two protocols of a node may claim one message: that is for whoever wrote them to hear of. */
  #makeRouting(nodeClass: NodeClass): Routing {
    const protocols = this.protocolsOf(nodeClass, nodeClass.firstNode);
    try {
      return new Routing(protocols);
    } catch (thrown) {
      const slot = Array.from(protocols.keys()).join(", ");
      const node = this.#options.nameOf(nodeClass.firstNode);
      throw asHandlerError(thrown, { node, slot, handler: "messageTypes" });
    }
  }

  /** A protocol's constructor runs as its handlers do. */
  #create(
    index: number,
    definition: ProtocolDefinition,
    { options, placement }: { options: ProtocolOptions; placement: ProtocolPlacement },
  ): Protocol {
    const made: Protocol[] = [];
    try {
      this.#options.guarded(index, () => {
        made.push(definition.create(options, placement));
      });
    } catch (thrown) {
      const { slot } = definition;
      throw asHandlerError(thrown, {
        node: this.#options.nameOf(index),
        slot,
        handler: "create",
      });
    }
    return made[0]!;
  }
}
