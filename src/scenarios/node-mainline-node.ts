// One node of the Mainline DHT in a process: our Kademlia behind KRPC over UDP, as others of that network speak it.

import { randomBytes } from "node:crypto";

import type { Environment } from "../protocol/environment.js";
import type { KademliaOptions } from "../protocol/kademlia-options.js";
import type { KeyOutcome } from "../protocol/key-operation.js";
import { KRPC_ID_BYTES } from "../protocol/krpc-codec.js";
import { KrpcWire } from "../protocol/krpc-wire.js";
import { MainlineDiscovery } from "../protocol/mainline-discovery.js";
import { keyOfMainlineId } from "../protocol/mainline-id.js";
import { Node } from "../protocol/node.js";
import type { Protocol } from "../protocol/protocol.js";
import { Routing } from "../protocol/routing.js";
import { RandomStreams } from "../sim/random-streams.js";
import { nodeSha256 } from "../trace/node-hashing.js";
import { MessagePackCodec } from "../transport/message-pack-codec.js";
import { NodePeers } from "../transport/node-peers.js";
import { SystemClock } from "../transport/node-system-clock.js";
import { UdpTransport } from "../transport/node-udp-transport.js";
import type { UdpObserver } from "../transport/node-udp-transport.js";
import { NodeWatchers } from "./node-watchers.js";
import type { NodeWatcher } from "./node-watchers.js";

/** What a node of the Mainline DHT is made of. */
export interface MainlineNodeOptions {
  /** 20 bytes; random unless given. */
  readonly id?: Uint8Array | undefined;
  /** An IPv4 address of this machine; 127.0.0.1 unless given. */
  readonly host?: string | undefined;
  /** 0, the default, takes a free one. */
  readonly port?: number | undefined;
  /** Whether it talks with other machines, where anyone can read and forge what is said. */
  readonly isBeyondLoopback?: boolean | undefined;
  /** Addresses to join through; a node without any begins a network. */
  readonly contacts?: readonly string[] | undefined;
  readonly kademlia?: Partial<Omit<KademliaOptions, "contacts" | "startPeers" | "republishMicros">>;
  readonly watchers?: readonly NodeWatcher[] | undefined;
  readonly observer?: UdpObserver | undefined;
}

/** A node of the Mainline DHT, from the opening of its port to its end. */
export class MainlineNode {
  readonly node: Node;
  readonly discovery: MainlineDiscovery;
  readonly #outcomes = new Map<number, (outcome: KeyOutcome) => void>();
  readonly #left: Promise<void>;

  /** Opens the port; `start` joins. Rejects with the error of a socket, `RangeError` for an id or host that cannot be. */
  static async open(options: MainlineNodeOptions = {}): Promise<MainlineNode> {
    const { id = randomBytes(KRPC_ID_BYTES), host = "127.0.0.1", port = 0 } = options;
    if (id.length !== KRPC_ID_BYTES) {
      throw new RangeError(`An id of ${id.length} bytes; expected ${KRPC_ID_BYTES}`);
    }
    const peers = new NodePeers();
    const clock = new SystemClock();
    const transport = await UdpTransport.open({
      ...{ host, port, clock, observer: options.observer },
      isBeyondLoopback: options.isBeyondLoopback,
      self: (address) => peers.located(keyOfMainlineId(id), address),
      wire: (self) =>
        new KrpcWire({
          self,
          peers,
          sha256: nodeSha256,
          randomBytes,
          nowMicros: () => clock.nowMicros(),
        }),
    });
    const { contacts = [], kademlia, watchers } = options;
    const discovery = new MainlineDiscovery({
      ...kademlia,
      contacts:
        contacts.length === 0
          ? [transport.self]
          : contacts.map((address) => peers.intern("", address)),
    });
    const recorder = new NodeWatchers(watchers);
    return new MainlineNode(transport, { clock, peers, discovery, recorder });
  }

  private constructor(
    transport: UdpTransport,
    parts: {
      readonly clock: SystemClock;
      readonly peers: NodePeers;
      readonly discovery: MainlineDiscovery;
      readonly recorder: NodeWatchers;
    },
  ) {
    const { clock, peers, discovery, recorder } = parts;
    const protocols = new Map<string, Protocol>([["discovery", discovery]]);
    const routing = new Routing(protocols);
    const codec = new MessagePackCodec(routing.messageTypes);
    const streams = new RandomStreams({
      seed: randomBytes(32).toString("hex"),
      sha256: nodeSha256,
    });
    const environment: Environment = {
      ...{ routing, codec, peers, recorder, truth: null },
      random: (name, purpose) => streams.stream(`node/${name}/${purpose}`),
    };
    const name = transport.self.address;
    this.discovery = discovery;
    this.node = new Node({ name, transport, clock, protocols, environment });
    this.node.outcomes((outcome) => {
      this.#outcomes.get(outcome.id)?.(outcome);
      this.#outcomes.delete(outcome.id);
    });
    this.#left = new Promise((resolve) => {
      recorder.add({
        status: (_node, status) => {
          if (status === "left") resolve();
        },
      });
    });
  }

  /** Where it listens, `a.b.c.d:port`. */
  get address(): string {
    return this.node.self.address;
  }

  /** Joins, or begins a network. */
  start(): void {
    this.node.start();
  }

  /** The nodes nearest to an id or info hash of 20 bytes. */
  lookup(target: Uint8Array): Promise<KeyOutcome> {
    return this.#outcomeOf(this.node.lookup(keyOfMainlineId(target)));
  }

  /** The peers of an info hash, as `peerAddresses` reads them from the value. */
  getPeers(infoHash: Uint8Array): Promise<KeyOutcome> {
    return this.#outcomeOf(this.node.get(keyOfMainlineId(infoHash)));
  }

  /** Announces that this host listens at a port for peers of an info hash. Throws `RangeError` for a port that is none. */
  announce(infoHash: Uint8Array, port: number): Promise<KeyOutcome> {
    return this.#outcomeOf(this.discovery.announce(keyOfMainlineId(infoHash), port));
  }

  /** Leaves and frees the port; the others find out. */
  leave(): Promise<void> {
    this.node.leave();
    return this.#left;
  }

  #outcomeOf(id: number): Promise<KeyOutcome> {
    return new Promise((resolve) => {
      this.#outcomes.set(id, resolve);
    });
  }
}
