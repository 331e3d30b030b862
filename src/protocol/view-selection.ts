// The one step that makes the protocols of the peer sampling frame differ: which entries a node keeps of its own
// and of those it was sent (TOCS 25(3), 2007, figure 1, `view.select`).

import type { Random } from "../sim/random.js";
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
  const kept = withoutDuplicates(own, received);
  const surplus = (): number => Math.max(0, kept.length - viewSize);
  dropOldest(kept, Math.min(healing, surplus()));
  kept.splice(0, Math.min(swap, surplus()));
  for (let left = surplus(); left > 0; left--) kept.splice(random.integer(kept.length), 1);
  return kept;
}

/** Both, in order, of each peer the younger entry: the first of equally old ones. `own` has each peer once. */
function withoutDuplicates(own: readonly AgedPeer[], received: readonly AgedPeer[]): PartialView {
  const kept = [...own];
  // Beside the entries, so that a search compares pointers and looks at no entry.
  const peers = own.map(({ peer }) => peer);
  for (const entry of received) {
    const known = peers.indexOf(entry.peer);
    if (known >= 0) {
      if (kept[known]!.age <= entry.age) continue;
      kept.splice(known, 1);
      peers.splice(known, 1);
    }
    kept.push(entry);
    peers.push(entry.peer);
  }
  return kept;
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
