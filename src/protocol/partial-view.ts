// A bounded list of peers with ages, recorded as an overlay of the node: what Cyclon and the peer sampling service
// keep. The order of entries is the owner's; every change of who is in it is recorded.

import type { Peer } from "../transport/peer.js";
import type { View } from "./protocol.js";

/** A peer and for how many cycles nobody has heard from it. Immutable: it travels in messages. */
export interface AgedPeer {
  readonly peer: Peer;
  readonly age: number;
}

/** Entries in their owner's order, each peer once. Plain data. */
export type PartialView = AgedPeer[];

/** Ages go no further: an entry this old is as old as any. */
const AGE_MAX = 0xffff_ffff;

/** Where a peer's entry is; −1 for none. */
export function indexOfPeer(entries: readonly AgedPeer[], peer: Peer): number {
  return entries.findIndex((entry) => entry.peer === peer);
}

/** Another cycle has passed. */
export function ageEntries(entries: PartialView): void {
  for (let i = 0; i < entries.length; i++) {
    const { peer, age } = entries[i]!;
    entries[i] = { peer, age: Math.min(age + 1, AGE_MAX) };
  }
}

/** Where the oldest entry is, the first of several; −1 in an empty view. */
export function indexOfOldest(entries: readonly AgedPeer[]): number {
  let oldest = -1;
  for (let i = 0; i < entries.length; i++) {
    if (oldest < 0 || entries[i]!.age > entries[oldest]!.age) oldest = i;
  }
  return oldest;
}

/**
 * Makes the recorded overlay hold exactly the peers of the entries. Compares lists of peers by identity, without a
 * look at the peers themselves: most stay, and this runs several times a cycle in every node.
 */
export function recordEntries(view: View, entries: readonly AgedPeer[]): void {
  const before = view.peers();
  const after = entries.map(({ peer }) => peer);
  for (const peer of before) if (!after.includes(peer)) view.remove(peer);
  for (const peer of after) if (!before.includes(peer)) view.add(peer);
}
