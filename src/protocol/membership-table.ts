// Who takes part, as one node knows it: the present members, tombstones of those that are gone, and an
// order-free hash of the present ones by which two nodes compare their lists without sending them.

import type { Peer } from "../transport/peer.js";
import { incarnationOf } from "./member-stamp.js";
import type { MemberStamp } from "./member-stamp.js";

/** Parts into which lists are cut when two nodes look for where they differ. */
export const BUCKET_COUNT = 64;

const HEX_DIGITS_PER_WORD = 8;
const TWO_TO_32 = 4294967296;
const TWENTY_ONE_BITS = 0x1fffff;

/** What is remembered of a peer that is gone, so that old news do not bring it back. */
export interface Tombstone {
  readonly stamp: MemberStamp;
  readonly atMicros: number;
}

/** Members and tombstones. Plain data: use the functions below. No peer is in both maps. */
export interface MembershipTable {
  /** Alive or suspected, in the order in which they became known. */
  readonly present: Map<Peer, MemberStamp>;
  /** Dead or left, oldest first. */
  readonly gone: Map<Peer, Tombstone>;
  /** Whether lists are compared by hash: nobody compares samples, and each hash reads a peer's id. */
  readonly isHashed: boolean;
  /** Hash of the present members and their incarnations, in two 32-bit halves; 0 where none is kept. */
  hashHigh: number;
  hashLow: number;
}

/** Knows nobody. */
export function emptyMembershipTable(isHashed: boolean): MembershipTable {
  return { present: new Map(), gone: new Map(), isHashed, hashHigh: 0, hashLow: 0 };
}

/** What is known of a peer; undefined for nothing. */
export function stampOf(table: MembershipTable, peer: Peer): MemberStamp | undefined {
  return table.present.get(peer) ?? table.gone.get(peer)?.stamp;
}

/** Notes a present member, whatever was known of it before. */
export function placeMember(table: MembershipTable, peer: Peer, stamp: MemberStamp): void {
  removeMember(table, peer);
  table.gone.delete(peer);
  table.present.set(peer, stamp);
  toggleHash(table, peer, stamp);
}

/** Changes the stamp of a present member, which keeps its place in the order. */
export function restampMember(table: MembershipTable, peer: Peer, stamp: MemberStamp): void {
  const known = table.present.get(peer);
  if (known === undefined) return;
  toggleHash(table, peer, known);
  table.present.set(peer, stamp);
  toggleHash(table, peer, stamp);
}

/** Forgets a present member without a tombstone. */
export function removeMember(table: MembershipTable, peer: Peer): void {
  const known = table.present.get(peer);
  if (known === undefined) return;
  toggleHash(table, peer, known);
  table.present.delete(peer);
}

/** Notes that a peer is gone. At most `tombstonesMax` are kept: the oldest make room. */
export function buryMember(
  table: MembershipTable,
  peer: Peer,
  tombstone: Tombstone,
  tombstonesMax: number,
): void {
  removeMember(table, peer);
  table.gone.delete(peer);
  table.gone.set(peer, tombstone);
  for (const oldest of table.gone.keys()) {
    if (table.gone.size <= tombstonesMax) break;
    table.gone.delete(oldest);
  }
}

/** Forgets the tombstones set before `thenMicros`. */
export function forgetTombstones(table: MembershipTable, thenMicros: number): void {
  for (const [peer, { atMicros }] of table.gone) {
    if (atMicros >= thenMicros) break;
    table.gone.delete(peer);
  }
}

/** The hash of a table that keeps one, with oneself added, as one whole number below 2^53. */
export function digestWith(table: MembershipTable, self: Peer, selfStamp: MemberStamp): number {
  return joinHalves(
    table.hashHigh ^ highBits(self, selfStamp),
    table.hashLow ^ lowBits(self, selfStamp),
  );
}

/** The bucket that a peer falls into: a pure function of its id. */
export function bucketOf(peer: Peer): number {
  return Number.parseInt(peer.id.slice(0, 2), 16) % BUCKET_COUNT;
}

/** One hash a bucket, with oneself added, each a whole number below 2^53. */
export function bucketHashes(
  table: MembershipTable,
  self: Peer,
  selfStamp: MemberStamp,
): readonly number[] {
  const high = new Int32Array(BUCKET_COUNT);
  const low = new Int32Array(BUCKET_COUNT);
  const toggle = (peer: Peer, stamp: MemberStamp): void => {
    const bucket = bucketOf(peer);
    high[bucket]! ^= highBits(peer, stamp);
    low[bucket]! ^= lowBits(peer, stamp);
  };
  for (const [peer, stamp] of table.present) toggle(peer, stamp);
  toggle(self, selfStamp);
  return Array.from(high, (bits, bucket) => joinHalves(bits, low[bucket]!));
}

function toggleHash(table: MembershipTable, peer: Peer, stamp: MemberStamp): void {
  if (!table.isHashed) return;
  table.hashHigh ^= highBits(peer, stamp);
  table.hashLow ^= lowBits(peer, stamp);
}

function joinHalves(high: number, low: number): number {
  return (high & TWENTY_ONE_BITS) * TWO_TO_32 + (low >>> 0);
}

// A suspicion comes and goes without a change of the list, so the hash covers the incarnation alone.

function highBits(peer: Peer, stamp: MemberStamp): number {
  return scramble(idWord(peer, 0) ^ scramble((incarnationOf(stamp) % TWO_TO_32) | 0));
}

function lowBits(peer: Peer, stamp: MemberStamp): number {
  return scramble(idWord(peer, 1) ^ scramble(~(incarnationOf(stamp) % TWO_TO_32)));
}

/** Thirty-two bits of the peer's id, which is a SHA-256 and so as good as random. */
function idWord(peer: Peer, index: number): number {
  const from = index * HEX_DIGITS_PER_WORD;
  return Number.parseInt(peer.id.slice(from, from + HEX_DIGITS_PER_WORD), 16) | 0;
}

/** The murmur3 finaliser: a bijection of 32 bits in which every input bit moves every output bit. */
function scramble(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}
