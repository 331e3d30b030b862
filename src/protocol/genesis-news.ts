// The part of genesis discovery by which statements about members travel: collected for a moment, sent to the
// neighbours together, taken in and passed on by each node once.

import type { Peer } from "../transport/peer.js";
import { GenesisMembership, isStronger } from "./genesis-membership.js";
import { Handover, MEMBERS_A_MESSAGE_MAX, News } from "./genesis-messages.js";
import type { NewsItem } from "./genesis-messages.js";
import { MemberStatus, incarnationOf, isPresent, memberStamp, statusOf } from "./member-stamp.js";
import type { MemberStamp } from "./member-stamp.js";
import { stampOf } from "./membership-table.js";
import type { ProtocolContext } from "./protocol.js";

/** Statements remembered beside the table: those that can still be on their way, some ten seconds' worth. */
const HEARD_MAX = 128;

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

/** A node that tells its neighbours what it hears. */
export abstract class GenesisNews extends GenesisMembership {
  /** The latest statements that were passed on without being held in the table, oldest first. */
  protected readonly heard = new Map<Peer, MemberStamp>();
  protected readonly news = new Map<Peer, PendingNews>();

  override start(context: ProtocolContext): void {
    super.start(context);
    this.news.clear();
  }

  /** Whether a neighbour's statement is news. What is not is neither taken in nor passed on. */
  protected isNews(peer: Peer, stamp: MemberStamp): boolean {
    return isStronger(stamp, this.heard.get(peer)) && isStronger(stamp, stampOf(this.table, peer));
  }

  /**
   * Whether a list's statement that a peer is there is behind what is known. That it is gone counts even if it was
   * only heard: otherwise lists would carry on the departed of whom this node never knew. A suspicion does not: who
   * is not held here is not asked either, and would never refute it.
   */
  protected isOutdated(peer: Peer, stamp: MemberStamp): boolean {
    if (!isStronger(stamp, stampOf(this.table, peer))) return true;
    const heard = this.heard.get(peer);
    return heard !== undefined && !isPresent(heard) && isStronger(heard, stamp);
  }

  /** Spreads news on one's own account, as far as news go. */
  protected override tell(peer: Peer, stamp: MemberStamp): void {
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
        if (isJoin) this.makePlace(peer, stamp);
        if (hopsLeft > 0) this.spread(peer, { stamp, hopsLeft: hopsLeft - 1, from, isJoin });
        else this.context.decided("news", "ttl over");
      }
    }
  }

  /** Takes in what a neighbour passed on. Overridden where one's own eyes may know better. */
  protected takeInHearsay(peer: Peer, stamp: MemberStamp): void {
    this.takeIn(peer, stamp);
  }

  /**
   * Gives a newcomer a place in a full sample, by a chance that finds it as many places as it offers itself,
   * and hands it the member that had the place: so each is known to as many as before, and the newcomer to
   * as many as others.
   */
  protected makePlace(newcomer: Peer, stamp: MemberStamp): void {
    const { random, transport } = this.context;
    const isNeeded = this.memberCount >= this.membersMax && statusOf(stamp) === MemberStatus.alive;
    if (this.isMember(newcomer) || !isNeeded) return;
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
