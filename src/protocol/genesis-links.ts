// The part of genesis discovery that keeps a node linked with some neighbours. A link is a standing
// connection that both ends have agreed on and that both record in their view `neighbours`.

import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import { Link, Linked, Unlink } from "./genesis-messages.js";
import type { Held, NewsItem } from "./genesis-messages.js";
import { GenesisNews } from "./genesis-news.js";
import { isLost } from "./lost-peers.js";
import { MemberStatus, incarnationOf, memberStamp, mergeStamps, statusOf } from "./member-stamp.js";
import type { MemberStamp } from "./member-stamp.js";
import { stampOf } from "./membership-table.js";
import type { PeerBelief, ProtocolContext } from "./protocol.js";

/** Random draws to find a member that is neither linked nor asked: failing them, the next period tries again. */
const CANDIDATE_DRAWS = 8;

/** Requests a node makes in one period, as a multiple of the links it wants: refusals must not become a storm. */
const REQUESTS_PER_WANTED_LINK = 2;

/**
 * Chance a period that a node exchanges one link for another at random. It keeps the overlay a random one,
 * whatever pattern joins and crashes have left, at four messages in eighty seconds.
 */
const EXCHANGE_PROBABILITY = 1 / 16;

/** Reasons for the end of a connection that say nothing against the peer's life. */
const HARMLESS: readonly DisconnectReason[] = [
  "disconnected",
  "replaced",
  "overflow",
  "protocol-error",
];

/** A node with its neighbours. */
export abstract class GenesisLinks extends GenesisNews {
  /** The neighbours' incarnations when they linked: with a sample a neighbour need not be in it. */
  protected readonly linkIncarnations = new Map<Peer, number>();
  /** Peers asked for a link, with the time. */
  protected readonly asked = new Map<Peer, number>();
  /** Connections that serve no link, with the time since when; closed when a period has passed. */
  protected readonly idle = new Map<Peer, number>();
  protected requestsLeft = 0;
  /** Whether the next link that is accepted takes the place of another. */
  protected isExchanging = false;

  override start(context: ProtocolContext): void {
    super.start(context);
    for (const peer of [...this.neighbourView.peers()]) this.neighbourView.remove(peer);
    this.linkIncarnations.clear();
    this.asked.clear();
    this.idle.clear();
    this.isExchanging = false;
    this.requestsLeft = this.options.linksWanted * REQUESTS_PER_WANTED_LINK;
  }

  /** Another protocol of this node, which watches the neighbours, has changed its mind about one. */
  override peerBelieved(peer: Peer, belief: PeerBelief): void {
    if (belief === "suspect") this.suspect(peer);
    else if (belief === "dead") this.declare(peer, MemberStatus.dead);
    if (belief === "dead" && this.neighbourView.has(peer)) this.dropDeadLink(peer);
  }

  /** Called when a request for a link was answered, either way. */
  protected abstract onLinkAnswered(
    peer: Peer,
    accepted: boolean,
    alternatives: readonly Peer[],
  ): void;

  /** Called when a peer has answered that was away. */
  protected abstract reunite(peer: Peer): void;

  protected override knownStamp(peer: Peer): MemberStamp | undefined {
    const stamp = stampOf(this.table, peer);
    if (stamp !== undefined) return stamp;
    const incarnation = this.linkIncarnations.get(peer);
    return incarnation === undefined || this.isFullMembership
      ? undefined
      : memberStamp(incarnation, MemberStatus.alive);
  }

  /**
   * A neighbour whose link stands, and a member of a sample, is not buried on hearsay: it becomes a suspect
   * here, while what was said is passed on as it was. News of a sample do not reach the suspect itself for
   * certain, so this node asks it.
   */
  protected override takeInHearsay(peer: Peer, stamp: MemberStamp): void {
    const status = statusOf(stamp);
    const isAgainst = status === MemberStatus.suspect || status === MemberStatus.dead;
    if (!isAgainst || (this.isFullMembership && !this.neighbourView.has(peer))) {
      super.takeInHearsay(peer, stamp);
      return;
    }
    this.noteHeard(peer, stamp);
    const suspicion = memberStamp(incarnationOf(stamp), MemberStatus.suspect);
    this.takeIn(peer, suspicion, !this.isFullMembership);
  }

  /** Has a reason of its own to think that a peer is gone. */
  protected suspect(peer: Peer): void {
    if (this.isFullMembership) this.declare(peer, MemberStatus.suspect);
    else this.takeInHearsay(peer, memberStamp(this.incarnationOf(peer) ?? 0, MemberStatus.suspect));
  }

  protected override bury(peer: Peer, stamp: MemberStamp): void {
    super.bury(peer, stamp);
    if (this.neighbourView.has(peer)) this.dropDeadLink(peer);
  }

  /** What this node holds a peer to be, or has heard of it, for messages that let it refute. */
  protected heldFor(peer: Peer): Held {
    const nothing = memberStamp(0, MemberStatus.alive);
    const held = mergeStamps(this.knownStamp(peer) ?? nothing, this.heard.get(peer) ?? nothing);
    return {
      incarnation: this.incarnation,
      heldIncarnation: incarnationOf(held),
      heldStatus: statusOf(held),
    };
  }

  /** A peer speaks for itself: refutes what it holds of this node, and believes it when it was away. */
  protected meet(peer: Peer, { incarnation, heldIncarnation, heldStatus }: Held): void {
    this.refute(memberStamp(heldIncarnation, heldStatus as MemberStatus));
    const stamp = memberStamp(incarnation, MemberStatus.alive);
    const wasAway = isLost(this.lost, peer) || this.suspects.has(peer);
    // A stranger introduces itself to everyone when its join is complete, and would not be news then.
    if (stampOf(this.table, peer) === undefined && !wasAway) return;
    if (!this.takeIn(peer, stamp, true)) return;
    if (this.isFullMembership) this.tell(peer, stamp);
    if (wasAway) this.reunite(peer);
  }

  /** Asks a peer for a link, unless it is a neighbour or has been asked. */
  protected requestLink(peer: Peer, isUrgent: boolean): void {
    const { self, transport, clock } = this.context;
    if (peer === self || this.neighbourView.has(peer) || this.asked.has(peer)) return;
    this.asked.set(peer, clock.nowMicros());
    this.idle.delete(peer);
    transport.send(peer, Link.create({ isUrgent, ...this.heldFor(peer) }));
  }

  protected onLink(from: Peer, { isUrgent, ...held }: Link): void {
    const accepted = this.acceptsLink(from, isUrgent);
    if (accepted) this.addLink(from, held.incarnation);
    this.meet(from, held);
    const alternatives = accepted ? [] : this.neighboursFor(from, this.options.linksWanted);
    this.context.transport.send(
      from,
      Linked.create({ accepted, alternatives, ...this.heldFor(from) }),
    );
  }

  protected onLinked(from: Peer, { accepted, alternatives, ...held }: Linked): void {
    this.asked.delete(from);
    if (!accepted) this.noteIdle(from);
    else if (this.neighbourView.size < this.options.linksUrgentMax)
      this.addLink(from, held.incarnation);
    else this.unlink(from);
    this.meet(from, held);
    if (accepted && this.isExchanging) this.finishExchange(from);
    this.onLinkAnswered(from, accepted, alternatives);
  }

  /** News come over links only: whoever sends them without one has not heard that the link has ended. */
  protected override onNews(from: Peer, items: readonly NewsItem[]): void {
    super.onNews(from, items);
    if (!this.neighbourView.has(from)) this.context.transport.send(from, Unlink.create({}));
  }

  protected onUnlink(from: Peer): void {
    this.removeLink(from);
    this.noteIdle(from);
    if (this.context.status === "active") this.refillLinks();
  }

  /** Whether a link is granted: to those in need up to a higher limit. */
  protected acceptsLink(from: Peer, isUrgent: boolean): boolean {
    if (this.neighbourView.has(from)) return true;
    const { status } = this.context;
    const isPart = status === "active" || (status === "joining" && this.neighbourView.size > 0);
    const { linksMax, linksUrgentMax } = this.options;
    return isPart && this.neighbourView.size < (isUrgent ? linksUrgentMax : linksMax);
  }

  /** Ends a link and says so. Its connection lingers for a period, for what is still on its way. */
  protected unlink(peer: Peer): void {
    this.removeLink(peer);
    this.context.transport.send(peer, Unlink.create({}));
    this.noteIdle(peer);
  }

  /** Up to `count` neighbours at random, for a peer that looks for some. */
  protected neighboursFor(peer: Peer, count: number): readonly Peer[] {
    const others = this.neighbourView.peers().filter((neighbour) => neighbour !== peer);
    return this.context.random.sample(others, count);
  }

  /** Once a period: forgets what was not answered, sheds what is too much, asks for what is missing. */
  protected keepLinks(): void {
    const { random } = this.context;
    this.abandonUnanswered();
    this.requestsLeft = this.options.linksWanted * REQUESTS_PER_WANTED_LINK;
    const links = this.neighbourView.peers();
    if (links.length > this.options.linksMax) this.unlink(random.pick(links));
    else if (links.length >= this.options.linksWanted) this.exchangeLink();
    this.refillLinks();
  }

  /** Gives up requests that stay without an answer: the peer may be one that cannot be dialled. */
  protected abandonUnanswered(): void {
    const thenMicros = this.context.clock.nowMicros() - this.options.patienceMicros;
    for (const [peer, askedAtMicros] of this.asked) {
      if (askedAtMicros > thenMicros) continue;
      this.asked.delete(peer);
      this.abandon(peer);
    }
  }

  /** Requests that may still be answered in time. */
  private hopefulCount(): number {
    const thenMicros = this.context.clock.nowMicros() - this.options.patienceMicros;
    let count = 0;
    for (const askedAtMicros of this.asked.values()) if (askedAtMicros > thenMicros) count++;
    return count;
  }

  /** Takes back a dial that is still under way; a connection that stands is left to `closeIdle`. */
  protected abandon(peer: Peer): void {
    if (this.context.transport.isConnected(peer)) this.noteIdle(peer);
    else this.context.transport.disconnect(peer);
  }

  /** Asks those to whom a peer without room has pointed: who knows nobody else has only them. */
  protected askAlternatives(alternatives: readonly Peer[]): void {
    for (const candidate of alternatives) {
      if (this.neighbourView.size + this.hopefulCount() >= this.options.linksWanted) return;
      if (this.requestsLeft === 0) return;
      this.requestsLeft--;
      this.requestLink(candidate, this.neighbourView.size === 0);
    }
  }

  /**
   * Asks members at random for the links that are missing. Requests past the patience are not counted on: their
   * peers may be behind a NAT. But they stand until the period ends, as a slow link may need the time.
   */
  protected refillLinks(): void {
    const wanted = Math.min(this.options.linksWanted, this.memberCount) - this.neighbourView.size;
    let hoped = wanted > 0 ? this.hopefulCount() : 0;
    for (; hoped < wanted && this.requestsLeft > 0; hoped++) {
      const candidate = this.linkCandidate();
      if (candidate === undefined) return;
      this.requestsLeft--;
      this.requestLink(candidate, this.neighbourView.size === 0);
    }
  }

  /** Closes connections that have served no link for a period. */
  protected closeIdle(): void {
    const thenMicros = this.context.clock.nowMicros() - this.options.periodMicros;
    for (const [peer, sinceMicros] of this.idle) {
      if (sinceMicros > thenMicros) continue;
      this.idle.delete(peer);
      this.context.transport.disconnect(peer);
    }
  }

  /** Notes that the connection to a peer serves no link, unless it does. */
  protected noteIdle(peer: Peer): void {
    if (this.neighbourView.has(peer) || this.asked.has(peer)) return;
    this.idle.set(peer, this.context.clock.nowMicros());
  }

  override onDisconnected(peer: Peer, reason: DisconnectReason): void {
    const wasAsked = this.asked.delete(peer);
    this.idle.delete(peer);
    const wasLinked = this.neighbourView.has(peer);
    if (wasLinked && !HARMLESS.includes(reason)) this.onLinkBroken(peer);
    this.removeLink(peer);
    if (wasAsked) this.onLinkAnswered(peer, false, []);
  }

  protected addLink(peer: Peer, incarnation: number): void {
    this.idle.delete(peer);
    this.linkIncarnations.set(peer, incarnation);
    this.neighbourView.add(peer);
  }

  protected removeLink(peer: Peer): void {
    this.linkIncarnations.delete(peer);
    this.neighbourView.remove(peer);
  }

  /**
   * With a sample the neighbours of a peer are the few who can tell the others that it is gone, and those
   * verify it: so it is said at once. A peer that is well answers the next try as a lost one.
   */
  private onLinkBroken(peer: Peer): void {
    this.declare(peer, this.isFullMembership ? MemberStatus.suspect : MemberStatus.dead);
  }

  /** A link to the dead: its connection may stand half open until a time-out, so it is closed here. */
  private dropDeadLink(peer: Peer): void {
    this.removeLink(peer);
    this.context.transport.disconnect(peer);
  }

  private exchangeLink(): void {
    this.isExchanging = false;
    if (this.memberCount <= this.options.linksMax) return;
    if (!this.context.random.chance(EXCHANGE_PROBABILITY)) return;
    const candidate = this.linkCandidate();
    if (candidate === undefined) return;
    this.isExchanging = true;
    this.requestLink(candidate, false);
  }

  private finishExchange(newcomer: Peer): void {
    this.isExchanging = false;
    const others = this.neighbourView.peers().filter((neighbour) => neighbour !== newcomer);
    if (others.length >= this.options.linksWanted) this.unlink(this.context.random.pick(others));
  }

  private linkCandidate(): Peer | undefined {
    const members = this.members();
    for (let draw = 0; draw < CANDIDATE_DRAWS && members.length > 0; draw++) {
      const candidate = this.context.random.pick(members);
      const isTaken = this.neighbourView.has(candidate) || this.asked.has(candidate);
      if (!isTaken && !this.suspects.has(candidate)) return candidate;
    }
    return undefined;
  }
}
