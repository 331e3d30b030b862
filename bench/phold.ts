// PHOLD: N nodes, each receipt of a datagram sends one on to a random node, latency uniform 10–100 ms a message, the
// message object allocated, sending and delivery digested. Prints one line of JSON.
//
// `--layer node`, the default, goes through the whole stack: kernel, transport, node, protocol. `--layer transport` has
// a handler in place of node and protocol, `--layer kernel` one in place of the transport too, without a codec.

import { parseArgs } from "node:util";
import { Node } from "../src/protocol/node.js";
import { NO_RECORDER } from "../src/protocol/node-recorder.js";
import { PlainStateProtocol } from "../src/protocol/plain-state-protocol.js";
import type { Protocol } from "../src/protocol/protocol.js";
import { Routing } from "../src/protocol/routing.js";
import { createDistribution } from "../src/sim/distributions.js";
import type { Parcel } from "../src/sim/kernel.js";
import { NetworkModel } from "../src/sim/network-model.js";
import type { NodeHandler } from "../src/sim/node-table.js";
import type { Random } from "../src/sim/random.js";
import { RandomStreams } from "../src/sim/random-streams.js";
import { MessageLatency } from "../src/sim/rules/message-latency.js";
import { Simulation } from "../src/sim/simulation.js";
import { Digest } from "../src/trace/digest.js";
import { toHex } from "../src/trace/hashing.js";
import { Names } from "../src/trace/names.js";
import { nodeSha256 } from "../src/trace/node-hashing.js";
import { Recorder } from "../src/trace/recorder.js";
import type { Message } from "../src/transport/codec.js";
import { MessagePackCodec } from "../src/transport/message-pack-codec.js";
import { defineMessage, integer } from "../src/transport/message-type.js";
import type { MessageOf } from "../src/transport/message-type.js";
import type { Peer } from "../src/transport/peer.js";
import { SimPeers } from "../src/transport/sim-peers.js";
import { SimTransport } from "../src/transport/sim-transport.js";
import { SimWire } from "../src/transport/sim-wire.js";
import type { TransportHandler } from "../src/transport/transport.js";

const SEED = 42;
const LATENCY_MICROS = { kind: "uniform", minMicros: 10_000, maxMicros: 100_000 } as const;
/** Deliveries that are not timed: the engine compiles what runs often, and every node sends once. */
const WARM_UP_DELIVERIES_MIN = 500_000;

const Hop = defineMessage("phold/hop", { hops: integer({ max: 1_000_000_000 }) });
type Hop = MessageOf<typeof Hop>;

let deliveryCount = 0;

/** Sends each message on to a random node. */
class Phold extends PlainStateProtocol implements Passer {
  readonly messageTypes = [Hop];
  readonly #everyone: readonly Peer[];

  constructor(everyone: readonly Peer[]) {
    super();
    this.#everyone = everyone;
  }

  override onDatagram(_from: Peer, message: Message): void {
    deliveryCount++;
    this.pass((message as Hop).hops + 1);
  }

  pass(hops: number): void {
    const { transport, random } = this.context;
    const hop: Hop = { type: Hop.type, hops };
    transport.sendDatagram(random.pick(this.#everyone), hop);
  }
}

/** What all layers share. */
interface World {
  readonly simulation: Simulation;
  readonly digest: Digest | null;
  readonly names: Names;
  readonly streams: RandomStreams;
  readonly peers: SimPeers;
  readonly everyone: readonly Peer[];
}

function makeWorld(nodeCount: number, digests: boolean): World {
  const names = new Names();
  const digest = digests ? new Digest({ names, sha256: nodeSha256 }) : null;
  const network = new NetworkModel({ seed: String(SEED), sha256: nodeSha256 });
  network.add(
    new MessageLatency({ name: "latency", distribution: createDistribution(LATENCY_MICROS) }),
  );
  const recorder = new Recorder(digest);
  const simulation = new Simulation({ names, recorder, network, onWorldEvent: () => undefined });
  const streams = new RandomStreams({ seed: SEED, sha256: nodeSha256 });
  const peers = new SimPeers();
  const everyone: Peer[] = [];
  for (let index = 0; index < nodeCount; index++) {
    const name = `node-${String(index)}`;
    simulation.declareNode(name);
    everyone.push(peers.declare(toHex(nodeSha256(new TextEncoder().encode(name)))));
  }
  return { simulation, digest, names, streams, peers, everyone };
}

/** Sends a first message or passes one on. */
interface Passer {
  pass(hops: number): void;
}

/** Starts all nodes as protocols in nodes. */
function startNodes({ simulation, names, streams, peers, everyone }: World): Passer[] {
  const makeProtocols = (): Map<string, Protocol> => new Map([["phold", new Phold(everyone)]]);
  const routing = new Routing(makeProtocols());
  const codec = new MessagePackCodec(routing.messageTypes);
  const wire = new SimWire({ peers, codec, mode: "objects", names });
  const random = (node: string, purpose: string): Random =>
    streams.stream(`node/${node}/${purpose}`);
  const environment = { routing, codec, peers, recorder: NO_RECORDER, random, truth: null };
  return everyone.map((_, index) => {
    const slots = makeProtocols();
    const transport = new SimTransport({ simulation, wire, self: peers.at(index) });
    const name = simulation.kernel.nodes.names[index]!;
    const node = new Node({ name, transport, clock: transport, protocols: slots, environment });
    simulation.startNode(index, transport);
    node.start();
    return slots.get("phold") as Phold;
  });
}

/** A handler on the transport's contract, with a stream of chance of its own. */
class TransportPasser implements Passer, TransportHandler {
  readonly #transport: SimTransport;
  readonly #random: Random;
  readonly #everyone: readonly Peer[];

  constructor(transport: SimTransport, random: Random, everyone: readonly Peer[]) {
    this.#transport = transport;
    this.#random = random;
    this.#everyone = everyone;
  }

  onDatagram(_from: Peer, message: Message): void {
    deliveryCount++;
    this.pass((message as Hop).hops + 1);
  }

  pass(hops: number): void {
    const hop: Hop = { type: Hop.type, hops };
    this.#transport.sendDatagram(this.#random.pick(this.#everyone), hop);
  }

  onMessage(): void {}
  onConnected(): void {}
  onDisconnected(): void {}
  onDrain(): void {}
  onClosed(): void {}
}

function startTransports({ simulation, names, streams, peers, everyone }: World): Passer[] {
  const wire = new SimWire({ peers, codec: new MessagePackCodec([Hop]), mode: "objects", names });
  return everyone.map((_, index) => {
    const transport = new SimTransport({ simulation, wire, self: peers.at(index) });
    const passer = new TransportPasser(
      transport,
      streams.stream(`node/${String(index)}`),
      everyone,
    );
    transport.listen(passer);
    simulation.startNode(index, transport);
    return passer;
  });
}

/** A handler on the kernel itself: scheduling, network, records and dispatch, and one stream of chance for all. */
class KernelPasser implements Passer, NodeHandler {
  readonly #simulation: Simulation;
  readonly #index: number;
  readonly #random: Random;
  readonly #parcel: Parcel;

  constructor(simulation: Simulation, index: number, random: Random, parcel: Parcel) {
    this.#simulation = simulation;
    this.#index = index;
    this.#random = random;
    this.#parcel = parcel;
  }

  onDatagram(_source: number, payload: unknown): void {
    deliveryCount++;
    this.pass((payload as Hop).hops + 1);
  }

  pass(hops: number): void {
    const hop: Hop = { type: Hop.type, hops };
    this.#parcel.payload = hop;
    this.#parcel.contentLow = hops;
    const target = this.#random.integer(this.#simulation.kernel.nodes.count);
    this.#simulation.sendDatagram(this.#index, target, this.#parcel);
  }

  onMessage(): void {}
  onTimer(): void {}
  onConnected(): void {}
  onDisconnected(): void {}
  onDrain(): void {}
  onClosed(): void {}
}

function startHandlers({ simulation, names, streams, everyone }: World): Passer[] {
  const name = names.id(Hop.type);
  const parcel = { payload: null, bytes: 12, name, application: 0, contentHigh: 0, contentLow: 0 };
  const random = streams.stream("bench");
  return everyone.map((_, index) => {
    const passer = new KernelPasser(simulation, index, random, parcel);
    simulation.startNode(index, passer);
    return passer;
  });
}

const LAYERS = { node: startNodes, transport: startTransports, kernel: startHandlers } as const;

/** Memory in use; exact only under `--expose-gc`. */
function memoryBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function run(
  layer: keyof typeof LAYERS,
  nodeCount: number,
  deliveries: number,
  digests: boolean,
): void {
  const world = makeWorld(nodeCount, digests);
  const { simulation, digest } = world;
  const bytesBefore = memoryBytes();
  const passers = LAYERS[layer](world);
  const bytesPerNode = Math.round((memoryBytes() - bytesBefore) / nodeCount);
  for (const passer of passers) passer.pass(0);
  const warmUp = Math.max(nodeCount, WARM_UP_DELIVERIES_MIN);
  while (deliveryCount < warmUp) simulation.step();
  const startedMillis = performance.now();
  while (deliveryCount < warmUp + deliveries) simulation.step();
  const seconds = (performance.now() - startedMillis) / 1000;
  const result = {
    nodes: nodeCount,
    deliveries,
    seconds,
    digest: digest?.value() ?? "",
    bytesPerNode,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function wholeNumber(option: string, text: string | undefined): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new RangeError(`--${option} takes a positive whole number`);
}

const { values } = parseArgs({
  options: {
    nodes: { type: "string" },
    deliveries: { type: "string" },
    layer: { type: "string", default: "node" },
    "no-digest": { type: "boolean", default: false },
  },
});
const layer = Object.keys(LAYERS).find((name) => name === values.layer) as
  keyof typeof LAYERS | undefined;
if (layer === undefined)
  throw new RangeError(`--layer takes one of ${Object.keys(LAYERS).join(", ")}`);
run(
  layer,
  wholeNumber("nodes", values.nodes),
  wholeNumber("deliveries", values.deliveries),
  !values["no-digest"],
);
