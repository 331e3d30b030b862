// PHOLD through the whole stack: N nodes, each receipt of a datagram sends one on to a random node, latency uniform
// 10–100 ms a message, the message object allocated, sending and delivery digested. Prints one line of JSON.

import { Node } from "../src/protocol/node.js";
import { NO_RECORDER } from "../src/protocol/node-recorder.js";
import { PlainStateProtocol } from "../src/protocol/plain-state-protocol.js";
import type { Protocol } from "../src/protocol/protocol.js";
import { Routing } from "../src/protocol/routing.js";
import { createDistribution } from "../src/sim/distributions.js";
import { NetworkModel } from "../src/sim/network-model.js";
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

const SEED = 42;
const LATENCY_MICROS = { kind: "uniform", minMicros: 10_000, maxMicros: 100_000 } as const;
/** Deliveries that are not timed: the engine compiles what runs often, and every node sends once. */
const WARM_UP_DELIVERIES_MIN = 500_000;

const Hop = defineMessage("phold/hop", { hops: integer({ max: 1_000_000_000 }) });
type Hop = MessageOf<typeof Hop>;

let deliveryCount = 0;

/** Sends each message on to a random node. */
class Phold extends PlainStateProtocol {
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

/** A network of nodes that have started and sent nothing yet. */
function makeNetwork(nodeCount: number, digests: boolean) {
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
  const makeProtocols = (): Map<string, Protocol> => new Map([["phold", new Phold(everyone)]]);
  const routing = new Routing(makeProtocols());
  const codec = new MessagePackCodec(routing.messageTypes);
  const wire = new SimWire({ peers, codec, mode: "objects", names });
  const random = (node: string, purpose: string) => streams.stream(`node/${node}/${purpose}`);
  const environment = { routing, codec, peers, recorder: NO_RECORDER, random, truth: null };
  const bytesBefore = memoryBytes();
  const protocols: Phold[] = [];
  for (let index = 0; index < nodeCount; index++) {
    const slots = makeProtocols();
    const transport = new SimTransport({ simulation, wire, self: peers.at(index) });
    const name = simulation.kernel.nodes.names[index]!;
    const node = new Node({ name, transport, clock: transport, protocols: slots, environment });
    simulation.startNode(index, transport);
    node.start();
    protocols.push(slots.get("phold") as Phold);
  }
  const bytesPerNode = Math.round((memoryBytes() - bytesBefore) / nodeCount);
  return { simulation, digest, protocols, bytesPerNode };
}

/** Memory in use; exact only under `--expose-gc`. */
function memoryBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function run(nodeCount: number, deliveries: number, digests: boolean): void {
  const { simulation, digest, protocols, bytesPerNode } = makeNetwork(nodeCount, digests);
  for (const protocol of protocols) protocol.pass(0);
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

/** A whole number from the command line: `--nodes 1000`. */
function option(name: string): number {
  const value = Number(process.argv[process.argv.indexOf(`--${name}`) + 1]);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--${name} takes a positive whole number`);
  return value;
}

run(option("nodes"), option("deliveries"), !process.argv.includes("--no-digest"));
