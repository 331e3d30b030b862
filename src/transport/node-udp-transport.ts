// A transport of datagrams alone, for protocols that others defined: no connections, no identity that is proved, no
// secrecy. What is said is up to a `ForeignWire`. It stays on this machine unless told otherwise.

import type { RemoteInfo, Socket } from "node:dgram";

import type { Message } from "./codec.js";
import type { ForeignPacket, ForeignWire } from "./foreign-wire.js";
import { formatAddress, isLoopback, parseAddress } from "./node-address.js";
import { Mailbox } from "./node-mailbox.js";
import type { SystemClock } from "./node-system-clock.js";
import { bindUdpSocket } from "./node-udp-socket.js";
import type { Peer } from "./peer.js";
import { DATAGRAM_BYTES_MAX } from "./transport.js";
import type { Transport, TransportHandler } from "./transport.js";

/** Datagrams that wait for the node at once; more are lost, as they would be in the socket. */
const WAITING_MAX = 1024;

/** The longest datagram that is read: some answer with all nodes that they know, 26 bytes each. */
const PACKET_BYTES_MAX = 8192;

/** Looks at what passes. Called synchronously, and only looks. */
export interface UdpObserver {
  sent?(address: string, bytes: Uint8Array): void;
  received?(address: string, bytes: Uint8Array): void;
  /** A datagram was not sent, or said nothing to the node. */
  refused?(address: string, problem: string): void;
}

/** What a transport of datagrams is made of. */
export interface UdpTransportOptions {
  /** An IPv4 or IPv6 address of this machine. */
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** The node itself, once its address is known. */
  self(address: string): Peer;
  wire(self: Peer): ForeignWire;
  /** Whether datagrams may go to, and come from, other machines. Anyone there can read and forge them. */
  readonly isBeyondLoopback?: boolean | undefined;
  readonly observer?: UdpObserver | undefined;
  /** The node's clock, which stops with the transport. */
  readonly clock?: SystemClock | undefined;
}

/** Datagrams over UDP. */
export class UdpTransport implements Transport {
  readonly self: Peer;
  readonly #socket: Socket;
  readonly #wire: ForeignWire;
  readonly #mailbox = new Mailbox();
  readonly #isBeyondLoopback: boolean;
  readonly #observer: UdpObserver;
  readonly #clock: SystemClock | undefined;
  #handler: TransportHandler | null = null;
  #waitingCount = 0;
  #isClosing = false;

  /**
   * Opens a port. Rejects with the error of a socket, and with `RangeError` for a host beyond this machine without
   * `isBeyondLoopback`.
   */
  static async open(options: UdpTransportOptions): Promise<UdpTransport> {
    const { host, port, isBeyondLoopback = false } = options;
    if (!isBeyondLoopback && !isLoopback(host)) {
      throw new RangeError(
        `Datagrams in plain text on ${host}; expected an address in 127.0.0.0/8 or ::1, or isBeyondLoopback`,
      );
    }
    return new UdpTransport(options, await bindUdpSocket(host, port));
  }

  private constructor(options: UdpTransportOptions, socket: Socket) {
    this.self = options.self(formatAddress(options.host, socket.address().port));
    this.#wire = options.wire(this.self);
    this.#socket = socket;
    this.#isBeyondLoopback = options.isBeyondLoopback ?? false;
    this.#observer = options.observer ?? {};
    this.#clock = options.clock;
    socket.on("message", (packet, from) => {
      this.#receive(packet, from);
    });
    // Such as a host that answers that nobody is there: best effort.
    socket.on("error", () => undefined);
  }

  listen(handler: TransportHandler): void {
    this.#handler = handler;
    this.#mailbox.start();
  }

  /** Answers through `onDisconnected`: nobody accepts connections here. */
  connect(to: Peer): void {
    this.#mailbox.post(() => this.#handler?.onDisconnected(to, "refused"));
  }

  /** As `connect`: the message is lost with the dial that fails. */
  send(to: Peer, _message: Message): boolean {
    if (this.#isClosing) return false;
    this.connect(to);
    return true;
  }

  sendDatagram(to: Peer, message: Message): void {
    if (this.#isClosing) return;
    const packets = this.#wire.encode(to, message);
    if (packets === null) this.#observer.refused?.(to.address, `${message.type} cannot be said`);
    else for (const packet of packets) this.#transmit(packet);
  }

  bufferedBytes(_to: Peer): number {
    return 0;
  }

  isConnected(_to: Peer): boolean {
    return false;
  }

  disconnect(_peer: Peer): void {
    return;
  }

  close(): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#clock?.stop();
    this.#socket.close();
    this.#mailbox.post(() => {
      this.#mailbox.close();
      this.#handler?.onClosed();
    });
  }

  #transmit({ address, bytes }: ForeignPacket): void {
    const place = parseAddress(address);
    if (place === null) this.#observer.refused?.(address, "no address of a host and port");
    else if (!this.#isAllowed(place.host)) this.#observer.refused?.(address, "beyond this machine");
    else if (bytes.length > DATAGRAM_BYTES_MAX) {
      throw new RangeError(
        `A datagram of ${bytes.length} bytes; expected at most ${DATAGRAM_BYTES_MAX}`,
      );
    } else {
      this.#observer.sent?.(address, bytes);
      this.#socket.send(bytes, place.port, place.host, () => undefined);
    }
  }

  #receive(packet: Uint8Array, from: RemoteInfo): void {
    if (this.#isClosing) return;
    const address = formatAddress(from.address, from.port);
    const problem = !this.#isAllowed(from.address)
      ? "beyond this machine"
      : packet.length > PACKET_BYTES_MAX
        ? `${packet.length} bytes`
        : this.#waitingCount >= WAITING_MAX
          ? "too many wait"
          : "";
    if (problem !== "") {
      this.#observer.refused?.(address, problem);
      return;
    }
    this.#waitingCount++;
    this.#mailbox.post(() => {
      this.#waitingCount--;
      if (!this.#isClosing) this.#deliver(address, Uint8Array.from(packet));
    });
  }

  #deliver(address: string, bytes: Uint8Array): void {
    this.#observer.received?.(address, bytes);
    const arrival = this.#wire.decode(address, bytes);
    if (arrival.problem !== "") this.#observer.refused?.(address, arrival.problem);
    if (arrival.reply !== null) this.#transmit(arrival.reply);
    if (arrival.from === null) return;
    for (const message of arrival.messages) this.#handler?.onDatagram(arrival.from, message);
    if (arrival.question === 0 || this.#isClosing) return;
    const answer = this.#wire.conclude(arrival.question);
    if (answer !== null) this.#transmit(answer);
  }

  #isAllowed(host: string): boolean {
    return this.#isBeyondLoopback || isLoopback(host);
  }
}
