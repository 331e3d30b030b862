// What a node says of itself, of its peers and of the network, with the truth beside it where somebody knows it.

import type { Peer } from "../transport/peer.js";
import { shortId } from "../transport/peer.js";
import type { Discovery } from "./discovery.js";
import type { NetworkTruth } from "./network-truth.js";
import type { NodeStatus, PeerBelief } from "./protocol.js";
import type { SizeEstimator } from "./size-estimator.js";
import type { StatusProtocol } from "./status-protocol.js";

/** What a node holds a peer to be, beside what it is. */
export interface PeerStatus {
  readonly peer: Peer;
  readonly belief: PeerBelief;
  readonly incarnation: number;
  /** What the peer is; null where nobody knows. */
  readonly truth: NodeStatus | null;
}

/** What a node holds the network to be. */
export interface NetworkBelief {
  /** Members it knows, itself included. */
  readonly membersKnown: number;
  /** How many nodes it estimates there to be, itself included; null without an estimate. */
  readonly sizeEstimate: number | null;
  /** What it cannot know, in words. */
  readonly cannotKnow: string;
  /** Nodes that run; null where nobody knows. */
  readonly trueSize: number | null;
}

/** What a status is made from. */
export interface StatusSources {
  readonly name: string;
  readonly self: Peer;
  readonly own: NodeStatus;
  readonly incarnation: number;
  readonly discovery: Discovery | undefined;
  readonly watcher: StatusProtocol | undefined;
  readonly estimator: SizeEstimator | undefined;
  readonly truth: NetworkTruth | null;
}

/** A node's status at one instant. */
export class Status {
  /** Name of the node. */
  readonly name: string;
  readonly self: Peer;
  /** What the node says it is. */
  readonly own: NodeStatus;
  readonly incarnation: number;
  /** What its discovery is doing, in words, as "waiting for genesis, attempt 3"; empty when all is well. */
  readonly progress: string;
  /** The peers it watches; empty in a node without a status protocol. */
  readonly peers: readonly PeerStatus[];
  readonly network: NetworkBelief;

  constructor({ name, self, own, incarnation, discovery, truth, ...sources }: StatusSources) {
    this.name = name;
    this.self = self;
    this.own = own;
    this.incarnation = incarnation;
    this.progress = discovery?.progress ?? "";
    this.peers = (sources.watcher?.beliefs() ?? []).map((held) => ({
      peer: held.peer,
      belief: held.belief,
      incarnation: held.incarnation,
      truth: truth?.statusOf(held.peer) ?? null,
    }));
    this.network = {
      membersKnown: (discovery?.memberCount ?? 0) + 1,
      sizeEstimate: sources.estimator?.estimate ?? null,
      cannotKnow: cannotKnow(discovery),
      trueSize: truth?.liveCount() ?? null,
    };
  }

  /** The peers that the node is wrong about. Empty also where nobody knows the truth. */
  mistakes(): readonly PeerStatus[] {
    return this.peers.filter(({ belief, truth }) => {
      if (truth === null || belief === "suspect") return false;
      return (
        (belief === "alive") !== (truth === "joining" || truth === "active" || truth === "leaving")
      );
    });
  }

  /** The status in a few lines for people. */
  toString(): string {
    const { membersKnown, sizeEstimate, trueSize } = this.network;
    const progress = this.progress === "" ? "" : `, ${this.progress}`;
    const size = trueSize === null ? "" : ` (in truth ${trueSize})`;
    const estimate = sizeEstimate === null ? "" : `, about ${Math.round(sizeEstimate)} estimated`;
    const mistakes = this.mistakes();
    return [
      `${this.name} ${shortId(this.self)}: ${this.own}, incarnation ${this.incarnation}${progress}`,
      `network: ${membersKnown} members known${estimate}${size}; cannot know ${this.network.cannotKnow}`,
      `peers: ${count(this.peers, "alive")} alive, ${count(this.peers, "suspect")} suspect, ` +
        `${count(this.peers, "dead")} dead; ${mistakes.length} of these beliefs are wrong as far as known`,
    ].join("\n");
  }
}

function cannotKnow(discovery: Discovery | undefined): string {
  if (discovery === undefined) return "who else takes part: it has no discovery";
  return discovery.isFullMembership
    ? "what happened within the last exchange of messages, and who is behind a partition"
    : "members beyond its sample of the network, nor the network's exact size";
}

function count(peers: readonly PeerStatus[], belief: PeerBelief): number {
  return peers.filter((peer) => peer.belief === belief).length;
}
