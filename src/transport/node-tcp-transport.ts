// The live transport: the contract of transport.ts over real sockets. One TCP connection for each pair of peers, TLS
// 1.3 at both ends, UDP on the same port. docs/live.md has the wire format and the limits.

import { randomBytes } from "node:crypto";
import { clearInterval, clearTimeout, setInterval, setTimeout } from "node:timers";

import { Channel } from "../trace/record.js";
import type { Codec, Message } from "./codec.js";
import { formatAddress, isLoopback, parseAddress } from "./node-address.js";
import { factOfArrival } from "./node-connection.js";
import { Connections } from "./node-connections.js";
import { BOOT_BYTES, networkMark } from "./node-control-frames.js";
import { Datagrams } from "./node-datagrams.js";
import { FrameMemory } from "./node-frame-memory.js";
import type { NodeIdentity } from "./node-identity.js";
import type { Listener } from "./node-listener.js";
import { MessagePacker } from "./node-live-context.js";
import type { LiveContext } from "./node-live-context.js";
import { Mailbox } from "./node-mailbox.js";
import { monotonicMicros } from "./node-monotonic-time.js";
import type { OutgoingFrame } from "./node-outbox.js";
import { located } from "./node-peers.js";
import type { LivePeerTable } from "./node-peers.js";
import { makeSecureContext } from "./node-secure-socket.js";
import type { Security } from "./node-secure-socket.js";
import type { SystemClock } from "./node-system-clock.js";
import { DEFAULT_TCP_LIMITS } from "./node-tcp-limits.js";
import type { TcpLimits } from "./node-tcp-limits.js";
import type { Peer } from "./peer.js";
import type { SendConditions } from "./send-conditions.js";
import type { TransportObserver } from "./transport-observer.js";
import { DATAGRAM_BYTES_MAX, STREAM_MESSAGE_BYTES_MAX } from "./transport.js";
import type { Transport, TransportHandler } from "./transport.js";

/** How often slow and silent peers are looked for, in parts of the shortest time that is waited for. */
const EXAMINATIONS = 4;
const EXAMINE_MILLIS_MIN = 10;
const EXAMINE_MILLIS_MAX = 1000;

/** What a live transport is made of. */
export interface TcpTransportOptions {
  readonly identity: NodeIdentity;
  readonly codec: Codec;
  /** Shared by all nodes of a process, so that a peer is one object in it. */
  readonly peers: LivePeerTable;
  /** Where to listen: an address of this machine. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Where others dial, when that is not where it listens. Needed for a wildcard host. */
  readonly announce?: string | undefined;
  /** `plaintext` proves nothing and hides nothing: on loopback addresses only. */
  readonly security: Security;
  /** Name of the network that it takes part in; nodes of another one are refused. Empty unless given. */
  readonly network?: string | undefined;
  readonly observer?: TransportObserver | null | undefined;
  readonly conditions?: SendConditions | null | undefined;
  readonly limits?: Partial<TcpLimits> | undefined;
  /** The node's clock, which stops with the transport. */
  readonly clock?: SystemClock | null | undefined;
}

/** A transport was asked for something that it must not do. */
export class TransportSetupError extends Error {
  override readonly name = "TransportSetupError";

  constructor(
    /** What is wrong. */
    readonly problem: "plaintext-beyond-loopback" | "bad-address",
    /** The value that is. */
    readonly value: string,
    explanation: string,
  ) {
    super(explanation);
  }
}

export class TcpTransport implements Transport {
  readonly self: Peer;
  readonly #context: LiveContext;
  readonly #listener: Listener;
  readonly #connections: Connections;
  readonly #datagrams: Datagrams;
  readonly #clock: SystemClock | null;
  readonly #examination: NodeJS.Timeout;
  #handler: TransportHandler | null = null;
  #isClosing = false;
  #isClosed = false;
  #flushTimer: NodeJS.Timeout | null = null;

  /** Opens a transport, which accepts connections from then on. Rejects with the error of a socket. */
  static async open(options: TcpTransportOptions): Promise<TcpTransport> {
    checkOptions(options);
    const { listener, socket } = await Datagrams.openPorts(options.host, options.port);
    return new TcpTransport(options, listener, socket);
  }

  private constructor(
    options: TcpTransportOptions,
    listener: Listener,
    socket: ConstructorParameters<typeof Datagrams>[2],
  ) {
    const { identity, peers, host, announce, security, observer = null } = options;
    const address = announce ?? formatAddress(host, listener.port);
    const self = located(peers, { id: identity.peerId, address });
    const limits: TcpLimits = { ...DEFAULT_TCP_LIMITS, ...options.limits };
    this.self = self;
    this.#clock = options.clock ?? null;
    const context: LiveContext = {
      ...{ self, identity, peers, observer, limits },
      frameMemory: new FrameMemory(limits.frameMemoryBytes),
      packer: new MessagePacker(options.codec, observer !== null),
      conditions: options.conditions ?? null,
      secureContext: security === "tls" ? makeSecureContext(identity) : null,
      mailbox: new Mailbox(),
      network: networkMark(options.network ?? ""),
      boot: randomBytes(BOOT_BYTES).toString("hex"),
      handler: () => (this.#isClosing ? null : this.#handler),
    };
    this.#context = context;
    this.#datagrams = new Datagrams(context, () => this.#connections, socket);
    this.#connections = new Connections(context, this.#datagrams);
    this.#listener = listener;
    listener.start({
      context,
      connectionCount: () => this.#connections.count,
      greet: () => this.#connections.greeting({}),
      onGreeted: (handshake, greeting) => {
        this.#connections.incoming(handshake, greeting);
      },
    });
    const { frameMillis, keepAliveMillis, userTimeoutMillis } = limits;
    const shortestMillis = Math.min(frameMillis, keepAliveMillis, userTimeoutMillis);
    const examineMillis = Math.max(EXAMINE_MILLIS_MIN, shortestMillis / EXAMINATIONS);
    this.#examination = setInterval(
      () => {
        this.#connections.examine(monotonicMicros());
        this.#datagrams.examine(monotonicMicros());
      },
      Math.min(examineMillis, EXAMINE_MILLIS_MAX),
    );
  }

  /** The port at which it listens, for TCP and UDP. */
  get port(): number {
    return this.#listener.port;
  }

  listen(handler: TransportHandler): void {
    this.#handler = handler;
    this.#context.mailbox.start();
  }

  connect(to: Peer): void {
    if (!this.#isClosing && !this.#isSelf(to)) this.#connections.connect(to);
  }

  send(to: Peer, message: Message): boolean {
    if (this.#isClosing) return false;
    const frame = this.#context.packer.pack(message, STREAM_MESSAGE_BYTES_MAX);
    if (!this.#isSelf(to)) return this.#connections.send(to, frame);
    this.#sendToSelf(frame);
    return true;
  }

  sendDatagram(to: Peer, message: Message): void {
    if (this.#isClosing) return;
    const frame = this.#context.packer.pack(message, DATAGRAM_BYTES_MAX);
    this.#datagrams.send(to, frame);
  }

  bufferedBytes(to: Peer): number {
    return this.#isClosing ? 0 : (this.#connections.get(to)?.bufferedBytes ?? 0);
  }

  isConnected(to: Peer): boolean {
    return !this.#isClosing && (this.#connections.get(to)?.isOpen ?? false);
  }

  peerAt(address: string): Peer | null {
    const connection = this.#isClosing ? undefined : this.#connections.get({ id: "", address });
    return connection?.isOpen === true ? connection.peer : null;
  }

  disconnect(peer: Peer): void {
    if (!this.#isClosing) this.#connections.disconnect(peer);
  }

  close({ flushMicros = 0 }: { readonly flushMicros?: number } = {}): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#clock?.stop();
    this.#listener.close();
    this.#datagrams.close();
    // Dials that have something to send, and connections that are slow, get the time that is given to them.
    this.#connections.close(flushMicros > 0, () => {
      this.#closed();
    });
    if (this.#isClosed) return;
    if (this.#connections.isBusy && flushMicros > 0) {
      this.#flushTimer = setTimeout(() => {
        this.#connections.cut();
        this.#datagrams.destroy();
        this.#closed();
      }, flushMicros / 1000);
    } else this.#closed();
  }

  /**
   * Ends the transport as the crash of its process would: connections are reset, nobody listens any more, and
   * nothing is told to the node or recorded. Idempotent.
   */
  destroy(): void {
    this.#isClosing = this.#isClosed = true;
    this.#context.mailbox.close();
    this.#clock?.stop();
    clearInterval(this.#examination);
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    this.#listener.crash();
    this.#datagrams.destroy();
    this.#connections.crash();
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearInterval(this.#examination);
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    const { mailbox } = this.#context;
    mailbox.post(() => {
      mailbox.close();
      this.#handler?.onClosed();
    });
  }

  #sendToSelf(frame: OutgoingFrame): void {
    const { observer, mailbox, packer, peers } = this.#context;
    observer?.sent(this.self, Channel.stream, frame, "");
    mailbox.post(() => {
      const message = packer.codec.decode(frame.payload, peers);
      const fact = factOfArrival(frame.application, message, frame.bytes, 0);
      if (this.#isClosing) observer?.dropped(this.self, Channel.stream, fact, "closing");
      else {
        observer?.delivered(this.self, Channel.stream, fact);
        this.#handler?.onMessage(this.self, message, frame.bytes);
      }
    });
  }

  #isSelf(peer: Peer): boolean {
    return peer.id === "" ? peer.address === this.self.address : peer.id === this.self.id;
  }
}

function checkOptions({ host, port, announce, security }: TcpTransportOptions): void {
  if (security === "plaintext" && !isLoopback(host)) {
    throw new TransportSetupError(
      ...["plaintext-beyond-loopback" as const, host],
      `Plain text on ${host}; expected an address in 127.0.0.0/8 or ::1: use security "tls" elsewhere`,
    );
  }
  const isWildcard = host === "" || host === "::" || /^[0.]+$/.test(host);
  if (announce === undefined ? isWildcard : parseAddress(announce) === null) {
    throw new TransportSetupError(
      ...["bad-address" as const, announce ?? host],
      `Others cannot dial ${announce ?? host}; expected announce as host:port`,
    );
  }
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new TransportSetupError(
      ...["bad-address" as const, String(port)],
      `Port ${port}; expected a whole number from 0 to 65535`,
    );
  }
}
