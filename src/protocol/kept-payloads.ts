// Payloads kept for a while, so that a peer that missed one can be given it. Bounded in number and bytes: the oldest
// goes first.

/** A payload that was received, and how far it had come. */
export interface KeptPayload {
  readonly payload: Uint8Array;
  readonly round: number;
}

/** What is kept, oldest first. Plain data: use the functions below. */
export interface KeptPayloads {
  readonly byId: Map<number, KeptPayload>;
  byteCount: number;
}

/** How much is kept at most: whichever limit is reached first. */
export interface KeptPayloadsLimits {
  readonly countMax: number;
  readonly bytesMax: number;
}

/** Nothing kept yet. */
export function noKeptPayloads(): KeptPayloads {
  return { byId: new Map(), byteCount: 0 };
}

/** Keeps a payload that is not kept yet; a single one above the limit of bytes is kept until the next comes. */
export function keepPayload(
  kept: KeptPayloads,
  id: number,
  payload: KeptPayload,
  { countMax, bytesMax }: KeptPayloadsLimits,
): void {
  kept.byId.set(id, payload);
  kept.byteCount += payload.payload.length;
  for (const [oldest, { payload: dropped }] of kept.byId) {
    if (kept.byId.size <= countMax && kept.byteCount <= bytesMax) return;
    if (oldest === id) return;
    kept.byId.delete(oldest);
    kept.byteCount -= dropped.length;
  }
}
