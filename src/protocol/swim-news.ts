// The news that a SWIM node has still to send on (SWIM, section 4.1): each so many times, those sent least first. A
// later statement about the same member replaces the one before, which it overrides.
//
// Every message asks for the news sent least, so they are kept sorted by how often they were sent, as memberlist keeps
// its queue in a tree: looking through all of them for each message took much of a run's time when a lot was going on.

import type { Peer } from "../transport/peer.js";
import type { MemberStamp } from "./member-stamp.js";
import { incarnationOf, statusOf } from "./member-stamp.js";
import type { NewsItem } from "./swim-messages.js";

/** News that wait at most, so that a storm of them cannot fill a node's memory: the oldest make room. */
export const WAITING_NEWS_MAX = 512;

/** A statement that is being spread. */
interface WaitingNews {
  /** As it travels: made once, since no message may change it. */
  readonly item: NewsItem;
  /** Larger for what was added later. */
  readonly order: number;
  sentCount: number;
}

/** News that were sent equally often, oldest first. */
interface EquallySent {
  readonly entries: WaitingNews[];
  /** Their orders: apart, so that a search runs along one list of numbers. */
  readonly orders: number[];
}

/** News that wait. Plain data: use the functions below. */
export interface NewsQueue {
  /** By whom they are about, oldest first. */
  readonly byPeer: Map<Peer, WaitingNews>;
  /** The same by the number of times that they were sent. */
  readonly bySentCount: EquallySent[];
  addedCount: number;
}

/** No news. */
export function noNews(): NewsQueue {
  return { byPeer: new Map(), bySentCount: [], addedCount: 0 };
}

/** News that wait. */
export function newsCount(queue: NewsQueue): number {
  return queue.byPeer.size;
}

/** A statement as it travels. */
export function newsItem(peer: Peer, stamp: MemberStamp, accuser: number): NewsItem {
  return { peer, incarnation: incarnationOf(stamp), status: statusOf(stamp), accuser };
}

/** Begins to spread a statement. */
export function addNews(queue: NewsQueue, peer: Peer, stamp: MemberStamp, accuser: number): void {
  const before = queue.byPeer.get(peer);
  if (before !== undefined) remove(queue, before);
  const order = queue.addedCount++;
  const added = { item: newsItem(peer, stamp, accuser), order, sentCount: 0 };
  queue.byPeer.set(peer, added);
  place(queue, added);
  for (const oldest of queue.byPeer.values()) {
    if (queue.byPeer.size <= WAITING_NEWS_MAX) break;
    remove(queue, oldest);
  }
}

/** Takes up to `countMax` of the news sent least, the youngest of equals, and drops those sent `limit` times. */
export function takeNews(queue: NewsQueue, countMax: number, limit: number): NewsItem[] {
  const isAll = queue.byPeer.size <= countMax;
  const taken: WaitingNews[] = [];
  for (const { entries, orders } of queue.bySentCount) {
    while (taken.length < countMax && entries.length > 0) {
      taken.push(entries.pop()!);
      orders.pop();
    }
    if (taken.length >= countMax) break;
  }
  // Nothing is left out, so that nothing has to come first.
  if (isAll) taken.sort((a, b) => b.order - a.order);
  const items: NewsItem[] = [];
  for (const entry of taken) {
    items.push(entry.item);
    entry.sentCount++;
    if (entry.sentCount >= limit) queue.byPeer.delete(entry.item.peer);
    else place(queue, entry);
  }
  return items;
}

function remove(queue: NewsQueue, entry: WaitingNews): void {
  const { entries, orders } = queue.bySentCount[entry.sentCount]!;
  const at = placeOf(orders, entry.order);
  entries.splice(at, 1);
  orders.splice(at, 1);
  queue.byPeer.delete(entry.item.peer);
}

/** Puts news among those that were sent as often. */
function place(queue: NewsQueue, entry: WaitingNews): void {
  const { bySentCount } = queue;
  while (bySentCount.length <= entry.sentCount) bySentCount.push({ entries: [], orders: [] });
  const { entries, orders } = bySentCount[entry.sentCount]!;
  const at = placeOf(orders, entry.order);
  entries.splice(at, 0, entry);
  orders.splice(at, 0, entry.order);
}

/** Where this order is, or belongs, in a sorted list of orders. Most are among the last or the first. */
function placeOf(sorted: readonly number[], order: number): number {
  let low = 0;
  let high = sorted.length;
  if (high === 0 || sorted[high - 1]! < order) return high;
  if (sorted[0]! >= order) return 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < order) low = middle + 1;
    else high = middle;
  }
  return low;
}
