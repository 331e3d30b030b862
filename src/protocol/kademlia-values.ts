// The values that a Kademlia node keeps for others (IPTPS 2002, section 2.5). Bounded: when there are too many, the one
// furthest from the node's id makes room, since others are nearer to it.

import { compareDistance } from "./xor-distance.js";

/** A value and how long it lasts. */
export interface KeptValue {
  readonly value: Uint8Array;
  /** The publisher's time of publication: the later of two is right. */
  readonly version: number;
  readonly expiresAtMicros: number;
  /** When somebody last asked to keep it: until a while later nobody needs to hand it on. */
  readonly storedAtMicros: number;
}

/** Values by key. Plain data: use the functions below. */
export type KeptValues = Map<string, KeptValue>;

/** Whose values, and how many at most. */
export interface KeptValuesLimits {
  readonly selfId: string;
  readonly countMax: number;
}

/** Keeps a value unless a later one of its key is kept; answers whether the key is kept now. */
export function keepValue(
  kept: KeptValues,
  key: string,
  value: KeptValue,
  limits: KeptValuesLimits,
): boolean {
  const known = kept.get(key);
  if (known !== undefined && known.version > value.version) return true;
  if (known === undefined && kept.size >= limits.countMax) {
    const furthest = furthestKey(kept, limits.selfId);
    if (furthest === null || compareDistance(limits.selfId, key, furthest) >= 0) return false;
    kept.delete(furthest);
  }
  kept.set(key, value);
  return true;
}

/** The value under a key; undefined when there is none that has not expired. */
export function valueOf(kept: KeptValues, key: string, nowMicros: number): KeptValue | undefined {
  const known = kept.get(key);
  if (known === undefined || known.expiresAtMicros > nowMicros) return known;
  kept.delete(key);
  return undefined;
}

/** Forgets what has expired. */
export function dropExpired(kept: KeptValues, nowMicros: number): void {
  for (const [key, { expiresAtMicros }] of kept) {
    if (expiresAtMicros <= nowMicros) kept.delete(key);
  }
}

function furthestKey(kept: KeptValues, selfId: string): string | null {
  let furthest: string | null = null;
  for (const key of kept.keys()) {
    if (furthest === null || compareDistance(selfId, key, furthest) > 0) furthest = key;
  }
  return furthest;
}
