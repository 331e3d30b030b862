// The ids that were seen lately, so that a flood does not go round for ever. A ring beside the set says which
// id is the oldest: taking the first of a JavaScript set again and again walks over all it has dropped.

/** Ids with the time each was first seen. Plain data: use the functions below. */
export interface SeenIds {
  readonly ids: Set<number>;
  /** The same ids and their times, oldest at `oldest`, going round at `countMax`. */
  readonly ring: number[];
  readonly seenAtMicros: number[];
  oldest: number;
}

/** How much is remembered: whichever limit is reached first. */
export interface SeenIdsLimits {
  readonly countMax: number;
  readonly ageMicrosMax: number;
}

/** Nothing seen yet. */
export function noSeenIds(): SeenIds {
  return { ids: new Set(), ring: [], seenAtMicros: [], oldest: 0 };
}

/** Notes an id; answers whether it is new. Constant time on average, whatever the limits. */
export function noteId(
  seen: SeenIds,
  id: number,
  nowMicros: number,
  limits: SeenIdsLimits,
): boolean {
  if (seen.ids.has(id)) return false;
  forgetOldIds(seen, nowMicros - limits.ageMicrosMax);
  if (seen.ids.size === limits.countMax) forgetOldest(seen);
  const at = (seen.oldest + seen.ids.size) % limits.countMax;
  seen.ring[at] = id;
  seen.seenAtMicros[at] = nowMicros;
  seen.ids.add(id);
  return true;
}

/** When the oldest id was first seen; null when there is none. */
export function oldestSeenMicros(seen: SeenIds): number | null {
  return seen.ids.size === 0 ? null : seen.seenAtMicros[seen.oldest]!;
}

/** Forgets every id first seen before `thenMicros`. */
export function forgetOldIds(seen: SeenIds, thenMicros: number): void {
  while (seen.ids.size > 0 && seen.seenAtMicros[seen.oldest]! < thenMicros) forgetOldest(seen);
}

function forgetOldest(seen: SeenIds): void {
  seen.ids.delete(seen.ring[seen.oldest]!);
  seen.oldest++;
  if (seen.oldest === seen.ring.length) seen.oldest = 0;
}
