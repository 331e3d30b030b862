// Everything Chord can be told. The names in brackets are the paper's.

import type { Peer } from "../transport/peer.js";

/** What a node running Chord is told. */
export interface ChordOptions {
  /** Whom to join through, tried in turn. A node that is the first of them begins a network. */
  readonly contacts: readonly Peer[];
  /** Peers known from the start, instead of joining through anyone. */
  readonly startPeers: readonly Peer[];
  /** Nodes that follow on the ring and are known (r). Raising it survives more crashes in a row; 81 bytes each a round. */
  readonly successorCount: number;
  /** Pause between two rounds of upkeep; 0 for none. Raising it saves messages, and notices changes later. */
  readonly periodMicros: number;
  /** How long an answer may take. Raising it suits slow links, and waits longer for the dead. */
  readonly answerMicros: number;
  /** Who goes on with a lookup: the node that began it, or each node on its way. */
  readonly routing: "iterative" | "recursive";
  /** Nodes that keep a value: the responsible one and those that follow it. */
  readonly replicas: number;
  /** How long a value is kept after somebody last spoke of it. Raising it keeps the old longer. */
  readonly expireMicros: number;
  /** Values kept, at most. Up to 1.3 kB each. */
  readonly valuesMax: number;
}

/** The paper's list of successors for some thousand nodes; a period for minutes of simulation. */
export const CHORD_DEFAULTS: ChordOptions = {
  contacts: [],
  startPeers: [],
  successorCount: 12,
  periodMicros: 5_000_000,
  answerMicros: 1_000_000,
  routing: "iterative",
  replicas: 4,
  expireMicros: 86_400_000_000,
  valuesMax: 10_000,
};
