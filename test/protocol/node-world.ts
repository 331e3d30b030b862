// A few nodes over the simulated transport with 10 ms between them, and a list of all they told their recorder.
// For tests of the node itself; tests of overlays have overlay-network.ts.

import type { Environment } from "../../src/protocol/environment.js";
import { Node } from "../../src/protocol/node.js";
import type { NodeRecorder } from "../../src/protocol/node-recorder.js";
import type { Protocol } from "../../src/protocol/protocol.js";
import { Routing } from "../../src/protocol/routing.js";
import { NetworkModel } from "../../src/sim/network-model.js";
import type { Passage } from "../../src/sim/passage.js";
import type { PlainData } from "../../src/sim/plain-data.js";
import { RandomStreams } from "../../src/sim/random-streams.js";
import { Simulation } from "../../src/sim/simulation.js";
import { Names } from "../../src/trace/names.js";
import { toHex } from "../../src/trace/hashing.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import { RecordKind } from "../../src/trace/record.js";
import { Recorder } from "../../src/trace/recorder.js";
import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import type { Peer } from "../../src/transport/peer.js";
import { SimPeers } from "../../src/transport/sim-peers.js";
import type { SimPeer } from "../../src/transport/sim-peers.js";
import { SimTransport } from "../../src/transport/sim-transport.js";
import { SimWire } from "../../src/transport/sim-wire.js";

export const LATENCY_MICROS = 10_000;
export const SECOND = 1_000_000;

/** A message that left a node. */
export interface SentMessage {
  readonly node: string;
  readonly type: string;
  readonly atMicros: number;
}

/** Nodes `node-0`, `node-1`, … */
export class NodeWorld {
  readonly simulation: Simulation;
  readonly peers: readonly SimPeer[];
  /** What nodes told their recorder, as `node-0 status active 0`. */
  readonly told: string[] = [];
  readonly sent: SentMessage[] = [];
  readonly nodes: Node[] = [];
  readonly environment: Environment;
  readonly #wire: SimWire;
  readonly #makeProtocols: (index: number) => ReadonlyMap<string, Protocol>;
  readonly #nameOf = new Map<Peer, string>();

  constructor(nodeCount: number, makeProtocols: (index: number) => ReadonlyMap<string, Protocol>) {
    this.#makeProtocols = makeProtocols;
    const names = new Names();
    const recorder = new Recorder(null);
    recorder.attach({
      kinds: [RecordKind.sent],
      accept: ({ node, name, timeMicros }) => {
        this.sent.push({ node: `node-${node}`, type: names.text(name), atMicros: timeMicros });
      },
    });
    const network = new NetworkModel({ seed: "node-world", sha256: nodeSha256 });
    network.add({
      name: "latency",
      stage: "base",
      apply: (passage: Passage) => {
        passage.delay(LATENCY_MICROS);
      },
    });
    const onWorldEvent = (): void => undefined;
    this.simulation = new Simulation({ names, recorder, network, onWorldEvent });
    const peers = new SimPeers();
    this.peers = Array.from({ length: nodeCount }, (_, i) => {
      this.simulation.declareNode(`node-${i}`);
      const peer = peers.declare(toHex(nodeSha256(new TextEncoder().encode(`node-${i}`))));
      this.#nameOf.set(peer, `node-${i}`);
      return peer;
    });
    const routing = new Routing(makeProtocols(0));
    const codec = new MessagePackCodec(routing.messageTypes);
    const streams = new RandomStreams({ seed: "node-world", sha256: nodeSha256 });
    this.#wire = new SimWire({ peers, codec, mode: "bytes", names });
    this.environment = {
      routing,
      codec,
      peers,
      recorder: this.#recorder(),
      random: (nodeName, purpose) => streams.stream(`node/${nodeName}/${purpose}`),
      truth: null,
    };
  }

  /** Starts a fresh process of a node. */
  start(index: number, { state }: { readonly state?: PlainData } = {}): Node {
    const node = this.make(index);
    this.do(() => {
      node.start(state === undefined ? {} : { state });
    });
    return node;
  }

  startAll(): void {
    for (const { index } of this.peers) this.start(index);
  }

  /** Makes a fresh process of a node and does not start its protocols. */
  make(index: number): Node {
    const { simulation } = this;
    const transport = new SimTransport({ simulation, wire: this.#wire, self: this.peers[index]! });
    const node = new Node({
      name: `node-${index}`,
      transport,
      clock: transport,
      protocols: this.#makeProtocols(index),
      environment: this.environment,
    });
    this.nodes[index] = node;
    simulation.startNode(index, transport);
    return node;
  }

  /** Does something between two events. */
  do(action: () => void): void {
    this.simulation.inject(action);
  }

  /** Opens connections between pairs of nodes and waits until they are ready. */
  link(...pairs: readonly (readonly [number, number])[]): void {
    for (const [one, other] of pairs) {
      this.do(() => this.nodes[one]!.connect(this.peers[other]!));
    }
    this.run(SECOND);
  }

  /** Lets virtual time pass. */
  run(micros: number): void {
    this.simulation.runUntil(this.simulation.nowMicros + micros);
  }

  /** What was told since the last call and begins with these words. */
  takeTold(beginning = ""): string[] {
    return this.told.splice(0).filter((line) => line.startsWith(beginning));
  }

  #recorder(): NodeRecorder {
    const name = (peer: Peer): string => this.#nameOf.get(peer) ?? "a stranger";
    const tell = (node: Peer, ...words: readonly (string | number)[]): void => {
      this.told.push([name(node), ...words].join(" "));
    };
    return {
      status: (node, status, incarnation) => tell(node, "status", status, incarnation),
      belief: (node, peer, belief, n) => tell(node, "belief", name(peer), belief, n),
      viewAdded: (node, overlay, peer) => tell(node, "view", overlay, "add", name(peer)),
      viewRemoved: (node, overlay, peer) => tell(node, "view", overlay, "remove", name(peer)),
      published: (node, _id, byteCount) => tell(node, "published", byteCount),
      received: (node, _id, from, byteCount, hops) =>
        tell(node, "received", byteCount, "from", name(from), "hops", hops),
      asked: (node, { operation }) => tell(node, "asked", operation),
      answered: (node, { operation, isSuccess }) =>
        tell(node, "answered", operation, isSuccess ? "done" : "failed"),
      observed: (node, what, value) => tell(node, "observed", what, value),
      wantsLog: (level) => level === "warn",
      logged: (node, { slot, level, text }) => tell(node, "log", slot, level, text),
      decided: (node, slot, what, why) => tell(node, "decided", slot, what, why),
    };
  }
}
