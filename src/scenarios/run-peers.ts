// The peers of a run: every declared node has one, wherever it runs. Records and scenarios speak of indexes,
// protocols of peers.

import type { Peer, PeerTable } from "../transport/peer.js";

/** Finds the peer of a node and the node of a peer. */
export interface RunPeers extends PeerTable {
  /** The peer of a declared node. */
  at(index: number): Peer;
  /** The index of a peer's node, whoever made the object; -1 for a stranger. */
  indexOf(peer: Peer): number;
}
