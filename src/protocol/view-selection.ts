// The one step that makes the protocols of the peer sampling frame differ: which entries a node keeps of its own
// and of those it was sent (TOCS 25(3), 2007, figure 1, `view.select`).

import type { Random } from "../sim/random.js";
import type { Peer } from "../transport/peer.js";
import type { AgedPeer, PartialView } from "./partial-view.js";

/** The numbers c, H and S of the paper. */
export interface SelectionOptions {
  readonly viewSize: number;
  readonly healing: number;
  readonly swap: number;
}

/**
 * Of `own` entries, those that were sent at the head, and `received` ones: each peer once, the younger of two; then
 * up to H of the oldest are dropped, then up to S of the head, then any, until `viewSize` are left.
 */
export function selectView(
  own: readonly AgedPeer[],
  received: readonly AgedPeer[],
  { viewSize, healing, swap }: SelectionOptions,
  random: Random,
): PartialView {
  const kept = withoutDuplicates([...own, ...received]);
  const surplus = (): number => Math.max(0, kept.length - viewSize);
  dropOldest(kept, Math.min(healing, surplus()));
  kept.splice(0, Math.min(swap, surplus()));
  for (let left = surplus(); left > 0; left--) kept.splice(random.integer(kept.length), 1);
  return kept;
}

function withoutDuplicates(entries: readonly AgedPeer[]): PartialView {
  const youngest = new Map<Peer, AgedPeer>();
  for (const entry of entries) {
    const known = youngest.get(entry.peer);
    if (known === undefined || entry.age < known.age) youngest.set(entry.peer, entry);
  }
  return entries.filter((entry) => youngest.get(entry.peer) === entry);
}

/** Drops the oldest; of equally old ones those that stand last. */
function dropOldest(entries: PartialView, count: number): void {
  for (let left = count; left > 0; left--) {
    let oldest = 0;
    for (let i = 1; i < entries.length; i++) {
      if (entries[i]!.age >= entries[oldest]!.age) oldest = i;
    }
    entries.splice(oldest, 1);
  }
}
