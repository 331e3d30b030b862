// What the tests of the live transport are written with: nodes on loopback that note what they hear and what is
// recorded of them, and bare sockets to treat them badly. `live` makes everything and leaves nothing behind.

import { connect } from "node:net";
import type { Socket } from "node:net";

import { MessagePackCodec } from "../../src/transport/message-pack-codec.js";
import {
  ControlKind,
  greetingFrame,
  networkMark,
} from "../../src/transport/node-control-frames.js";
import type { Greeting } from "../../src/transport/node-control-frames.js";
import { NodeIdentity } from "../../src/transport/node-identity.js";
import { NodePeers } from "../../src/transport/node-peers.js";
import { SystemClock } from "../../src/transport/node-system-clock.js";
import { TcpTransport } from "../../src/transport/node-tcp-transport.js";
import type { TcpTransportOptions } from "../../src/transport/node-tcp-transport.js";
import type { Message } from "../../src/transport/codec.js";
import type { Peer } from "../../src/transport/peer.js";
import type {
  MessageFact,
  Refusal,
  TransportObserver,
} from "../../src/transport/transport-observer.js";
import type { DisconnectReason, TransportHandler } from "../../src/transport/transport.js";
import { Channel } from "../../src/trace/record.js";
import { CONTRACT_TYPES } from "./contract-world.js";

/** Longer than the longest time within which anything is promised: a network is whole again within 30 s. */
const PATIENCE_MILLIS = 40_000;

/** Waits for what can be observed. */
export async function until(condition: () => boolean, what = "it"): Promise<void> {
  const endMillis = performance.now() + PATIENCE_MILLIS;
  while (!condition()) {
    if (performance.now() > endMillis) throw new Error(`In good time ${what} has not happened`);
    await passMillis(1);
  }
}

/** Lets time pass in which something must not happen. */
export function passMillis(millis: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, millis);
  });
}

/** A live node that notes everything. */
export class LiveNode implements TransportHandler, TransportObserver {
  transport!: TcpTransport;
  readonly identity: NodeIdentity;
  readonly clock = new SystemClock();
  readonly messages: { readonly from: Peer; readonly message: Message }[] = [];
  readonly datagrams: { readonly from: Peer; readonly message: Message }[] = [];
  readonly connected: Peer[] = [];
  /** Beginnings and ends of connections, in order. */
  readonly story: { readonly what: "connected" | "disconnected"; readonly peer: Peer }[] = [];
  readonly disconnected: { readonly peer: Peer; readonly reason: DisconnectReason }[] = [];
  /** What records would say, one line each. */
  readonly records: string[] = [];
  readonly refusals: Refusal[] = [];
  isClosed = false;
  onMessageHook: () => void = () => undefined;

  constructor(identity: NodeIdentity) {
    this.identity = identity;
  }

  get peer(): Peer {
    return this.transport.self;
  }

  get port(): number {
    return Number(this.peer.address.split(":").at(-1));
  }

  get reasons(): DisconnectReason[] {
    return this.disconnected.map(({ reason }) => reason);
  }

  numbers(): number[] {
    return this.messages.map(({ message }) => (message as Message & { n: number }).n);
  }

  onMessage(from: Peer, message: Message): void {
    this.messages.push({ from, message });
    this.onMessageHook();
  }

  onDatagram(from: Peer, message: Message): void {
    this.datagrams.push({ from, message });
  }

  onConnected(peer: Peer): void {
    this.connected.push(peer);
    this.story.push({ what: "connected", peer });
  }

  onDisconnected(peer: Peer, reason: DisconnectReason): void {
    this.disconnected.push({ peer, reason });
    this.story.push({ what: "disconnected", peer });
  }

  onDrain(): void {
    // Back-pressure is the contract suite's matter.
  }

  onClosed(): void {
    this.isClosed = true;
  }

  sent(_to: Peer, channel: Channel, fact: MessageFact, reason: string): void {
    this.#note("sent", channel, fact, reason);
  }

  delivered(_from: Peer, channel: Channel, fact: MessageFact): void {
    this.#note("delivered", channel, fact, "");
  }

  dropped(_peer: Peer, channel: Channel, fact: MessageFact, reason: string): void {
    this.#note("dropped", channel, fact, reason);
  }

  connection(_peer: Peer, change: string, epoch: number, reason: string): void {
    this.records.push(`${change} ${epoch} ${reason}`.trim());
  }

  refused(_address: string, refusal: Refusal): void {
    this.refusals.push(refusal);
  }

  #note(
    what: string,
    channel: Channel,
    { type, bytes, number }: MessageFact,
    reason: string,
  ): void {
    const way = channel === Channel.stream ? "stream" : "datagram";
    this.records.push(`${what} ${way} ${type} ${bytes} #${number} ${reason}`.trim());
  }
}

/** A bare socket that said that it was a peer. */
export interface Greeter {
  readonly socket: Socket;
  readonly id: string;
  /** What came back so far. */
  readonly heard: () => Buffer;
}

/** A stage for one test. */
export class Live {
  readonly peers = new NodePeers();
  readonly #nodes: LiveNode[] = [];
  readonly #sockets: Socket[] = [];

  /** Starts a node that listens. */
  async node(options: Partial<TcpTransportOptions> = {}): Promise<LiveNode> {
    const node = new LiveNode(options.identity ?? NodeIdentity.generate());
    node.transport = await TcpTransport.open({
      ...{ identity: node.identity, peers: this.peers, host: "127.0.0.1", port: 0 },
      ...{ security: "tls", observer: node, clock: node.clock },
      codec: new MessagePackCodec(CONTRACT_TYPES),
      ...options,
    });
    node.transport.listen(node);
    this.#nodes.push(node);
    return node;
  }

  /** A bare socket to a port, connected; errors are the test's to look for. */
  socket(port: number): Promise<Socket> {
    return new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        resolve(socket);
      });
      socket.on("error", () => undefined);
      this.#sockets.push(socket);
    });
  }

  /** A socket that has greeted a node in plain text as a peer, and what the node says to it. */
  async greet(node: LiveNode, fields: Partial<Greeting> = {}): Promise<Greeter> {
    const id = fields.id ?? NodeIdentity.generate().peerId;
    const socket = await this.socket(node.port);
    const parts: Buffer[] = [];
    socket.on("data", (part: Buffer) => parts.push(part));
    socket.write(
      greetingFrame(ControlKind.hello, {
        ...{
          id,
          address: "127.0.0.1:9",
          network: networkMark(""),
          boot: "00112233aabbccdd",
          dial: 1,
          session: 0,
        },
        ...{ isByAddress: false, isForDatagrams: false, isDuplicate: false },
        ...fields,
      }),
    );
    return { socket, id, heard: () => Buffer.concat(parts) };
  }

  close(): void {
    for (const node of this.#nodes) node.transport.destroy();
    for (const socket of this.#sockets) socket.destroy();
  }
}

/** Runs a test on a stage of its own. */
export async function live(test: (stage: Live) => Promise<void>): Promise<void> {
  const stage = new Live();
  try {
    await test(stage);
  } finally {
    stage.close();
  }
}
