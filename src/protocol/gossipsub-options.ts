// Everything GossipSub can be told, with the defaults of its specifications (libp2p: gossipsub v1.0 and v1.1).

import type { GossipSubScoreOptions } from "./gossipsub-score-options.js";

/** What a node is told. Counts are of peers unless said otherwise. */
export interface GossipSubOptions {
  /** Links that the mesh aims at (D). Each costs a copy of every message. */
  readonly degree: number;
  /** Below so many links a node grafts (D_low). */
  readonly degreeLow: number;
  /** Above so many it prunes (D_high). Raising it costs copies. */
  readonly degreeHigh: number;
  /** Links to peers that this node dialled itself that the mesh holds at least (D_out): those cannot be forced on it. */
  readonly degreeOut: number;
  /** Between two heartbeats. Raising it saves messages, and delays repair and gossip. */
  readonly heartbeatMicros: number;
  /** Whether the node takes part; one that does not can publish all the same, over a fan-out. */
  readonly isSubscribed: boolean;
  /** Whether own messages go to all peers, not to the mesh alone: a copy each. */
  readonly floodsOwn: boolean;
  /** How long a node that is not subscribed keeps the peers it published to. */
  readonly fanoutMicros: number;
  /** How long a pruned link is not grafted again. Raising it slows the mesh's repair. */
  readonly pruneBackoffMicros: number;
  /** The same after the other end has left the topic. */
  readonly leaveBackoffMicros: number;
  /** Whether who is pruned for lack of room is told of other peers: 16 peers a prune. */
  readonly exchangesPeers: boolean;
  /** Peers that a node connects to of its own accord: a connection each. */
  readonly peersMin: number;
  /** Peers that it accepts: a connection and about 500 bytes each. */
  readonly peersMax: number;
  /** Peers outside of the mesh that are gossiped to at least, a heartbeat (D_lazy). Each costs 9 bytes a message. */
  readonly degreeLazy: number;
  /** Share of those peers that are, where that is more (0 to 1). */
  readonly gossipShare: number;
  /** Heartbeats for which a message is gossiped about. Raising it reaches more peers. */
  readonly gossipWindows: number;
  /** Heartbeats for which it can be had on request. Raising it costs payloads kept. */
  readonly cacheWindows: number;
  /** Most bytes kept for that. */
  readonly cacheBytesMax: number;
  /** Messages remembered; a node takes no more while the oldest of them can still be had. About 50 bytes each. */
  readonly seenMax: number;
  /** How long a message is remembered at most, though never less than twice the time that it can be had. */
  readonly seenMicrosMax: number;
  /** How peers are scored; null: they are not. About 300 bytes a peer, and a timer a decay. */
  readonly score: GossipSubScoreOptions | null;
}

/** The specifications' values; how many peers a node is connected with is left to libp2p's connection manager there. */
export const GOSSIPSUB_DEFAULTS: GossipSubOptions = {
  degree: 6,
  degreeLow: 4,
  degreeHigh: 12,
  degreeOut: 2,
  heartbeatMicros: 1_000_000,
  isSubscribed: true,
  floodsOwn: true,
  fanoutMicros: 60_000_000,
  pruneBackoffMicros: 60_000_000,
  leaveBackoffMicros: 10_000_000,
  exchangesPeers: true,
  peersMin: 20,
  peersMax: 40,
  degreeLazy: 6,
  gossipShare: 0.25,
  gossipWindows: 3,
  cacheWindows: 5,
  cacheBytesMax: 4 * 1024 * 1024,
  seenMax: 10_000,
  seenMicrosMax: 120_000_000,
  score: null,
};
