// What every discovery protocol offers: who takes part, as far as this node knows.

import type { Peer } from "../transport/peer.js";
import { PlainStateProtocol } from "./plain-state-protocol.js";
import type { PeerBelief } from "./protocol.js";

/** How a member's membership ended: it said goodbye, or it is held dead. */
export type MemberEnd = "left" | "dead";

/**
 * The protocol in a node's slot `discovery`: it joins the node to the network and knows members.
 *
 * It sets the node's status: `joining` until it is part of the network, `active` from then on. In a node without
 * a discovery protocol the node is active as soon as it has started.
 */
export abstract class Discovery extends PlainStateProtocol {
  /** The members this node knows and holds to be present, without itself, in a deterministic order. */
  abstract members(): readonly Peer[];

  /** Whether this node knows the peer as a present member. */
  abstract isMember(peer: Peer): boolean;

  /** Number of members this node knows, without itself. */
  get memberCount(): number {
    return this.members().length;
  }

  /** Whether the protocol aims at knowing every member; else `members` is a sample. */
  abstract readonly isFullMembership: boolean;

  /**
   * The highest incarnation this node knows of a peer, of itself too; undefined when it knows none, or when
   * the protocol keeps no incarnations.
   */
  incarnationOf(_peer: Peer): number | undefined {
    return undefined;
  }

  /** Why a peer that was a member is none any more; undefined where that is not known. */
  endOf(_peer: Peer): MemberEnd | undefined {
    return undefined;
  }

  /**
   * Told by another protocol of the node, which watches peers, that it changed its belief about one. What a
   * discovery does about it is its own affair; by default nothing.
   */
  peerBelieved(_peer: Peer, _belief: PeerBelief): void {}

  /** What it is doing, in words for people, as "waiting for genesis, attempt 3"; empty when all is well. */
  get progress(): string {
    return "";
  }
}
