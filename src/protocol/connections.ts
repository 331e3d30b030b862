// The connections of one node, and the transport as its protocols see it: all of them share each connection,
// and what crosses it is counted here. Costs nothing until the first connection.

import type { PlainData } from "../sim/plain-data.js";
import type { Codec, Message } from "../transport/codec.js";
import type { Peer, PeerTable } from "../transport/peer.js";
import type { DisconnectReason, Transport } from "../transport/transport.js";
import { Connection } from "./connection.js";

const NO_PEERS: readonly Peer[] = [];

/** What one node's protocols send through. Sends nothing any more once the node has stopped. */
export class Connections {
  readonly #transport: Transport;
  readonly #codec: Codec;
  #byPeer: Map<Peer, Connection> | null = null;
  /** The ready ones' peers, until the next change. */
  #connected: readonly Peer[] | null = NO_PEERS;
  #isStopped = false;

  constructor(transport: Transport, codec: Codec) {
    this.#transport = transport;
    this.#codec = codec;
  }

  /** The connection to a peer that is being dialled or ready. */
  get(peer: Peer): Connection | undefined {
    return this.#byPeer?.get(peer);
  }

  /** All connections that are being dialled or ready. */
  all(): readonly Connection[] {
    return this.#byPeer === null ? [] : Array.from(this.#byPeer.values());
  }

  send(to: Peer, message: Message): boolean {
    if (this.#isStopped) return false;
    const isRoomLeft = this.#transport.send(to, message);
    // What a node sends to itself takes no connection.
    if (to.id === this.#transport.self.id) return isRoomLeft;
    // Asked after the transport has measured the message: the codec remembers it.
    this.#orDialing(to).sent(this.#codec.sizeOf(message));
    return isRoomLeft;
  }

  connect(to: Peer): void {
    if (this.#isStopped || to.id === this.#transport.self.id) return;
    this.#transport.connect(to);
    this.#orDialing(to);
  }

  disconnect(peer: Peer): void {
    if (!this.#isStopped) this.#transport.disconnect(peer);
  }

  connectedPeers(): readonly Peer[] {
    return (this.#connected ??= this.all()
      .filter((connection) => connection.state === "connected")
      .map((connection) => connection.peer));
  }

  /** The transport says that a connection is ready. It moves to the end: the order is that of readiness. */
  opened(peer: Peer, atMicros: number): void {
    if (peer.id !== "") this.#forgetFound();
    const connection = this.#orDialing(peer);
    connection.opened(atMicros);
    this.#byPeer?.delete(peer);
    this.#byPeer?.set(peer, connection);
    this.#connected = null;
  }

  /** The transport says that a connection ended or a dial failed. */
  closed(peer: Peer, reason: DisconnectReason): void {
    this.#byPeer?.get(peer)?.closed(reason);
    this.#byPeer?.delete(peer);
    this.#connected = null;
  }

  /** A message arrived over a connection. */
  received(from: Peer, message: Message, sizeBytes: number | undefined): void {
    this.#byPeer?.get(from)?.received(sizeBytes ?? this.#codec.sizeOf(message));
  }

  /** The node has stopped: it sends nothing any more. */
  stop(): void {
    this.#isStopped = true;
  }

  /** Every connection has ended with the transport. */
  endAll(reason: DisconnectReason): void {
    for (const connection of this.all()) connection.closed(reason);
    this.#byPeer = null;
    this.#connected = NO_PEERS;
  }

  snapshot(): PlainData {
    return {
      isStopped: this.#isStopped,
      open: this.all().map((connection) => connection.snapshot()),
    };
  }

  restore(state: PlainData, peers: PeerTable): void {
    const { isStopped, open } = state as {
      isStopped: boolean;
      open: readonly [[id: string, address: string], ...PlainData[]][];
    };
    this.#isStopped = isStopped;
    for (const saved of open) {
      this.#orDialing(peers.intern(...saved[0])).restore(saved);
    }
    this.#connected = null;
  }

  /** Dials by address have become the connections of those who were found there. */
  #forgetFound(): void {
    if (this.#transport.peerAt === undefined) return;
    for (const { peer } of this.all()) {
      if (peer.id === "" && this.#transport.peerAt(peer.address) !== null) {
        this.#byPeer?.delete(peer);
      }
    }
  }

  #orDialing(to: Peer): Connection {
    const peer = to.id === "" ? (this.#transport.peerAt?.(to.address) ?? to) : to;
    this.#byPeer ??= new Map();
    const known = this.#byPeer.get(peer);
    if (known !== undefined) return known;
    const dialing = new Connection(peer);
    this.#byPeer.set(peer, dialing);
    return dialing;
  }
}
