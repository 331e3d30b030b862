// Peers that something holds of until an instant: back-offs, refusals. Bounded: the oldest goes first when there are
// too many, so that whoever makes new peers up does not fill a node's memory.

import type { Peer } from "../transport/peer.js";

/** Peers with the instant until which they count, in the order in which they were last noted. Plain data. */
export type ExpiringPeers = Map<Peer, number>;

/** Notes a peer until an instant; a later instant that it is noted for already stays. */
export function noteUntil(
  peers: ExpiringPeers,
  peer: Peer,
  untilMicros: number,
  countMax: number,
): void {
  const known = peers.get(peer) ?? 0;
  peers.delete(peer);
  peers.set(peer, Math.max(known, untilMicros));
  if (peers.size <= countMax) return;
  const [oldest] = peers.keys();
  if (oldest !== undefined) peers.delete(oldest);
}

/** Forgets every peer whose instant has passed. */
export function forgetExpired(peers: ExpiringPeers, nowMicros: number): void {
  for (const [peer, untilMicros] of peers) if (untilMicros <= nowMicros) peers.delete(peer);
}
