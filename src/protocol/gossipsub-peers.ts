// The peers of a GossipSub node: connected, and known to take part in the topic. The mesh is chosen among them, and the
// others are gossiped to. libp2p leaves it to its connection manager whom to connect to; here the members that the
// node's discovery knows are dialled until there are enough, and accepted until there are too many.

import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import { Broadcast } from "./broadcast.js";
import { Discovery } from "./discovery.js";
import { forgetExpired, noteUntil } from "./expiring-peers.js";
import type { ExpiringPeers } from "./expiring-peers.js";
import { Goodbye, Hello } from "./gossipsub-messages.js";
import { GOSSIPSUB_DEFAULTS } from "./gossipsub-options.js";
import type { GossipSubOptions } from "./gossipsub-options.js";
import type { ProtocolContext, View } from "./protocol.js";

/** How long a peer may take to answer a hello: the connection has its own limit, this is for one that is silent. */
const ANSWER_MICROS = 10_000_000;

/** How long a peer that refused, or could not be dialled, is not asked again: its back-off for connections. */
const REFUSED_MICROS = 60_000_000;

/** Most refusals remembered: as many as are asked within that time at the default settings. */
const REFUSED_MAX = 1_000;

/** A hello that is not answered. */
interface Asked {
  readonly atMicros: number;
  /** Whether the connection was opened for it. */
  readonly isDialled: boolean;
}

/** A node with peers in the topic. */
export abstract class GossipSubPeers extends Broadcast {
  protected readonly options: GossipSubOptions;
  /** Of the topic's peers, those that this node asked of its own accord. */
  protected readonly outbound = new Set<Peer>();
  protected readonly asked = new Map<Peer, Asked>();
  protected readonly refused: ExpiringPeers = new Map();
  /** The connected peers that take part in the topic. */
  protected topicView!: View;

  constructor(options: Partial<GossipSubOptions>) {
    super();
    this.options = { ...GOSSIPSUB_DEFAULTS, ...options };
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    this.topicView = context.view("topic");
    for (const peer of this.topicView.peers()) this.topicView.remove(peer);
    this.outbound.clear();
    this.asked.clear();
    this.refused.clear();
  }

  override onDisconnected(peer: Peer, _reason: DisconnectReason): void {
    if (this.asked.delete(peer)) this.noteRefused(peer);
    this.losePeer(peer);
  }

  /** A peer is among the topic's now. */
  protected gainPeer(peer: Peer): void {
    this.topicView.add(peer);
    this.refused.delete(peer);
  }

  /** A peer is among the topic's no more. */
  protected losePeer(peer: Peer): void {
    this.topicView.remove(peer);
    this.outbound.delete(peer);
  }

  protected onHello(from: Peer, { isSubscribed, isAnswer }: Hello): void {
    const { transport } = this.context;
    if (!transport.isConnected(from)) return;
    const wasAsked = this.asked.delete(from);
    if (!isSubscribed) this.losePeer(from);
    else if (!this.takeIn(from, wasAsked)) {
      transport.send(from, Goodbye.create({}));
      return;
    }
    if (!isAnswer) this.sayHello(from, true);
  }

  protected onGoodbye(from: Peer): void {
    const asked = this.asked.get(from);
    this.asked.delete(from);
    if (asked !== undefined) {
      this.noteRefused(from);
      this.closeUnused(from, asked);
    }
    this.losePeer(from);
  }

  /** Dials members until there are enough peers. Once a heartbeat. */
  protected findPeers(): void {
    const nowMicros = this.context.clock.nowMicros();
    forgetExpired(this.refused, nowMicros);
    for (const [peer, asked] of this.asked) {
      if (asked.atMicros + ANSWER_MICROS > nowMicros) continue;
      this.asked.delete(peer);
      this.noteRefused(peer);
      this.closeUnused(peer, asked);
    }
    const discovery = this.context.protocol("discovery");
    if (!(discovery instanceof Discovery)) return;
    for (const peer of this.topicView.peers()) {
      if (discovery.endOf(peer) === undefined) continue;
      this.losePeer(peer);
      // Should it be alive after all, it must not count on this node.
      this.context.transport.send(peer, Goodbye.create({}));
    }
    if (this.peersMissing > 0) this.askSome(discovery.members());
  }

  /** Asks as many of these as peers are missing, chosen at random. */
  protected askSome(peers: readonly Peer[]): void {
    if (this.context.status === "leaving") return;
    const candidates = peers.filter((peer) => this.isNew(peer));
    for (const peer of this.context.random.sample(candidates, Math.max(0, this.peersMissing))) {
      const isDialled = !this.context.transport.isConnected(peer);
      this.asked.set(peer, { atMicros: this.context.clock.nowMicros(), isDialled });
      this.sayHello(peer, false);
    }
  }

  /** Whether a peer's conduct is such that it counts for little. */
  protected abstract isBad(peer: Peer): boolean;

  private get peersMissing(): number {
    const { peersMin, peersMax } = this.options;
    const count = this.topicView.size + this.asked.size;
    const badCount = this.topicView.peers().filter((peer) => this.isBad(peer)).length;
    return Math.min(peersMin + badCount, peersMax) - count;
  }

  private isNew(peer: Peer): boolean {
    if (peer === this.context.self || this.topicView.has(peer)) return false;
    return !this.asked.has(peer) && !this.refused.has(peer) && !this.isBad(peer);
  }

  /** Counts a peer among the topic's; answers whether there is room. */
  private takeIn(peer: Peer, wasAsked: boolean): boolean {
    if (peer === this.context.self) return false;
    if (wasAsked) this.outbound.add(peer);
    if (this.topicView.has(peer)) return true;
    if (!wasAsked && this.topicView.size >= this.options.peersMax) return false;
    this.gainPeer(peer);
    return true;
  }

  private sayHello(to: Peer, isAnswer: boolean): void {
    const { isSubscribed } = this.options;
    this.context.transport.send(to, Hello.create({ isSubscribed, isAnswer }));
  }

  private noteRefused(peer: Peer): void {
    const untilMicros = this.context.clock.nowMicros() + REFUSED_MICROS;
    noteUntil(this.refused, peer, untilMicros, REFUSED_MAX);
  }

  /** A connection that was opened to ask is of no use; one that became a discovery's link since then is. */
  private closeUnused(peer: Peer, { isDialled }: Asked): void {
    if (!isDialled || this.context.view("neighbours").has(peer)) return;
    this.context.transport.disconnect(peer);
  }
}
