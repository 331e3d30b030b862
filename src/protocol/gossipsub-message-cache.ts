// The messages that a GossipSub node can still give to whoever asks, by the heartbeat in which they came (the
// specification's mcache). Its younger windows are what it gossips about. Bounded in bytes: the oldest goes first.

import type { Peer } from "../transport/peer.js";
import type { Published } from "./gossipsub-messages.js";

/** What a message costs beyond its payload, roughly: a bound in bytes thus bounds the number too. */
const OVERHEAD_BYTES = 200;

/** A message that can be had. */
export interface CachedMessage {
  /** As it is sent next. */
  readonly message: Published;
  /** How often each peer was given it on request. */
  readonly givenTo: Map<Peer, number>;
}

/** Messages by id, oldest first, and the ids of each heartbeat, the present one first. Plain data. */
export interface MessageCache {
  readonly byId: Map<number, CachedMessage>;
  readonly windows: number[][];
  byteCount: number;
}

/** Nothing cached yet. */
export function noCachedMessages(): MessageCache {
  return { byId: new Map(), windows: [[]], byteCount: 0 };
}

/** Takes in a message that is not cached; a single one above the limit is kept until the next comes. */
export function cacheMessage(cache: MessageCache, message: Published, bytesMax: number): void {
  cache.byId.set(message.id, { message, givenTo: new Map() });
  cache.windows[0]!.push(message.id);
  cache.byteCount += bytesOf(message);
  for (const oldest of cache.byId.keys()) {
    if (cache.byteCount <= bytesMax || oldest === message.id) return;
    forget(cache, oldest);
  }
}

/** The ids of the messages of the `windowCount` youngest heartbeats, the present one first. */
export function idsToGossip(cache: MessageCache, windowCount: number): number[] {
  return cache.windows
    .slice(0, windowCount)
    .flat()
    .filter((id) => cache.byId.has(id));
}

/** A heartbeat is over: forgets what came `windowCount` heartbeats ago. */
export function shiftCache(cache: MessageCache, windowCount: number): void {
  cache.windows.unshift([]);
  for (const window of cache.windows.splice(windowCount)) {
    for (const id of window) forget(cache, id);
  }
}

function forget(cache: MessageCache, id: number): void {
  const cached = cache.byId.get(id);
  if (cached === undefined) return;
  cache.byId.delete(id);
  cache.byteCount -= bytesOf(cached.message);
}

function bytesOf({ payload }: Published): number {
  return payload.length + OVERHEAD_BYTES;
}
