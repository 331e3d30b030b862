// The peers that were given up on suspicion. They may be well, on the far side of a cut: so they are kept and
// tried again in turn, and one that answers brings both sides together, however long the cut has lasted.

import type { Random } from "../sim/random.js";
import type { Peer } from "../transport/peer.js";

/** How long every lost peer is kept: longer than the outages from which a network should mend by itself. */
export const LOST_KEPT_MICROS = 600_000_000;

/** Peers kept beyond that time. Any one of them that answers is enough, so a few dozen at each node do. */
export const LOST_VETERANS_MAX = 32;

/** Most peers tried at a time, so that a great loss costs a node no more than a small burst a period. */
const TRIED_AT_ONCE_MAX = 8;

/** A fresh loss of up to `TRIED_AT_ONCE_MAX` times this many peers is tried whole within as many turns. */
const TURNS_FOR_ALL = 4;

/** Lost peers. Plain data: use the functions below. No peer is in both maps. */
export interface LostPeers {
  /** Lost within `LOST_KEPT_MICROS`, with the time, in the order in which they are tried next. */
  readonly recent: Map<Peer, number>;
  /** A fair sample of those lost before: it must not fill with the dead of a long churn alone. */
  readonly veterans: Map<Peer, number>;
  /** Peers that have competed for a place among the veterans since they were last empty. */
  veteranCandidates: number;
}

/** Nobody lost. */
export function noLostPeers(): LostPeers {
  return { recent: new Map(), veterans: new Map(), veteranCandidates: 0 };
}

/** Number of lost peers that are kept. */
export function lostCount(lost: LostPeers): number {
  return lost.recent.size + lost.veterans.size;
}

/** Everyone who is kept as lost, those lost lately first. */
export function lostPeers(lost: LostPeers): readonly Peer[] {
  return [...lost.recent.keys(), ...lost.veterans.keys()];
}

/** Whether this peer is kept as lost. */
export function isLost(lost: LostPeers, peer: Peer): boolean {
  return lost.recent.has(peer) || lost.veterans.has(peer);
}

/** Keeps a peer as lost. At most `recentMax` are: past that the first in turn makes room. */
export function addLost(lost: LostPeers, peer: Peer, nowMicros: number, recentMax: number): void {
  if (isLost(lost, peer)) return;
  lost.recent.set(peer, nowMicros);
  for (const tried of lost.recent.keys()) {
    if (lost.recent.size <= recentMax) break;
    lost.recent.delete(tried);
  }
}

/** The peer is back, or has left for good: it is no longer tried. */
export function removeLost(lost: LostPeers, peer: Peer): void {
  lost.recent.delete(peer);
  lost.veterans.delete(peer);
  if (lost.veterans.size === 0) lost.veteranCandidates = 0;
}

/** The peers whose turn it is, at least one unless none is lost; they go to the end of the queue. */
export function takeLostInTurn(lost: LostPeers): readonly Peer[] {
  const share = Math.ceil(lostCount(lost) / TURNS_FOR_ALL);
  const count = Math.min(share, TRIED_AT_ONCE_MAX);
  const fromVeterans = lost.recent.size === 0 ? count : Math.floor(count / 2);
  const veterans = rotate(lost.veterans, fromVeterans);
  return [...rotate(lost.recent, count - veterans.length), ...veterans];
}

/**
 * Ages the lost: what was lost before `LOST_KEPT_MICROS` competes for a place among the veterans, each of
 * those ever lost with an equal chance (reservoir sampling). `pinned` is kept for ever.
 */
export function ageLost(lost: LostPeers, nowMicros: number, pinned: Peer, random: Random): void {
  for (const [peer, lostAtMicros] of lost.recent) {
    if (nowMicros - lostAtMicros <= LOST_KEPT_MICROS || peer === pinned) continue;
    lost.recent.delete(peer);
    lost.veteranCandidates++;
    if (lost.veterans.size >= LOST_VETERANS_MAX) {
      const place = random.integer(lost.veteranCandidates);
      if (place >= LOST_VETERANS_MAX) continue;
      lost.veterans.delete([...lost.veterans.keys()][place]!);
    }
    lost.veterans.set(peer, lostAtMicros);
  }
}

/** The first `count` of a map, moved to its end. */
function rotate(peers: Map<Peer, number>, count: number): readonly Peer[] {
  const turn: Peer[] = [];
  for (const peer of peers.keys()) {
    if (turn.length >= Math.min(count, peers.size)) break;
    turn.push(peer);
  }
  for (const peer of turn) {
    const lostAtMicros = peers.get(peer) ?? 0;
    peers.delete(peer);
    peers.set(peer, lostAtMicros);
  }
  return turn;
}
