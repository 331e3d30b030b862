// Whom a Chord node knows on the ring (ToN 2003, sections IV-A to IV-E): the nodes that follow it, the one before it, and for
// each power of two the first node that far away.

import type { Peer } from "../transport/peer.js";
import { compareClockwise, isBetween, keyAfter } from "./ring-distance.js";

/** Powers of two round the ring. */
export const FINGER_BITS = 256;

/** Plain data: use the functions below. */
export interface ChordRing {
  /** Nearest first. */
  successors: Peer[];
  predecessor: Peer | null;
  /** By power of two. Those below the distance of the first successor are that successor, and are left out. */
  readonly fingers: Map<number, Peer>;
}

/** Takes peers for successors, where they are nearer than those that are known. */
export function addSuccessors(
  ring: ChordRing,
  self: Peer,
  peers: readonly Peer[],
  countMax: number,
): void {
  const all = new Set([...ring.successors, ...peers].filter((peer) => isOther(self, peer)));
  ring.successors = [...all]
    .sort((a, b) => compareClockwise(self.id, a.id, b.id))
    .slice(0, countMax);
}

/** A peer is gone: it is taken out wherever it stands. */
export function forgetPeer(ring: ChordRing, peer: Peer): void {
  ring.successors = ring.successors.filter((other) => other !== peer);
  if (ring.predecessor === peer) ring.predecessor = null;
  for (const [bit, finger] of ring.fingers) if (finger === peer) ring.fingers.delete(bit);
}

/** Everyone the node knows, each once. */
export function ringPeers({ successors, predecessor, fingers }: ChordRing): Set<Peer> {
  const peers = new Set([...successors, ...fingers.values()]);
  if (predecessor !== null) peers.add(predecessor);
  return peers;
}

/** The successors from the one responsible for a key on; null where the node cannot know it. */
export function responsibleFor(ring: ChordRing, self: Peer, key: string): readonly Peer[] | null {
  const { successors, predecessor } = ring;
  if (successors.length === 0) return [self];
  if (key === self.id) return [self, ...successors];
  if (predecessor !== null && isBetween(predecessor.id, key, self.id)) return [self, ...successors];
  const [first] = successors;
  if (first === undefined || !(key === first.id || isBetween(self.id, key, first.id))) return null;
  return successors;
}

/** The successors at or after a key, as far as the node knows the ring; empty where its list ends before. */
export function followingKey({ successors }: ChordRing, self: Peer, key: string): Peer[] {
  return successors.filter((peer) => !isBetween(self.id, peer.id, key));
}

/** Up to `count` known peers before a key, the nearest to it first. */
export function closestPreceding(ring: ChordRing, self: Peer, key: string, count: number): Peer[] {
  return [...ringPeers(ring)]
    .filter((peer) => isBetween(self.id, peer.id, key))
    .sort((a, b) => compareClockwise(key, b.id, a.id))
    .slice(0, count);
}

/** Sets successors and fingers from peers that are known from the start. */
export function fillRing(ring: ChordRing, self: Peer, peers: readonly Peer[], count: number): void {
  addSuccessors(ring, self, peers, count);
  const sorted = peers
    .filter((peer) => isOther(self, peer))
    .sort((a, b) => compareClockwise(self.id, a.id, b.id));
  ring.predecessor = sorted.at(-1) ?? null;
  const [first] = sorted;
  if (first === undefined) return;
  for (let bit = FINGER_BITS - 1; bit >= 0; bit--) {
    const start = keyAfter(self.id, bit);
    if (!isBetween(first.id, start, self.id)) return;
    const finger = sorted.find((peer) => !isBetween(self.id, peer.id, start));
    if (finger !== undefined) ring.fingers.set(bit, finger);
  }
}

function isOther(self: Peer, peer: Peer): boolean {
  return peer !== self && peer.id !== "";
}
