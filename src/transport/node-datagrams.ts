// Datagrams over UDP, on the port that the node is dialled at. With TLS they are sealed under a key that was agreed
// on over some connection of the pair, or over one made for that alone (docs/decisions/0006); in plain text, which
// stays on the machine, they name their sender and are believed.

import { Buffer } from "node:buffer";
import type { RemoteInfo, Socket } from "node:dgram";
import { setTimeout } from "node:timers";

import { Channel } from "../trace/record.js";
import type { Message } from "./codec.js";
import { formatAddress, isLoopback, parseAddress } from "./node-address.js";
import { BackOff } from "./node-back-off.js";
import { factOfArrival } from "./node-connection.js";
import type { Connections, KeyKeeper } from "./node-connections.js";
import type { Greeting } from "./node-control-frames.js";
import { DatagramKeys, KEY_MATERIAL_BYTES } from "./node-datagram-keys.js";
import { Dial } from "./node-dialling.js";
import type { Handshake } from "./node-handshake.js";
import { Listener } from "./node-listener.js";
import type { LiveContext } from "./node-live-context.js";
import { monotonicMicros } from "./node-monotonic-time.js";
import type { OutgoingFrame } from "./node-outbox.js";
import { located } from "./node-peers.js";
import { bindUdpSocket } from "./node-udp-socket.js";
import { PEER_ID_BYTES } from "./peer.js";
import type { Peer } from "./peer.js";
import type { Refusal } from "./transport-observer.js";
import { DATAGRAM_BYTES_MAX } from "./transport.js";

/** First byte of a datagram: in plain text, sealed, or a word that a session is not known here. */
const Kind = { plain: 1, sealed: 2, unknownSession: 3 } as const;
/** In front of every message: its number, and whether the run's conditions have damaged it on the way. */
const HEAD_BYTES = 5;
const CORRUPT_FLAG = 1;
const PLAIN_BYTES = 1 + PEER_ID_BYTES + HEAD_BYTES;
/** IP and UDP headers, as the simulator counts them. */
const PACKET_BYTES = 28;
/** The longest packet that can be one: anything longer is none of ours. */
const PACKET_BYTES_MAX = DATAGRAM_BYTES_MAX + 64;
const EXPORTER_LABEL = "EXPORTER-peerscape-datagrams-1";
/** A free port for TCP may be taken for UDP: then another one is tried. */
const PORT_ATTEMPTS = 32;
/** A peer is told, and believed, at most this often that it does not know a session. */
const RENEWAL_MICROS = 1_000_000;
/** Peers that datagrams wait for, and senders that were told lately. */
const PEERS_MAX = 1024;

/** What waits for a key. */
interface Waiting {
  readonly peer: Peer;
  readonly dial: Dial;
  readonly frames: { readonly frame: OutgoingFrame; readonly isCorrupt: boolean }[];
}

export class Datagrams implements KeyKeeper {
  readonly #context: LiveContext;
  /** Asked late: the connections agree on the keys. */
  readonly #connections: () => Connections;
  readonly #socket: Socket;
  readonly #keys: DatagramKeys;
  readonly #backOff: BackOff;
  readonly #waiting = new Map<string, Waiting>();
  /** When a key was last renewed on a peer's word, and when whoever sends under an unknown one was last told. */
  readonly #renewals = new Map<string, number>();
  readonly #prefix = Buffer.from([Kind.sealed]);
  #sentCount = 0;
  /** Datagrams that were sent and have not left: the conditions delay them, or the system has not taken them yet. */
  #leavingCount = 0;
  #isClosing = false;
  #isClosed = false;

  constructor(context: LiveContext, connections: () => Connections, socket: Socket) {
    this.#context = context;
    this.#connections = connections;
    this.#socket = socket;
    this.#keys = new DatagramKeys(context.limits.datagramKeysMax);
    this.#backOff = new BackOff(context.limits);
    socket.on("message", (packet, from) => {
      this.#receive(packet, from);
    });
    // Such as a peer's host that answers that nobody is there: best effort.
    socket.on("error", () => undefined);
  }

  /** Opens a TCP and a UDP port of the same number. Rejects with the error of a socket. */
  static async openPorts(
    host: string,
    port: number,
  ): Promise<{ readonly listener: Listener; readonly socket: Socket }> {
    for (let attempt = 1; ; attempt++) {
      const listener = await Listener.open(host, port);
      try {
        return { listener, socket: await bindUdpSocket(host, listener.port) };
      } catch (error) {
        listener.close();
        if (port !== 0 || attempt === PORT_ATTEMPTS) throw error;
      }
    }
  }

  /** Sends a datagram, or loses it with a reason that is recorded. */
  send(to: Peer, frame: OutgoingFrame): void {
    const { observer, conditions, self } = this.#context;
    frame.number = this.#sentCount++ | 0;
    if (to.id === self.id) {
      observer?.sent(to, Channel.datagram, frame, "");
      this.#deliver(self, frame.payload, frame.number, false);
      return;
    }
    if (parseAddress(to.address) === null) {
      observer?.sent(to, Channel.datagram, frame, "unknown-peer");
      return;
    }
    const bytes = frame.bytes + PACKET_BYTES;
    const verdict = conditions?.judge("datagram", to, bytes, frame.number);
    observer?.sent(to, Channel.datagram, frame, verdict?.lostReason ?? "");
    if (verdict === undefined) this.#dispatch(to, frame, false);
    else if (verdict.lostReason === "") {
      const { delayMicros, copies = 0, isCorrupt = false } = verdict;
      for (let copy = 0; copy <= copies; copy++) {
        if (delayMicros <= 0) this.#dispatch(to, frame, isCorrupt);
        else this.#dispatchLater(to, frame, isCorrupt, delayMicros);
      }
    }
  }

  openSession(): number {
    return this.#context.secureContext === null ? 0 : this.#keys.openSession();
  }

  agree(handshake: Handshake, own: number, greeting: Greeting, isDialler: boolean): void {
    const { exportKey } = handshake;
    if (exportKey === null || own === 0 || greeting.session === 0) return;
    const secret = exportKey(EXPORTER_LABEL, KEY_MATERIAL_BYTES);
    const names = { own, remote: greeting.session };
    const peer = located(this.#context.peers, greeting);
    this.#keys.agree(peer, names, secret, isDialler, monotonicMicros());
    const waiting = this.#waiting.get(greeting.id);
    if (waiting !== undefined) this.#flush(waiting, waiting.peer);
  }

  /** Forgets keys that nobody uses. */
  examine(nowMicros: number): void {
    this.#keys.forgetUnused(nowMicros - this.#context.limits.datagramKeyMillis * 1000);
    for (const [key, atMicros] of this.#renewals) {
      if (nowMicros - atMicros > RENEWAL_MICROS) this.#renewals.delete(key);
    }
  }

  /** Nothing is received any more, and nothing waits for a key; what is on its way out still leaves. */
  close(): void {
    this.#isClosing = true;
    this.#forgetWaiting();
    if (this.#leavingCount === 0) this.destroy();
  }

  /** Nothing is sent or received any more. */
  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosing = this.#isClosed = true;
    this.#forgetWaiting();
    this.#socket.close();
  }

  #forgetWaiting(): void {
    for (const { dial } of this.#waiting.values()) dial.abandon();
    this.#waiting.clear();
  }

  // Sending.

  /** The network takes its time, as far as this process plays it. */
  #dispatchLater(to: Peer, frame: OutgoingFrame, isCorrupt: boolean, delayMicros: number): void {
    this.#leavingCount++;
    setTimeout(() => {
      this.#dispatch(to, frame, isCorrupt);
      this.#left();
    }, delayMicros / 1000);
  }

  #dispatch(to: Peer, frame: OutgoingFrame, isCorrupt: boolean): void {
    if (this.#isClosed) return;
    const { secureContext, self } = this.#context;
    if (secureContext === null) {
      const place = parseAddress(to.address);
      if (place === null || !isLoopback(place.host)) {
        this.#refuse(to.address, "not-loopback", "plain text goes to loopback addresses only");
        return;
      }
      const packet = Buffer.alloc(PLAIN_BYTES + frame.payload.length);
      packet.writeUInt8(Kind.plain);
      packet.write(self.id, 1, "hex");
      writeContent(packet, 1 + PEER_ID_BYTES, frame, isCorrupt);
      this.#transmit(to, packet);
    } else if (this.#keys.has(to.id)) this.#seal(to, frame, isCorrupt);
    else this.#await(to, frame, isCorrupt);
  }

  #seal(to: Peer, frame: OutgoingFrame, isCorrupt: boolean): void {
    const content = Buffer.alloc(HEAD_BYTES + frame.payload.length);
    writeContent(content, 0, frame, isCorrupt);
    const packet = this.#keys.seal(to.id, this.#prefix, content, monotonicMicros());
    if (packet !== null) this.#transmit(to, packet);
  }

  #transmit(to: Peer, packet: Buffer): void {
    const place = parseAddress(to.address);
    if (place === null) return;
    this.#leavingCount++;
    this.#socket.send(packet, place.port, place.host, () => {
      this.#left();
    });
  }

  #left(): void {
    this.#leavingCount--;
    if (this.#isClosing && this.#leavingCount === 0) this.destroy();
  }

  /** Without a key a datagram waits for one, among the last few to that peer. */
  #await(to: Peer, frame: OutgoingFrame, isCorrupt: boolean): void {
    const waiting = this.#waiting.get(waitingKey(to)) ?? (this.#isClosing ? null : this.#renew(to));
    if (waiting === null) {
      this.#drop(to, frame, "no-key");
      return;
    }
    waiting.frames.push({ frame, isCorrupt });
    if (waiting.frames.length > this.#context.limits.datagramsWaitingMax) {
      this.#drop(to, waiting.frames.shift()!.frame, "no-key");
    }
  }

  /** Dials a peer for a key alone; null while too many are dialled. */
  #renew(peer: Peer): Waiting | null {
    if (this.#waiting.size >= PEERS_MAX) return null;
    const key = waitingKey(peer);
    const session = this.openSession();
    const connections = this.#connections();
    const number = connections.nextDial();
    const dial = new Dial({
      ...{ context: this.#context, to: peer, number },
      delayMillis: this.#backOff.delayMillis(key),
      greet: () => connections.greeting({ dial: number, session, isForDatagrams: true }),
      onGreeted: (handshake, greeting) => {
        this.#backOff.succeeded(key);
        this.agree(handshake, session, greeting, true);
        // Whoever was known by the address alone has said who it is.
        this.#flush(waiting, peer.id === "" ? located(this.#context.peers, greeting) : peer);
        handshake.abandon();
      },
      onFailed: (reason) => {
        this.#backOff.failed(key);
        this.#waiting.delete(key);
        for (const { frame } of waiting.frames) this.#drop(peer, frame, reason);
      },
    });
    const waiting: Waiting = { peer, dial, frames: [] };
    this.#waiting.set(key, waiting);
    return waiting;
  }

  /** A dial has found whom it looked for: what waited leaves, if a key was agreed on. */
  #flush(waiting: Waiting, peer: Peer): void {
    this.#waiting.delete(waitingKey(waiting.peer));
    waiting.dial.abandon();
    for (const { frame, isCorrupt } of waiting.frames.splice(0)) {
      if (this.#keys.has(peer.id)) this.#seal(peer, frame, isCorrupt);
      else this.#drop(waiting.peer, frame, "no-key");
    }
  }

  #drop(to: Peer, frame: OutgoingFrame, reason: string): void {
    this.#context.observer?.dropped(to, Channel.datagram, frame, reason);
  }

  // Receiving.

  #receive(packet: Buffer, from: RemoteInfo): void {
    if (this.#isClosing) return;
    const { secureContext } = this.#context;
    const kind = packet[0];
    const address = formatAddress(from.address, from.port);
    if (packet.length > PACKET_BYTES_MAX) {
      this.#refuse(address, "oversized-frame", `${packet.length} bytes`);
    } else if (kind === Kind.plain && secureContext === null) this.#openPlain(packet, address);
    else if (kind === Kind.sealed && secureContext !== null) this.#openSealed(packet, from);
    else if (kind === Kind.unknownSession && packet.length === 5) {
      this.#sessionUnknown(packet.readUInt32BE(1));
    } else this.#refuse(address, "datagram-forged", `a datagram of kind ${String(kind)}`);
  }

  #openPlain(packet: Buffer, address: string): void {
    if (packet.length < PLAIN_BYTES || !isLoopback(parseAddress(address)?.host ?? "")) {
      this.#refuse(address, "datagram-forged", `${packet.length} bytes in plain text`);
      return;
    }
    const id = packet.toString("hex", 1, 1 + PEER_ID_BYTES);
    const from = this.#context.peers.intern(id, address);
    this.#openContent(from, packet.subarray(1 + PEER_ID_BYTES), address);
  }

  #openSealed(packet: Buffer, from: RemoteInfo): void {
    const address = formatAddress(from.address, from.port);
    const opened = this.#keys.open(packet, this.#prefix.length, monotonicMicros());
    if ("refusal" in opened) {
      this.#refuse(address, opened.refusal, `session ${opened.session}`);
      if (opened.refusal === "datagram-stranger") this.#sayUnknown(opened.session, from);
      return;
    }
    this.#openContent(opened.peer, opened.content, address);
  }

  #openContent(from: Peer, content: Buffer, address: string): void {
    if (content.length < HEAD_BYTES) {
      this.#refuse(address, "bad-message", `a datagram of ${content.length} bytes`);
      return;
    }
    const number = content.readInt32BE();
    const isCorrupt = (content[4]! & CORRUPT_FLAG) !== 0;
    this.#deliver(from, content.subarray(HEAD_BYTES), number, isCorrupt, address);
  }

  #deliver(
    from: Peer,
    payload: Uint8Array,
    number: number,
    isCorrupt: boolean,
    address = "",
  ): void {
    const { packer, peers, observer, mailbox, handler } = this.#context;
    let message: Message;
    try {
      // A copy that is no Buffer, as codecs expect.
      message = packer.codec.decode(Uint8Array.from(payload), peers);
    } catch (error) {
      this.#refuse(address, "bad-message", String(error));
      return;
    }
    mailbox.post(() => {
      const application = observer === null ? 0 : packer.codec.applicationId(message);
      const fact = factOfArrival(application, message, payload.length, number);
      const listener = handler();
      const reason = isCorrupt ? "corrupt" : listener === null ? "closing" : "";
      if (reason !== "") observer?.dropped(from, Channel.datagram, fact, reason);
      else {
        observer?.delivered(from, Channel.datagram, fact);
        listener?.onDatagram(from, message);
      }
    });
  }

  // Keys that only one end still has.

  /** Tells a sender that its session is not known here, as after a restart; shorter than what it answers. */
  #sayUnknown(session: number, { address, port }: RemoteInfo): void {
    if (!this.#isTimeFor(`told ${formatAddress(address, port)}`)) return;
    const packet = Buffer.from([Kind.unknownSession, 0, 0, 0, 0]);
    packet.writeUInt32BE(session, 1);
    this.#socket.send(packet, port, address, () => undefined);
  }

  /** Anyone can say so: all that it leads to is a dial, which proves who is there, and not often. */
  #sessionUnknown(session: number): void {
    const peer = this.#keys.peerOf(session);
    if (peer === undefined || this.#waiting.has(waitingKey(peer))) return;
    if (this.#isTimeFor(`renew ${peer.id}`)) this.#renew(peer);
  }

  #isTimeFor(what: string): boolean {
    const nowMicros = monotonicMicros();
    const lastMicros = this.#renewals.get(what);
    if (lastMicros !== undefined && nowMicros - lastMicros < RENEWAL_MICROS) return false;
    if (this.#renewals.size >= PEERS_MAX) return false;
    this.#renewals.set(what, nowMicros);
    return true;
  }

  #refuse(address: string, refusal: Refusal, detail: string): void {
    this.#context.observer?.refused(address, refusal, detail);
  }
}

/** What a peer waits under: an id has no "@" in it, and whoever is known by the address alone has no id. */
function waitingKey({ id, address }: Peer): string {
  return id === "" ? `@${address}` : id;
}

function writeContent(
  packet: Buffer,
  offset: number,
  frame: OutgoingFrame,
  isCorrupt: boolean,
): void {
  packet.writeInt32BE(frame.number, offset);
  packet[offset + 4] = isCorrupt ? CORRUPT_FLAG : 0;
  packet.set(frame.payload, offset + HEAD_BYTES);
}
