// One search of a Kademlia node (IPTPS 2002, section 2.3): it asks the nearest it has heard of for nearer ones, a few at a
// time, until the k nearest that answer have answered. S/Kademlia (Baumgart, Mies, 2007, section 4.4) splits it into ways
// that share no node, so that one liar cannot mislead them all. Here is what a search knows; who asks is in kademlia-search.ts.

import type { TimerHandle } from "../transport/clock.js";
import type { Peer } from "../transport/peer.js";
import type { KeyOperation } from "./key-operation.js";
import { compareDistance } from "./xor-distance.js";

/** What a search is for: an operation of the application, or the node's own upkeep. */
export type LookupPurpose = KeyOperation | "join" | "refresh" | "republish";

/** Somebody that a search has heard of. */
export interface Candidate {
  readonly peer: Peer;
  /** Nodes one after the other that led here: 1 for one that the searching node knew. */
  readonly depth: number;
  /** Which of the disjoint ways it is on. */
  readonly path: number;
  state: "known" | "asked" | "answered" | "failed";
  timer: TimerHandle | null;
  /** Parts of its answer that have come, a bit each. */
  parts: number;
}

/** What is put: the value and what goes with it. */
export interface StoredValue {
  readonly value: Uint8Array;
  readonly version: number;
  readonly leftMicros: number;
}

/** A search under way. Plain data: use the functions below. */
export interface Lookup {
  readonly id: number;
  readonly purpose: LookupPurpose;
  readonly key: string;
  readonly paths: number;
  /** Nearest to the key first. */
  readonly candidates: Candidate[];
  /** For a put and a republication. */
  readonly stored: StoredValue | null;
  /** Who has been asked to keep the value and has not answered, with the timer of each. */
  readonly storing: Map<Peer, TimerHandle>;
  /** Nodes that keep the value now. */
  copies: number;
  requests: number;
  timeouts: number;
}

/** How wide a search is. */
export interface LookupWidth {
  /** Nodes that must have answered on each way (k). */
  readonly bucketSize: number;
  /** Requests under way at once on each way (α). */
  readonly parallelRequests: number;
}

/** Candidates kept, in multiples of k and ways: the furthest are the last that would be asked. */
const CANDIDATES_FACTOR = 16;

/** A search that has heard of nobody. */
export function newLookup(
  parts: Pick<Lookup, "id" | "purpose" | "key" | "paths" | "stored">,
): Lookup {
  return { ...parts, candidates: [], storing: new Map(), copies: 0, requests: 0, timeouts: 0 };
}

/** Takes in somebody that the searching node knew or was told of; does nothing for one that the search knows. */
export function addCandidate(
  { candidates, key, paths }: Lookup,
  peer: Peer,
  place: Pick<Candidate, "depth" | "path">,
  { bucketSize }: LookupWidth,
): void {
  const at = placeOf(candidates, key, peer);
  if (candidates[at]?.peer === peer) return;
  const { depth, path } = place;
  candidates.splice(at, 0, { peer, depth, path, state: "known", timer: null, parts: 0 });
  if (candidates.length <= CANDIDATES_FACTOR * bucketSize * paths) return;
  const furthest = candidates.findLastIndex(({ state }) => state === "known");
  if (furthest >= 0) candidates.splice(furthest, 1);
}

/** What a search knows of a peer. */
export function candidateOf({ candidates, key }: Lookup, peer: Peer): Candidate | undefined {
  const candidate = candidates[placeOf(candidates, key, peer)];
  return candidate?.peer === peer ? candidate : undefined;
}

/** Whom to ask next: on each way as many as fit, of its k nearest that have not failed. */
export function nextToAsk(lookup: Lookup, width: LookupWidth): Candidate[] {
  const next: Candidate[] = [];
  for (let path = 0; path < lookup.paths; path++) next.push(...nextOfPath(lookup, path, width));
  return next;
}

function nextOfPath({ candidates }: Lookup, path: number, width: LookupWidth): Candidate[] {
  const open: Candidate[] = [];
  let live = 0;
  let asked = 0;
  for (const candidate of candidates) {
    if (candidate.path !== path || candidate.state === "failed") continue;
    if (candidate.state === "asked") asked++;
    if (live++ < width.bucketSize && candidate.state === "known") open.push(candidate);
  }
  return open.slice(0, Math.max(0, width.parallelRequests - asked));
}

/** Whether a request is under way. */
export function isWaiting({ candidates }: Lookup): boolean {
  return candidates.some(({ state }) => state === "asked");
}

/** Up to `count` of those that have answered, nearest first. */
export function answered({ candidates }: Lookup, count: number): Candidate[] {
  return candidates.filter(({ state }) => state === "answered").slice(0, count);
}

/** Where a peer is or would be. */
function placeOf(candidates: readonly Candidate[], key: string, peer: Peer): number {
  let low = 0;
  let high = candidates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareDistance(key, candidates[middle]!.peer.id, peer.id) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
