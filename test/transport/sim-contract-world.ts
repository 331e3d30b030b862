// The simulator as a world of the transport contract.

import { NetworkModel } from "../../src/sim/network-model.js";
import type { NodeClock } from "../../src/sim/node-clock.js";
import { ConstantLatency } from "../../src/sim/rules/constant-latency.js";
import { Simulation } from "../../src/sim/simulation.js";
import { toHex } from "../../src/trace/hashing.js";
import { Names } from "../../src/trace/names.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { Recorder } from "../../src/trace/recorder.js";
import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import { comparePeers } from "../../src/transport/peer.js";
import type { Peer } from "../../src/transport/peer.js";
import { SimPeers } from "../../src/transport/sim-peers.js";
import { SimTransport } from "../../src/transport/sim-transport.js";
import { SimWire } from "../../src/transport/sim-wire.js";
import type { WireMode } from "../../src/transport/sim-wire.js";
import { CONTRACT_TYPES } from "./contract-world.js";
import type { ContractWorld, HostedNode } from "./contract-world.js";

/** More than any time-out of the model, so that what has not happened by then never will. */
const PATIENCE_MICROS = 300_000_000;
const SETTLE_MICROS = 1_000_000;
const NODES = 4;

export interface SimContractOptions {
  readonly mode: WireMode;
  /** The clock of the node of an index; virtual time unless said otherwise. */
  readonly clockOf?: (index: number) => NodeClock | null;
  /** Prepares the simulation further: links, processors, rules. */
  readonly prepare?: (simulation: Simulation) => void;
}

export class SimContractWorld implements ContractWorld {
  readonly simulation: Simulation;
  readonly #peers = new SimPeers();
  readonly #wire: SimWire;
  readonly #clockOf: (index: number) => NodeClock | null;
  #started = 0;

  constructor({ mode, clockOf = () => null, prepare }: SimContractOptions) {
    const names = new Names();
    const network = new NetworkModel({ seed: "contract", sha256: nodeSha256 });
    network.add(new ConstantLatency({ name: "latency", latencyMicros: 5000 }));
    this.simulation = new Simulation({
      names,
      recorder: new Recorder(null),
      network,
      onWorldEvent: () => undefined,
      idPrecedes: (a, b) => comparePeers(this.#peers.at(a), this.#peers.at(b)) < 0,
    });
    for (let index = 0; index < NODES; index++) {
      this.simulation.declareNode(`node-${index}`);
      this.#peers.declare(toHex(nodeSha256(Uint8Array.of(index))));
    }
    prepare?.(this.simulation);
    const codec = new MessagePackCodec(CONTRACT_TYPES);
    this.#wire = new SimWire({ peers: this.#peers, codec, mode, names });
    this.#clockOf = clockOf;
  }

  start(): Promise<HostedNode> {
    return this.restart(this.#peers.at(this.#started++));
  }

  absent(): Promise<Peer> {
    return Promise.resolve(this.#peers.at(NODES - 1));
  }

  kill(peer: Peer): Promise<void> {
    this.simulation.inject(() => {
      this.simulation.crashProcess(this.#peers.indexOf(peer));
    });
    return Promise.resolve();
  }

  silence(peer: Peer): Promise<void> {
    this.simulation.inject(() => {
      this.simulation.crashHost(this.#peers.indexOf(peer));
    });
    return Promise.resolve();
  }

  restart(peer: Peer): Promise<HostedNode> {
    const { simulation } = this;
    const self = this.#peers.at(this.#peers.indexOf(peer));
    const clock = this.#clockOf(self.index);
    const transport = new SimTransport({ simulation, wire: this.#wire, self, clock });
    simulation.startNode(self.index, transport);
    return Promise.resolve({ transport, clock: transport });
  }

  act(peer: Peer, action: () => void): void {
    this.simulation.inject(() => {
      this.simulation.guarded(this.#peers.indexOf(peer), "act", action);
    });
  }

  until(condition: () => boolean): Promise<void> {
    const endMicros = this.simulation.nowMicros + PATIENCE_MICROS;
    this.simulation.runUntil(() => condition() || this.simulation.nextMicros > endMicros);
    if (condition()) return Promise.resolve();
    return Promise.reject(new Error("What the test waits for has not happened and never will"));
  }

  settle(): Promise<void> {
    this.simulation.runUntil(this.simulation.nowMicros + SETTLE_MICROS);
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
