// The two views of a HyParView node: neighbours, with whom it has a link that both ends agreed on, and spare peers
// to make a neighbour of when one is lost (DSN 2007, sections 4.1 and 4.3).
//
// A link is agreed on by messages, since both ends act at once and the network takes its time: whoever adds a
// neighbour has been asked by it or told yes. Connections carry links and are lost with them.

import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import { Discovery } from "./discovery.js";
import {
  Neighbour,
  NeighbourAnswer,
  SHUFFLED_PEERS_MAX,
  ShuffleAnswer,
  Unlink,
} from "./hyparview-messages.js";
import { HYPARVIEW_DEFAULTS } from "./hyparview-options.js";
import type { HyParViewOptions } from "./hyparview-options.js";
import { closeIdle, noteIdle } from "./idle-connections.js";
import type { IdleConnections } from "./idle-connections.js";
import { addLost, ageLost, isLost, noLostPeers, removeLost, takeLostInTurn } from "./lost-peers.js";
import type { PeerBelief, ProtocolContext, View } from "./protocol.js";

/** Requests for links that may be unanswered at once: a storm of joins must not fill a node's memory. */
const REQUESTS_MAX = 64;

/** Reasons for the end of a connection that say nothing against the peer's life. */
const HARMLESS: readonly DisconnectReason[] = [
  "disconnected",
  "replaced",
  "overflow",
  "protocol-error",
];

/** A request for a link that is not answered. */
interface Request {
  readonly isUrgent: boolean;
  readonly askedAtMicros: number;
  /** Whether it has stayed unanswered for longer than a node's patience: no longer counted on. */
  isOverdue: boolean;
}

/** A node with its neighbours and spare peers. */
export abstract class HyParViewLinks extends Discovery {
  readonly isFullMembership = false;
  protected readonly options: HyParViewOptions;
  protected readonly requests = new Map<Peer, Request>();
  /** Those of the spare peers that were asked since the last shuffle and are no neighbours. */
  protected readonly tried = new Set<Peer>();
  protected readonly idle: IdleConnections = new Map();
  /** Neighbours that went silent: dead, or on the far side of a cut. */
  protected lost = noLostPeers();
  protected isPatiencePlanned = false;
  protected activeView!: View;
  protected passiveView!: View;

  constructor(options: Partial<HyParViewOptions>) {
    super();
    this.options = { ...HYPARVIEW_DEFAULTS, ...options };
  }

  /** A restarted node has no neighbours; those it remembers are spare peers like the others. */
  override start(context: ProtocolContext): void {
    super.start(context);
    this.activeView = context.view("neighbours");
    this.passiveView = context.view("passive");
    this.requests.clear();
    this.tried.clear();
    this.idle.clear();
    this.isPatiencePlanned = false;
    for (const peer of this.activeView.peers()) {
      this.activeView.remove(peer);
      this.keepSpare(peer, []);
    }
  }

  members(): readonly Peer[] {
    return [...this.activeView.peers(), ...this.passiveView.peers()];
  }

  isMember(peer: Peer): boolean {
    return this.activeView.has(peer) || this.passiveView.has(peer);
  }

  override get memberCount(): number {
    return this.activeView.size + this.passiveView.size;
  }

  /** A watcher of the node holds a peer dead: so its connection is worth nothing. Or a lost one is back. */
  override peerBelieved(peer: Peer, belief: PeerBelief): void {
    if (belief === "alive" && isLost(this.lost, peer)) this.request(peer, true);
    if (belief !== "dead" || !this.isMember(peer)) return;
    if (this.activeView.has(peer)) this.noteLost(peer);
    this.context.transport.disconnect(peer);
    this.forget(peer);
    this.fillActive();
  }

  override onDisconnected(peer: Peer, reason: DisconnectReason): void {
    const isOnlyNoticed = reason === "reset" && this.activeView.has(peer);
    if (isOnlyNoticed && !this.options.noticesLinkDown) return;
    this.idle.delete(peer);
    const wasAsked = this.requests.delete(peer);
    const wasLinked = this.activeView.has(peer);
    if (wasLinked && reason === "timeout") this.noteLost(peer);
    if (!HARMLESS.includes(reason)) this.forget(peer);
    else if (wasLinked) this.demote(peer);
    if (wasAsked || wasLinked) this.fillActive();
  }

  /** Somebody wants a link. The urgent have nobody else, so they get one at the cost of another. */
  protected onNeighbour(from: Peer, isUrgent: boolean): void {
    const hasRoom = this.activeView.size < this.options.activeSize;
    const isAccepted = isUrgent || hasRoom || this.activeView.has(from);
    // Before the answer, which must not overtake the news of a neighbour that was dropped for it.
    if (isAccepted) this.link(from);
    this.context.transport.send(from, NeighbourAnswer.create({ isAccepted }));
  }

  protected onNeighbourAnswer(from: Peer, isAccepted: boolean): void {
    const request = this.requests.get(from);
    this.requests.delete(from);
    removeLost(this.lost, from);
    if (!isAccepted) {
      if (!this.activeView.has(from)) this.leaveIdle(from);
      this.fillActive();
    } else if (request?.isUrgent === true || this.activeView.size < this.options.activeSize) {
      this.link(from);
    } else if (!this.activeView.has(from)) {
      // Others were faster: the link that the peer holds for agreed on is taken back.
      this.context.transport.send(from, Unlink.create({}));
      this.leaveIdle(from);
    }
  }

  protected onUnlink(from: Peer): void {
    if (!this.activeView.has(from)) return;
    this.demote(from);
    this.leaveIdle(from);
    this.fillActive();
  }

  /** Makes a peer a neighbour, in place of another when there is no room. */
  protected link(peer: Peer): void {
    if (peer === this.context.self || this.activeView.has(peer)) return;
    if (this.activeView.size >= this.options.activeSize) this.dropNeighbour();
    this.removeSpare(peer);
    this.idle.delete(peer);
    this.requests.delete(peer);
    removeLost(this.lost, peer);
    this.activeView.add(peer);
    if (this.context.status === "joining") this.context.setStatus("active");
  }

  /** Asks a peer for a link. */
  protected request(peer: Peer, isUrgent: boolean): void {
    if (peer === this.context.self || this.activeView.has(peer) || this.requests.has(peer)) return;
    if (this.requests.size >= REQUESTS_MAX) return;
    const askedAtMicros = this.context.clock.nowMicros();
    this.requests.set(peer, { isUrgent, askedAtMicros, isOverdue: false });
    this.planPatience(this.options.patienceMicros);
    this.idle.delete(peer);
    this.context.transport.send(peer, Neighbour.create({ isUrgent }));
  }

  /** Asks spare peers for as many links as are missing, each once between two shuffles. */
  protected fillActive(): void {
    if (this.context.status === "leaving") return;
    const { random } = this.context;
    while (this.activeView.size + this.hopefulCount() < this.options.activeSize) {
      if (this.requests.size >= REQUESTS_MAX) return;
      const candidates = this.passiveView
        .peers()
        .filter((peer) => !this.tried.has(peer) && !this.requests.has(peer));
      if (candidates.length === 0) return;
      const candidate = random.pick(candidates);
      this.tried.add(candidate);
      this.request(candidate, this.activeView.size < this.options.urgentBelow);
    }
  }

  /** Takes a peer in as a spare one; when there is no room, in place of one of `sent`, else of any. */
  protected keepSpare(peer: Peer, sent: readonly Peer[]): void {
    if (peer === this.context.self || this.isMember(peer)) return;
    if (this.passiveView.size >= this.options.passiveSize) {
      const given = sent.find((other) => this.passiveView.has(other));
      this.removeSpare(given ?? this.context.random.pick(this.passiveView.peers()));
    }
    this.passiveView.add(peer);
  }

  /** Once a period: what was asked and rejected may be asked again, what was not answered is given up. */
  protected keepLinks(): void {
    const { clock, transport } = this.context;
    const thenMicros = clock.nowMicros() - this.options.periodMicros;
    closeIdle(this.idle, thenMicros, transport);
    this.tried.clear();
    for (const [peer, { askedAtMicros }] of this.requests) {
      if (askedAtMicros > thenMicros) continue;
      this.requests.delete(peer);
      this.removeSpare(peer);
      transport.disconnect(peer);
    }
    this.fillActive();
  }

  /**
   * Requests that stay unanswered are no longer counted on: the peer may be behind a NAT, where nobody can dial it. So
   * it is invited to dial this node or one of its neighbours instead, by a datagram, and the next spare peer is asked.
   */
  protected onPatienceTimer(): void {
    const { clock, random, self, transport } = this.context;
    this.isPatiencePlanned = false;
    const thenMicros = clock.nowMicros() - this.options.patienceMicros;
    for (const [peer, request] of this.requests) {
      if (request.isOverdue || transport.isConnected(peer)) continue;
      if (request.askedAtMicros > thenMicros) {
        this.planPatience(request.askedAtMicros - thenMicros);
        break;
      }
      request.isOverdue = true;
      const others = random.sample(this.activeView.peers(), SHUFFLED_PEERS_MAX - 1);
      transport.sendDatagram(peer, ShuffleAnswer.create({ peers: [self, ...others] }));
    }
    this.fillActive();
  }

  /**
   * Once a period: neighbours that went silent are tried again, in turn. One that answers gets a link whether or not
   * there is room: after a cut both sides have filled their views, and would never need the other.
   */
  protected retryLost(): void {
    const { clock, random, self } = this.context;
    ageLost(this.lost, clock.nowMicros(), self, random);
    for (const peer of takeLostInTurn(this.lost)) this.request(peer, true);
  }

  /** The connection to a peer that is no neighbour is closed later: an answer may be on its way. */
  protected leaveIdle(peer: Peer): void {
    noteIdle(this.idle, peer, this.context.clock.nowMicros(), this.context.transport);
  }

  private planPatience(delayMicros: number): void {
    if (this.isPatiencePlanned) return;
    this.isPatiencePlanned = true;
    this.context.clock.setTimer(delayMicros, "patience");
  }

  /** Requests that may still be answered soon. */
  private hopefulCount(): number {
    let count = 0;
    for (const { isOverdue } of this.requests.values()) if (!isOverdue) count++;
    return count;
  }

  private noteLost(peer: Peer): void {
    if (!this.options.retriesLost) return;
    addLost(this.lost, peer, this.context.clock.nowMicros(), this.options.passiveSize);
  }

  private dropNeighbour(): void {
    const dropped = this.context.random.pick(this.activeView.peers());
    this.context.transport.send(dropped, Unlink.create({}));
    this.demote(dropped);
    this.leaveIdle(dropped);
  }

  /** A neighbour becomes a spare peer; asked again at the next shuffle at the earliest. */
  private demote(peer: Peer): void {
    this.activeView.remove(peer);
    this.keepSpare(peer, []);
    this.tried.add(peer);
  }

  private forget(peer: Peer): void {
    this.activeView.remove(peer);
    this.removeSpare(peer);
  }

  private removeSpare(peer: Peer): void {
    this.passiveView.remove(peer);
    this.tried.delete(peer);
  }
}
