// The news that a SWIM node has still to send on (SWIM, section 4.1): each so many times, those sent least first. A
// later statement about the same member replaces the one before, which it overrides.

import type { Peer } from "../transport/peer.js";
import type { MemberStamp } from "./member-stamp.js";
import { incarnationOf, statusOf } from "./member-stamp.js";
import type { NewsItem } from "./swim-messages.js";

/** News that wait at most, so that a storm of them cannot fill a node's memory: the oldest make room. */
export const WAITING_NEWS_MAX = 512;

/** A statement that is being spread. */
interface WaitingNews {
  readonly peer: Peer;
  readonly stamp: MemberStamp;
  readonly accuser: number;
  sentCount: number;
}

/** News by whom they are about, oldest first. Plain data: use the functions below. */
export type NewsQueue = Map<Peer, WaitingNews>;

/** A statement as it travels. */
export function newsItem(peer: Peer, stamp: MemberStamp, accuser: number): NewsItem {
  return { peer, incarnation: incarnationOf(stamp), status: statusOf(stamp), accuser };
}

/** Begins to spread a statement. */
export function addNews(queue: NewsQueue, peer: Peer, stamp: MemberStamp, accuser: number): void {
  queue.delete(peer);
  queue.set(peer, { peer, stamp, accuser, sentCount: 0 });
  for (const oldest of queue.keys()) {
    if (queue.size <= WAITING_NEWS_MAX) break;
    queue.delete(oldest);
  }
}

/** Takes up to `countMax` of the news sent least, the youngest of equals, and drops those sent `limit` times. */
export function takeNews(queue: NewsQueue, countMax: number, limit: number): NewsItem[] {
  if (queue.size === 0 || countMax <= 0) return [];
  const taken = queue.size <= countMax ? [...queue.values()].reverse() : sentLeast(queue, countMax);
  return taken.map((entry) => {
    const { peer, stamp, accuser } = entry;
    entry.sentCount++;
    if (entry.sentCount >= limit) queue.delete(peer);
    return newsItem(peer, stamp, accuser);
  });
}

/**
 * The `count` entries sent least, least first, the youngest of equals before the others. Every message asks for them,
 * so they are picked in one pass: sorting the whole queue took most of a run's time when much was going on.
 */
function sentLeast(queue: NewsQueue, count: number): WaitingNews[] {
  const least: WaitingNews[] = [];
  for (const entry of queue.values()) {
    let place = least.length;
    while (place > 0 && least[place - 1]!.sentCount >= entry.sentCount) place--;
    if (place === count) continue;
    if (least.length === count) least.pop();
    least.splice(place, 0, entry);
  }
  return least;
}
