// Everything Kademlia can be told. The names in brackets are the paper's.

import type { Peer } from "../transport/peer.js";

/** What a node running Kademlia is told. */
export interface KademliaOptions {
  /** Whom to join through, tried in turn. A node that is the first of them begins a network. */
  readonly contacts: readonly Peer[];
  /** Peers known from the start, instead of joining through anyone. */
  readonly startPeers: readonly Peer[];
  /**
   * Contacts of a bucket, nodes that a lookup finds and copies of a value (k). Raising it survives more crashes and shortens
   * lookups; each lookup asks at least so many nodes, and each answer carries so many contacts of 85 bytes.
   */
  readonly bucketSize: number;
  /** Requests of a lookup under way at once (α). Raising it is faster where nodes are dead, and asks more of them. */
  readonly parallelRequests: number;
  /**
   * Ways of a lookup that share no node (d of S/Kademlia). Raising it goes round more nodes that mislead, and multiplies
   * the requests.
   */
  readonly disjointPaths: number;
  /** How long an answer may take. Raising it suits slow links, and waits longer for the dead. */
  readonly answerMicros: number;
  /** Requests in a row that a contact may leave unanswered. Raising it forgives more losses, keeps the dead longer. */
  readonly failuresMax: number;
  /** Pause between two refreshes of the buckets; 0 for none. Raising it saves requests, and notices changes later. */
  readonly refreshMicros: number;
  /** How long a holder waits before it hands a value on to those that are nearest by then; 0 for never. */
  readonly republishMicros: number;
  /** How long a value is kept after its publisher last spoke of it. Raising it saves renewals, keeps the old longer. */
  readonly expireMicros: number;
  /** Values kept for others, at most. Up to 1.3 kB each. Past it those furthest from the node's id make room. */
  readonly valuesMax: number;
}

/** The paper's settings; a value of the paper's experiments for what it leaves open. */
export const KADEMLIA_DEFAULTS: KademliaOptions = {
  contacts: [],
  startPeers: [],
  bucketSize: 20,
  parallelRequests: 3,
  disjointPaths: 1,
  answerMicros: 1_000_000,
  failuresMax: 2,
  refreshMicros: 3_600_000_000,
  republishMicros: 3_600_000_000,
  expireMicros: 86_400_000_000,
  valuesMax: 10_000,
};
