// The contacts of a Kademlia node (IPTPS 2002, sections 2.2 and 4.1): bucket i holds peers whose ids share exactly i leading
// bits with the node's own. Who has been there for long stays, since it is likely to stay longer; who comes too late waits
// as a spare until a contact does not answer.

import type { Peer } from "../transport/peer.js";
import { compareDistance, sharedBits } from "./xor-distance.js";

/** A peer that this node may ask. */
export interface Contact {
  readonly peer: Peer;
  /** Requests in a row that it has not answered. */
  failures: number;
}

/** The contacts that share so many bits. */
export interface Bucket {
  /** Heard of longest ago first. */
  readonly contacts: Contact[];
  /** Who takes the place of a contact that does not answer, heard of last at the end. */
  readonly spares: Peer[];
}

/** All contacts by the number of bits shared. Plain data: use the functions below. */
export interface KademliaTable {
  readonly buckets: Map<number, Bucket>;
  /** Contacts of a bucket, and spares of it (k). */
  readonly bucketSize: number;
  /** Unanswered requests in a row after which a contact is stale: neither asked nor told of. */
  readonly failuresMax: number;
}

/** Who became a contact that is asked, and who is none any more; null for nobody. */
export interface TableChange {
  readonly added: Peer | null;
  readonly removed: Peer | null;
}

const UNCHANGED: TableChange = { added: null, removed: null };

/** No contacts. */
export function emptyTable({
  bucketSize,
  failuresMax,
}: Pick<KademliaTable, "bucketSize" | "failuresMax">): KademliaTable {
  return { buckets: new Map(), bucketSize, failuresMax };
}

/** Whether a contact has left too much unanswered. */
export function isStale({ failuresMax }: KademliaTable, { failures }: Contact): boolean {
  return failures >= failuresMax;
}

/** A peer was heard of first hand. `self` is no contact of its own. */
export function noteContact(table: KademliaTable, self: Peer, peer: Peer): TableChange {
  if (peer === self || peer.id === "") return UNCHANGED;
  const { contacts, spares } = bucketOf(table, self, peer);
  const known = contacts.find((contact) => contact.peer === peer);
  if (known !== undefined) {
    contacts.splice(contacts.indexOf(known), 1);
    const wasStale = isStale(table, known);
    contacts.push({ peer, failures: 0 });
    return wasStale ? { added: peer, removed: null } : UNCHANGED;
  }
  const spareAt = spares.indexOf(peer);
  if (spareAt >= 0) spares.splice(spareAt, 1);
  if (contacts.length >= table.bucketSize) {
    const staleAt = contacts.findIndex((contact) => isStale(table, contact));
    if (staleAt < 0) {
      spares.push(peer);
      if (spares.length > table.bucketSize) spares.shift();
      return UNCHANGED;
    }
    contacts.splice(staleAt, 1);
  }
  contacts.push({ peer, failures: 0 });
  return { added: peer, removed: null };
}

/**
 * A peer did not answer. When it has done so too often, the latest spare takes its place; without one it stays, stale, since
 * the fault may be this node's own.
 */
export function noteFailure(table: KademliaTable, self: Peer, peer: Peer): TableChange {
  const bucket = table.buckets.get(sharedBits(self.id, peer.id));
  if (bucket === undefined) return UNCHANGED;
  const { contacts, spares } = bucket;
  const spareAt = spares.indexOf(peer);
  if (spareAt >= 0) spares.splice(spareAt, 1);
  const at = contacts.findIndex((contact) => contact.peer === peer);
  if (at < 0) return UNCHANGED;
  const contact = contacts[at]!;
  const wasStale = isStale(table, contact);
  contact.failures++;
  if (!isStale(table, contact)) return UNCHANGED;
  const spare = spares.pop() ?? null;
  if (spare !== null) {
    contacts.splice(at, 1);
    contacts.push({ peer: spare, failures: 0 });
  }
  return { added: spare, removed: wasStale ? null : peer };
}

/** Up to `count` contacts nearest to a key, nearest first; stale ones are left out. */
export function nearestContacts(
  table: KademliaTable,
  self: Peer,
  key: string,
  count: number,
): Peer[] {
  const own = sharedBits(self.id, key);
  // Contacts of this bucket share more bits with the key than the node itself does, those of deeper buckets exactly as
  // many, and those of each shallower one fewer: no other comparison between buckets is needed.
  const nearest = sortedContacts(table, own, key);
  if (nearest.length < count) {
    const deeper: Peer[] = [];
    for (const [bits, bucket] of table.buckets) {
      if (bits > own) addFresh(table, bucket, deeper);
    }
    nearest.push(...sortByDistance(deeper, key));
  }
  for (let bits = own - 1; bits >= 0 && nearest.length < count; bits--) {
    nearest.push(...sortedContacts(table, bits, key));
  }
  return nearest.length > count ? nearest.slice(0, count) : nearest;
}

/** Every contact that is not stale, bucket by bucket. */
export function freshContacts(table: KademliaTable): Peer[] {
  const fresh: Peer[] = [];
  for (const bucket of table.buckets.values()) addFresh(table, bucket, fresh);
  return fresh;
}

/** Every contact that is stale. */
export function staleContacts(table: KademliaTable): Peer[] {
  return [...table.buckets.values()].flatMap(({ contacts }) =>
    contacts.filter((contact) => isStale(table, contact)).map(({ peer }) => peer),
  );
}

/** The most bits that a contact shares with the node; −1 without contacts. */
export function deepestBucket(table: KademliaTable): number {
  let deepest = -1;
  for (const [bits, { contacts }] of table.buckets) {
    if (bits > deepest && contacts.some((contact) => !isStale(table, contact))) deepest = bits;
  }
  return deepest;
}

function bucketOf(table: KademliaTable, self: Peer, peer: Peer): Bucket {
  const bits = sharedBits(self.id, peer.id);
  const known = table.buckets.get(bits);
  if (known !== undefined) return known;
  const bucket: Bucket = { contacts: [], spares: [] };
  table.buckets.set(bits, bucket);
  return bucket;
}

function sortedContacts(table: KademliaTable, bits: number, key: string): Peer[] {
  const bucket = table.buckets.get(bits);
  if (bucket === undefined) return [];
  const fresh: Peer[] = [];
  addFresh(table, bucket, fresh);
  return sortByDistance(fresh, key);
}

function addFresh(table: KademliaTable, { contacts }: Bucket, into: Peer[]): void {
  for (const contact of contacts) if (!isStale(table, contact)) into.push(contact.peer);
}

function sortByDistance(peers: Peer[], key: string): Peer[] {
  return peers.sort((a, b) => compareDistance(key, a.id, b.id));
}
