// One live node in a process: an identity, a transport over real sockets, a real clock and protocols make the same
// `Node` and `Network` that simulations have.

import { randomBytes } from "node:crypto";
import type { Environment } from "../protocol/environment.js";
import { Network } from "../protocol/network.js";
import type { NetworkHost } from "../protocol/network-host.js";
import { Node } from "../protocol/node.js";
import type { NodeStatus, Protocol } from "../protocol/protocol.js";
import { Routing } from "../protocol/routing.js";
import { RandomStreams } from "../sim/random-streams.js";
import { nodeSha256 } from "../trace/node-hashing.js";
import { MessagePackCodec } from "../transport/message-pack-codec.js";
import { formatAddress } from "../transport/node-address.js";
import type { NodeIdentity } from "../transport/node-identity.js";
import { NodePeers } from "../transport/node-peers.js";
import type { Security } from "../transport/node-secure-socket.js";
import { NodeSignatures } from "../transport/node-signatures.js";
import { SystemClock } from "../transport/node-system-clock.js";
import type { TcpLimits } from "../transport/node-tcp-limits.js";
import { TcpTransport } from "../transport/node-tcp-transport.js";
import type { Peer } from "../transport/peer.js";
import type { Signer } from "../transport/signatures.js";
import { NodeWatchers } from "./node-watchers.js";
import type { NodeWatcher } from "./node-watchers.js";
import type { ProtocolDefinition, ProtocolPlacement } from "./protocol-definition.js";
import { findProtocol } from "./protocol-registry.js";
import type { OverlayTraits } from "./protocol-definition.js";
import type { ProtocolUse } from "./scenario.js";

/** The network that a live node is part of. */
export interface LiveNetworkIdentity {
  /** Its name, which shutdown instructions carry. */
  readonly id: string;
  /** The raw public key whose instructions the node obeys; null for a node that obeys none. */
  readonly publicKey: Uint8Array | null;
  /** The key itself, where this node's user holds it. */
  readonly signer: Signer | null;
}

/** What a live node is made of. */
export interface LiveNodeOptions {
  /** What its user and its errors call it. */
  readonly name: string;
  readonly identity: NodeIdentity;
  /** Where to listen: an address of this machine, and a port or 0 for a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  /** Where others dial, when that is not where it listens. */
  readonly announce?: string | undefined;
  readonly security: Security;
  /** Addresses to join through, the genesis node's first; a node without any is the genesis node. */
  readonly join: readonly string[];
  readonly network: LiveNetworkIdentity;
  /** The protocols by slot, in the order in which they start. */
  readonly protocols: readonly ProtocolUse[];
  readonly definitions: readonly ProtocolDefinition[];
  readonly watchers?: readonly NodeWatcher[];
  /** Shared by all nodes of the process; a table of its own unless given. */
  readonly peers?: NodePeers | undefined;
  /**
   * The instant of `SystemClock.machineMicros` at which its clock shows 0. All nodes of a network must agree on it, to
   * the second or so: instructions expire by it, and a node that comes back speaks of itself by it.
   */
  readonly epochMicros: number;
  readonly limits?: Partial<TcpLimits> | undefined;
}

/** A live node, from the opening of its port to the last byte. */
export class LiveNode implements NetworkHost {
  readonly node: Node;
  readonly network: Network;
  readonly watchers: NodeWatchers;
  readonly clock: SystemClock;
  readonly networkId: string;
  readonly networkKey: Signer | null;
  /** Nobody knows the truth about a live network. */
  readonly truth = null;
  /** The overlays that its protocols keep, with their slots. */
  readonly overlays: readonly { readonly slot: string; readonly traits: OverlayTraits }[];
  /** Settles when the node has left and its port is free again. */
  readonly left: Promise<void>;
  readonly #transport: TcpTransport;
  readonly #peers: NodePeers;

  /**
   * Opens the port; the node is not started yet. Rejects with the error of a socket, `TransportSetupError` for an address
   * or security that cannot be, `RangeError` for a name of a network that cannot be.
   */
  static async open(options: LiveNodeOptions): Promise<LiveNode> {
    const { identity, listen, announce, security, limits } = options;
    const watchers = new NodeWatchers(options.watchers);
    const peers = options.peers ?? new NodePeers();
    const clock = new SystemClock(options.epochMicros);
    // The port may not be known yet; the transport completes the address of this same object.
    const address = announce ?? formatAddress(listen.host, listen.port);
    const self = peers.located(identity.peerId, address);
    const contacts = options.join.length === 0 ? [self] : placesOf(options.join, peers);
    const protocols = makeProtocols(options, contacts);
    const routing = new Routing(protocols);
    const codec = new MessagePackCodec(routing.messageTypes);
    const transport = await TcpTransport.open({
      ...{ identity, codec, peers, clock, announce, security, limits },
      ...{ host: listen.host, port: listen.port, network: options.network.id, observer: watchers },
    });
    const seed = randomBytes(32).toString("hex");
    const streams = new RandomStreams({ seed, sha256: nodeSha256 });
    const environment: Environment = {
      ...{ routing, codec, peers, recorder: watchers, truth: null },
      random: (nodeName, purpose) => streams.stream(`node/${nodeName}/${purpose}`),
    };
    const { name } = options;
    const node = new Node({ name, transport, clock, protocols, environment });
    return new LiveNode(options, { node, transport, watchers, clock, peers });
  }

  private constructor(
    { network, protocols, definitions }: LiveNodeOptions,
    parts: {
      readonly node: Node;
      readonly transport: TcpTransport;
      readonly watchers: NodeWatchers;
      readonly clock: SystemClock;
      readonly peers: NodePeers;
    },
  ) {
    this.node = parts.node;
    this.watchers = parts.watchers;
    this.clock = parts.clock;
    this.#transport = parts.transport;
    this.#peers = parts.peers;
    this.networkId = network.id;
    this.networkKey = network.signer;
    this.network = new Network(this);
    this.overlays = protocols.flatMap(({ slot, use, options }) => {
      const traits = findProtocol(definitions, slot, use)?.overlays(options) ?? [];
      return traits.map((one) => ({ slot, traits: one }));
    });
    this.left = new Promise((resolve) => {
      const status = (_node: Peer, now: NodeStatus): void => {
        if (now === "left") resolve();
      };
      this.watchers.add({ status });
    });
  }

  /** Starts its protocols: it joins, or begins a network. */
  start(): void {
    this.node.start();
  }

  /** The peer that listens at an address, whoever that is. */
  place(address: string): Peer {
    return this.#transport.peerAt(address) ?? this.#peers.intern("", address);
  }

  /** Ends it as the crash of its process would: nobody is told, and `left` never settles. */
  destroy(): void {
    this.#transport.destroy();
  }

  nodes(): readonly Node[] {
    return [this.node];
  }

  nowMicros(): number {
    return this.clock.nowMicros();
  }
}

function placesOf(addresses: readonly string[], peers: NodePeers): readonly Peer[] {
  return addresses.map((address) => peers.intern("", address));
}

function makeProtocols(
  { protocols, definitions, network }: LiveNodeOptions,
  contacts: readonly Peer[],
): Map<string, Protocol> {
  const placement: ProtocolPlacement = {
    contacts,
    startPeers: [],
    // How many there will be, nobody knows.
    nodeCount: 0,
    network: {
      id: network.id,
      // No signature is one of a key without bytes: whoever has no key of the network refuses all instructions.
      publicKey: network.publicKey ?? new Uint8Array(),
      signatures: new NodeSignatures(),
    },
  };
  const made = new Map<string, Protocol>();
  for (const { slot, use, options } of protocols) {
    const definition = findProtocol(definitions, slot, use);
    if (definition === undefined) {
      throw new RangeError(`Protocol ${use} for slot ${slot} is not among the definitions`);
    }
    made.set(slot, definition.create(options, placement));
  }
  return made;
}
