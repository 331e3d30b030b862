// What a SWIM node holds its fellow members to be, and how it comes to hold it: what is said of a member is weighed by
// incarnation and severity, suspicions run out unless refuted, and what is said of oneself is refuted (DSN 2002,
// section 4.2). As in memberlist, and unlike the paper, a higher incarnation also overrides a death: who was held dead
// in error comes back by itself.

import type { Peer } from "../transport/peer.js";
import { Discovery } from "./discovery.js";
import {
  INCARNATION_MAX,
  MemberStatus,
  incarnationOf,
  isPresent,
  memberStamp,
  statusOf,
} from "./member-stamp.js";
import type { MemberStamp } from "./member-stamp.js";
import type { PeerBelief, ProtocolContext } from "./protocol.js";
import { StatusProtocol } from "./status-protocol.js";
import type { Belief } from "./status-protocol.js";
import { accuserOf } from "./swim-messages.js";
import type { NewsItem } from "./swim-messages.js";
import { addNews, noNews } from "./swim-news.js";
import { SWIM_DEFAULTS } from "./swim-options.js";
import type { SwimOptions } from "./swim-options.js";
import {
  confirmationsWanted,
  remainingSuspicionMicros,
  suspicionMinMicros,
} from "./swim-timing.js";

/** Accuser of a statement that is no suspicion. */
export const NOBODY = 0;

/** A suspicion that may still be refuted. */
interface Suspicion {
  readonly number: number;
  readonly startedMicros: number;
  readonly minMicros: number;
  readonly maxMicros: number;
  /** Members that make it as short as it can be. */
  readonly wanted: number;
  /** Who shares it, whoever began it first. */
  readonly accusers: number[];
}

/** A node that knows its fellow members. */
export abstract class SwimMembers extends StatusProtocol {
  protected readonly options: SwimOptions;
  /** Alive or suspected, in the order in which they became known. */
  protected readonly present = new Map<Peer, MemberStamp>();
  /** Dead or left, oldest first. */
  protected readonly gone = new Map<Peer, MemberStamp>();
  protected readonly suspicions = new Map<Peer, Suspicion>();
  protected news = noNews();
  protected incarnation = 0;
  protected suspicionCount = 0;

  constructor(options: Partial<SwimOptions> = {}) {
    super();
    this.options = { ...SWIM_DEFAULTS, ...options };
  }

  /** A restarted node goes on with the members that it remembers, and judges its suspects anew. */
  override start(context: ProtocolContext): void {
    super.start(context);
    this.news = noNews();
    this.suspicions.clear();
    // From the clock, so that who lost its state still comes back higher.
    this.incarnation = Math.max(this.incarnation + 1, context.clock.nowMicros());
    for (const [peer, stamp] of this.present) {
      if (statusOf(stamp) === MemberStatus.suspect) this.beginSuspicion(peer, this.ownAccuser);
    }
  }

  beliefs(): readonly Belief[] {
    return [...this.present, ...this.gone].map(([peer, stamp]) => beliefOf(peer, stamp));
  }

  beliefAbout(peer: Peer): Belief | undefined {
    const stamp = this.stampOf(peer);
    return stamp === undefined ? undefined : beliefOf(peer, stamp);
  }

  /** Called when a member is new, or back from the dead. */
  protected abstract onArrival(peer: Peer, isBack: boolean): void;

  /** Called when there is something to spread. */
  protected abstract onNews(): void;

  /** Asks a member whether it lives, with what is held against it. */
  protected abstract ask(peer: Peer): void;

  /** Called when others take this node for dead or nearly so. */
  protected abstract onAccused(): void;

  /** Members that this node knows, with itself. */
  protected get groupSize(): number {
    return this.present.size + 1;
  }

  protected get ownAccuser(): number {
    return accuserOf(this.context.self);
  }

  protected stampOf(peer: Peer): MemberStamp | undefined {
    return this.present.get(peer) ?? this.gone.get(peer);
  }

  /** Takes in what another says of a member, and passes it on where it is new. */
  protected hear({ peer, incarnation, status, accuser }: NewsItem): void {
    const stamp = memberStamp(incarnation, status as MemberStatus);
    if (peer === this.context.self) this.refute(stamp);
    else if (this.takeIn(peer, stamp, accuser) || this.confirm(peer, stamp, accuser))
      this.tell(peer, stamp, accuser);
  }

  /** A peer has spoken for itself. Nobody need hear of one that was held alive anyway. */
  protected hearFrom(peer: Peer, incarnation: number): void {
    const known = this.present.get(peer);
    const stamp = memberStamp(incarnation, MemberStatus.alive);
    const isNews = known === undefined || statusOf(known) === MemberStatus.suspect;
    if (this.takeIn(peer, stamp, NOBODY) && isNews) this.tell(peer, stamp, NOBODY);
  }

  /** Says of a member's incarnation what this node has found out itself. Of a later one it says nothing. */
  protected declare(peer: Peer, incarnation: number, status: MemberStatus): void {
    if (!this.present.has(peer)) return;
    const stamp = memberStamp(incarnation, status);
    const accuser = status === MemberStatus.suspect ? this.ownAccuser : NOBODY;
    if (this.takeIn(peer, stamp, accuser) || this.confirm(peer, stamp, accuser))
      this.tell(peer, stamp, accuser);
  }

  /** Notes a member of whom nothing is known but that somebody counts on it. */
  protected introduce(peer: Peer): void {
    if (peer === this.context.self || this.stampOf(peer) !== undefined) return;
    this.takeIn(peer, memberStamp(0, MemberStatus.alive), NOBODY);
  }

  protected tell(peer: Peer, stamp: MemberStamp, accuser: number): void {
    if (this.options.retransmitFactor === 0) return;
    addNews(this.news, peer, stamp, accuser);
    this.onNews();
  }

  /** A suspicion may be over: unless it was refuted, or began anew, the suspect is dead. */
  protected onSuspicionTimer(number: number): void {
    for (const [peer, suspicion] of this.suspicions) {
      if (suspicion.number !== number) continue;
      const known = this.present.get(peer);
      if (known !== undefined && this.remainingMicros(suspicion) <= 0)
        this.declare(peer, incarnationOf(known), MemberStatus.dead);
      return;
    }
  }

  /** Takes in a statement that is stronger than what is known; answers whether it was. */
  private takeIn(peer: Peer, stamp: MemberStamp, accuser: number): boolean {
    const known = this.stampOf(peer);
    if (known !== undefined && stamp <= known) return false;
    if (isPresent(stamp)) {
      if (!this.present.has(peer) && !this.admit(peer)) return false;
      this.present.set(peer, stamp);
    } else {
      // Of whom nothing was known, nothing need be remembered.
      if (known === undefined) return false;
      this.bury(peer, stamp);
    }
    this.suspicions.delete(peer);
    if (statusOf(stamp) === MemberStatus.suspect) this.beginSuspicion(peer, accuser);
    this.noteChange(peer, known, stamp);
    return true;
  }

  private admit(peer: Peer): boolean {
    if (this.present.size >= this.options.membersMax) return false;
    this.onArrival(peer, this.gone.delete(peer));
    return true;
  }

  private bury(peer: Peer, stamp: MemberStamp): void {
    this.present.delete(peer);
    this.gone.delete(peer);
    this.gone.set(peer, stamp);
    for (const oldest of this.gone.keys()) {
      if (this.gone.size <= this.options.goneMax) break;
      this.gone.delete(oldest);
    }
  }

  /** Records a change of belief. A goodbye is none: it ends the watch. */
  private noteChange(peer: Peer, known: MemberStamp | undefined, stamp: MemberStamp): void {
    if (known === undefined && statusOf(stamp) === MemberStatus.alive) return;
    if (statusOf(stamp) === MemberStatus.left) return;
    const belief = beliefIn(stamp);
    if (known !== undefined && beliefIn(known) === belief) return;
    this.context.believe(peer, belief, incarnationOf(stamp));
    const discovery = this.context.protocol("discovery");
    if (discovery instanceof Discovery) discovery.peerBelieved(peer, belief);
  }

  private beginSuspicion(peer: Peer, accuser: number): void {
    const { suspicionFactor, suspicionMaxFactor, adaptsSuspicion, periodMicros } = this.options;
    const minMicros = suspicionMinMicros(suspicionFactor, this.groupSize, periodMicros);
    const wanted = adaptsSuspicion ? confirmationsWanted(suspicionFactor, this.groupSize) : 0;
    const maxMicros = wanted === 0 ? minMicros : suspicionMaxFactor * minMicros;
    const number = ++this.suspicionCount;
    const startedMicros = this.context.clock.nowMicros();
    const accusers = [accuser];
    this.suspicions.set(peer, { number, startedMicros, minMicros, maxMicros, wanted, accusers });
    this.context.clock.setTimer(maxMicros, "suspicion", number);
    if (accuser === this.ownAccuser && this.options.tellsSuspects)
      this.context.clock.setTimer(Math.ceil(minMicros / 2), "reminder", number);
  }

  /**
   * Who accused a member tells it again and again while it may refute. News of the suspicion need not have reached it:
   * after a cut all on this side have heard and spread them, and nobody on the other.
   */
  protected onReminderTimer(number: number): void {
    for (const [peer, suspicion] of this.suspicions) {
      if (suspicion.number !== number) continue;
      this.ask(peer);
      this.context.clock.setTimer(Math.ceil(suspicion.minMicros / 2), "reminder", number);
      return;
    }
  }

  /** Another member shares a suspicion. Answers whether that was new and counts. */
  private confirm(peer: Peer, stamp: MemberStamp, accuser: number): boolean {
    const suspicion = this.suspicions.get(peer);
    if (suspicion === undefined || stamp !== this.present.get(peer)) return false;
    const { accusers, wanted, number } = suspicion;
    if (accusers.length > wanted || accusers.includes(accuser)) return false;
    accusers.push(accuser);
    // The timer of the longer wait stays, and finds the suspicion gone.
    this.context.clock.setTimer(Math.max(0, this.remainingMicros(suspicion)), "suspicion", number);
    return true;
  }

  private remainingMicros(suspicion: Suspicion): number {
    const { accusers, wanted, startedMicros, minMicros, maxMicros } = suspicion;
    const elapsedMicros = this.context.clock.nowMicros() - startedMicros;
    if (wanted === 0) return minMicros - elapsedMicros;
    const confirmations = accusers.length - 1;
    return remainingSuspicionMicros({ confirmations, wanted, elapsedMicros, minMicros, maxMicros });
  }

  /** Raises one's incarnation above what is said against one, and says so. */
  protected refute(stamp: MemberStamp): void {
    if (statusOf(stamp) === MemberStatus.alive || this.context.status === "leaving") return;
    // Nothing above the last incarnation can be said: whoever sends it wants to be obeyed for ever.
    if (incarnationOf(stamp) >= INCARNATION_MAX) return;
    if (incarnationOf(stamp) >= this.incarnation) {
      this.incarnation = incarnationOf(stamp) + 1;
      this.onAccused();
    }
    const own = memberStamp(this.incarnation, MemberStatus.alive);
    this.tell(this.context.self, own, NOBODY);
  }
}

function beliefIn(stamp: MemberStamp): PeerBelief {
  if (statusOf(stamp) === MemberStatus.alive) return "alive";
  return statusOf(stamp) === MemberStatus.suspect ? "suspect" : "dead";
}

function beliefOf(peer: Peer, stamp: MemberStamp): Belief {
  return { peer, belief: beliefIn(stamp), incarnation: incarnationOf(stamp) };
}
