// The part of genesis discovery that knows who takes part: it weighs what is said of members, spreads what is
// news, and refutes what is said of itself. How nodes are linked is in `genesis-links.ts`.

import type { Peer } from "../transport/peer.js";
import { Discovery } from "./discovery.js";
import { Handover, MEMBERS_A_MESSAGE_MAX, News } from "./genesis-messages.js";
import type { NewsItem } from "./genesis-messages.js";
import { FULL_MEMBERSHIP_NODES_MAX, genesisOptions } from "./genesis-options.js";
import type { GenesisOptions, GenesisSettings } from "./genesis-options.js";
import { addLost, noLostPeers, removeLost } from "./lost-peers.js";
import {
  MEMBER_STATUS_NAMES,
  MemberStatus,
  incarnationOf,
  isPresent,
  memberStamp,
  mergeStamps,
  statusOf,
} from "./member-stamp.js";
import type { MemberStamp } from "./member-stamp.js";
import {
  buryMember,
  emptyMembershipTable,
  placeMember,
  removeMember,
  restampMember,
  stampOf,
} from "./membership-table.js";
import type { ProtocolContext, View } from "./protocol.js";

/** Statements remembered beside the table: those that can still be on their way, some ten seconds' worth. */
const HEARD_MAX = 128;

/** Tombstones and lost peers a sample keeps, as multiples of its size: it meets few others. */
const GONE_PER_SAMPLE_ENTRY = 4;

/** Nodes that news reach with the default hops and links, in a network that is larger. */
const NEWS_REACH = 200;

/** News that wait for the next batch. */
interface PendingNews {
  readonly stamp: MemberStamp;
  readonly hopsLeft: number;
  /** The neighbour it came from, which is not told again; null for one's own. */
  readonly from: Peer | null;
  readonly isJoin: boolean;
}

/** A suspicion that has not been refuted yet. */
export interface Suspicion {
  readonly deadlineMicros: number;
  /** Whether this node has its own reasons, and so asks the suspect itself. */
  readonly isFirstHand: boolean;
}

/** Who takes part, as far as this node knows. */
export abstract class GenesisMembership extends Discovery {
  protected readonly options: GenesisOptions;
  /** Starts at the clock's microseconds, so that a node that lost its state still comes back higher. */
  protected incarnation = 0;
  protected readonly table = emptyMembershipTable();
  protected readonly lost = noLostPeers();
  protected readonly suspects = new Map<Peer, Suspicion>();
  /** The latest statements that were passed on without being held in the table, oldest first. */
  protected readonly heard = new Map<Peer, MemberStamp>();
  protected readonly news = new Map<Peer, PendingNews>();
  protected memberView!: View;
  protected neighbourView!: View;

  /** Throws `RangeError` for full membership of a network that is expected to be too large for it. */
  constructor(settings: GenesisSettings) {
    super();
    this.options = genesisOptions(settings);
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    this.memberView = context.view("members");
    this.neighbourView = context.view("neighbours");
    this.incarnation = Math.max(this.incarnation + 1, context.clock.nowMicros());
    this.suspects.clear();
    this.news.clear();
    for (const [peer, stamp] of this.table.present) {
      this.memberView.add(peer);
      // Who restarts with what it knew has lost its deadlines: a suspect it does not judge anew would stay for ever.
      if (statusOf(stamp) === MemberStatus.suspect) this.noteSuspicion(peer, true);
    }
  }

  members(): readonly Peer[] {
    return this.memberView.peers();
  }

  isMember(peer: Peer): boolean {
    return this.table.present.has(peer);
  }

  override get memberCount(): number {
    return this.table.present.size;
  }

  get isFullMembership(): boolean {
    return this.options.members === "all";
  }

  override incarnationOf(peer: Peer): number | undefined {
    if (peer === this.context.self) return this.incarnation;
    const stamp = stampOf(this.table, peer);
    return stamp === undefined ? undefined : incarnationOf(stamp);
  }

  /** What this node says of itself. */
  protected get selfStamp(): MemberStamp {
    const isLeaving = this.context.status === "leaving" || this.context.status === "left";
    return memberStamp(this.incarnation, isLeaving ? MemberStatus.left : MemberStatus.alive);
  }

  /** Places in the sample; without bound for full membership. */
  protected get membersMax(): number {
    const { members } = this.options;
    return members === "all" ? Number.POSITIVE_INFINITY : members.sample;
  }

  /** Tombstones, and likewise lost peers, kept at most. */
  protected get goneMax(): number {
    return Math.min(FULL_MEMBERSHIP_NODES_MAX, this.membersMax * GONE_PER_SAMPLE_ENTRY);
  }

  /** Whether a neighbour's statement is news. What is not is neither taken in nor passed on. */
  protected isNews(peer: Peer, stamp: MemberStamp): boolean {
    return isStronger(stamp, this.heard.get(peer)) && isStronger(stamp, stampOf(this.table, peer));
  }

  /** What this node holds of a peer, in the table or elsewhere; undefined for nothing. */
  protected knownStamp(peer: Peer): MemberStamp | undefined {
    return stampOf(this.table, peer);
  }

  /** Takes in a statement about another peer where it is stronger than what is known; answers whether it was. */
  protected takeIn(peer: Peer, stamp: MemberStamp, isFirstHand = false): boolean {
    if (!isStronger(stamp, stampOf(this.table, peer))) return false;
    if (isPresent(stamp)) this.admit(peer, stamp);
    else this.bury(peer, stamp);
    const isSuspect = statusOf(stamp) === MemberStatus.suspect && this.table.present.has(peer);
    if (isSuspect) this.noteSuspicion(peer, isFirstHand);
    else this.suspects.delete(peer);
    return true;
  }

  /** Says something of a member on one's own account, and spreads it. */
  protected declare(peer: Peer, status: MemberStatus): void {
    const known = this.knownStamp(peer);
    if (known === undefined || !isPresent(known)) return;
    const stamp = memberStamp(incarnationOf(known), status);
    if (!this.takeIn(peer, stamp, true)) return;
    this.context.log("info", `holds ${MEMBER_STATUS_NAMES[status]}`, { peer: peer.address });
    this.tell(peer, stamp);
  }

  /** Declares those dead whose suspicion nobody refuted in time. */
  protected buryUnrefuted(): void {
    const nowMicros = this.context.clock.nowMicros();
    for (const [peer, { deadlineMicros }] of this.suspects) {
      if (deadlineMicros <= nowMicros) this.declare(peer, MemberStatus.dead);
    }
  }

  /** Raises one's incarnation above a suspicion of oneself, and tells everyone. */
  protected refute(held: MemberStamp): void {
    if (held <= this.selfStamp || statusOf(this.selfStamp) === MemberStatus.left) return;
    this.incarnation = incarnationOf(held) + 1;
    this.context.setStatus(this.context.status, this.incarnation);
    this.context.log("info", `refutes being ${MEMBER_STATUS_NAMES[statusOf(held)]}`);
    this.tell(this.context.self, this.selfStamp);
  }

  /** Spreads news on one's own account, as far as news go. */
  protected tell(peer: Peer, stamp: MemberStamp): void {
    const hopsLeft = this.options.newsHopsMax - 1;
    this.spread(peer, { stamp, hopsLeft, from: null, isJoin: false });
  }

  /** Introduces this node to the network that it has joined. */
  protected introduceSelf(): void {
    const hopsLeft = this.options.newsHopsMax - 1;
    const news = { stamp: this.selfStamp, hopsLeft, from: null, isJoin: true };
    this.spread(this.context.self, news);
  }

  /** Collects news for the next batch; the first one sets its timer. */
  protected spread(peer: Peer, news: PendingNews): void {
    const waiting = this.news.get(peer);
    if (waiting !== undefined && waiting.stamp >= news.stamp) return;
    if (this.news.size === 0) this.context.clock.setTimer(this.options.batchMicros, "news");
    this.news.set(peer, news);
  }

  /** Sends the collected news to every neighbour, except back to where each came from. */
  protected sendNews(): void {
    if (this.news.size === 0) return;
    const toAll = chunks(Array.from(this.news, ([peer, news]) => newsItem(peer, news)));
    const sources = new Set(Array.from(this.news.values(), ({ from }) => from));
    for (const neighbour of this.neighbourView.peers()) {
      const batches = sources.has(neighbour) ? this.newsFor(neighbour) : toAll;
      for (const batch of batches) this.context.transport.send(neighbour, batch);
    }
    this.news.clear();
  }

  /** Takes in news from a neighbour, and passes on what is new to this node. */
  protected onNews(from: Peer, items: readonly NewsItem[]): void {
    for (const { peer, incarnation, status, hopsLeft, isJoin } of items) {
      const stamp = memberStamp(incarnation, status as MemberStatus);
      if (peer === this.context.self) this.refute(stamp);
      else if (this.isNews(peer, stamp)) {
        if (!this.isFullMembership) this.noteHeard(peer, stamp);
        this.takeInHearsay(peer, stamp);
        if (isJoin && !this.isMember(peer)) this.makePlace(peer, stamp);
        if (hopsLeft > 0) this.spread(peer, { stamp, hopsLeft: hopsLeft - 1, from, isJoin });
        else this.context.decided("news", "ttl over");
      }
    }
  }

  /** Takes in what a neighbour passed on. Overridden where one's own eyes may know better. */
  protected takeInHearsay(peer: Peer, stamp: MemberStamp): void {
    this.takeIn(peer, stamp);
  }

  /** Puts a present peer into the list, or into the sample where that has room. */
  protected admit(peer: Peer, stamp: MemberStamp): void {
    if (this.table.present.has(peer)) restampMember(this.table, peer, stamp);
    else if (!this.isFullMembership && statusOf(stamp) !== MemberStatus.alive) return;
    else if (this.table.present.size < this.membersMax) this.place(peer, stamp);
    removeLost(this.lost, peer);
  }

  /**
   * Gives a newcomer a place in a full sample, by a chance that finds it as many places as it offers itself,
   * and hands it the member that had the place: so each is known to as many as before, and the newcomer to
   * as many as others.
   */
  protected makePlace(newcomer: Peer, stamp: MemberStamp): void {
    const { random, transport } = this.context;
    if (!random.chance(Math.min(1, this.membersMax / NEWS_REACH))) return;
    const leaver = random.pick(this.members());
    const leaverStamp = this.table.present.get(leaver) ?? 0;
    this.forget(leaver);
    this.place(newcomer, stamp);
    const handover = {
      peer: leaver,
      incarnation: incarnationOf(leaverStamp),
      status: statusOf(leaverStamp),
    };
    transport.sendDatagram(newcomer, Handover.create(handover));
  }

  protected place(peer: Peer, stamp: MemberStamp): void {
    placeMember(this.table, peer, stamp);
    this.memberView.add(peer);
  }

  /** Drops a peer from the sample: nothing is said against it. */
  protected forget(peer: Peer): void {
    removeMember(this.table, peer);
    this.memberView.remove(peer);
    this.suspects.delete(peer);
  }

  /** Takes a dead or departed peer out of the list. One lost by suspicion is kept to be tried again. */
  protected bury(peer: Peer, stamp: MemberStamp): void {
    const nowMicros = this.context.clock.nowMicros();
    const wasKnown = this.knownStamp(peer) !== undefined;
    if (!wasKnown && !this.isFullMembership) return;
    buryMember(this.table, peer, { stamp, atMicros: nowMicros }, this.goneMax);
    this.memberView.remove(peer);
    // Genesis comes back under the same name and knows nobody: only being tried brings it back into this network.
    const returns = statusOf(stamp) === MemberStatus.dead || peer === this.options.genesis;
    if (returns && wasKnown) addLost(this.lost, peer, nowMicros, this.goneMax);
    else if (!returns) removeLost(this.lost, peer);
  }

  private noteSuspicion(peer: Peer, isFirstHand: boolean): void {
    const deadlineMicros = this.context.clock.nowMicros() + this.options.suspicionMicros;
    this.suspects.set(peer, { deadlineMicros, isFirstHand });
  }

  /** Remembers a statement so that it is passed on once. */
  protected noteHeard(peer: Peer, stamp: MemberStamp): void {
    this.heard.delete(peer);
    this.heard.set(peer, stamp);
    for (const oldest of this.heard.keys()) {
      if (this.heard.size <= HEARD_MAX) break;
      this.heard.delete(oldest);
    }
  }

  private newsFor(neighbour: Peer): readonly News[] {
    const items: NewsItem[] = [];
    for (const [peer, news] of this.news) {
      if (news.from !== neighbour) items.push(newsItem(peer, news));
    }
    return chunks(items);
  }
}

function isStronger(stamp: MemberStamp, known: MemberStamp | undefined): boolean {
  return known === undefined || mergeStamps(known, stamp) !== known;
}

function newsItem(peer: Peer, { stamp, hopsLeft, isJoin }: PendingNews): NewsItem {
  return { peer, incarnation: incarnationOf(stamp), status: statusOf(stamp), hopsLeft, isJoin };
}

function chunks(items: readonly NewsItem[]): readonly News[] {
  const batches: News[] = [];
  for (let from = 0; from < items.length; from += MEMBERS_A_MESSAGE_MAX) {
    batches.push(News.create({ items: items.slice(from, from + MEMBERS_A_MESSAGE_MAX) }));
  }
  return batches;
}
