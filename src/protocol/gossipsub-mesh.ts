// The mesh of a GossipSub node: the few peers with which it exchanges whole messages, in both directions. Each heartbeat
// brings their number back between its bounds: GRAFT makes a link, PRUNE ends it and says for how long not to ask again.

import type { Peer } from "../transport/peer.js";
import { forgetExpired, noteUntil } from "./expiring-peers.js";
import type { ExpiringPeers } from "./expiring-peers.js";
import { EXCHANGED_PEERS_MAX, Goodbye, Graft, Prune } from "./gossipsub-messages.js";
import { GossipSubPeers } from "./gossipsub-peers.js";
import type { ProtocolContext, View } from "./protocol.js";

const SECOND_MICROS = 1_000_000;

/** Most back-offs remembered: more than all peers pruned within one at the default settings. */
const BACKOFFS_MAX = 1_000;

/** Heartbeats that a back-off is kept to beyond its end, so that clocks and ways that differ do not break it. */
const SLACK_HEARTBEATS = 2;

/** Why a link ends, which decides what the other end is told. */
interface PruneReason {
  readonly backoffMicros: number;
  readonly tellsPeers: boolean;
}

/** A node with a mesh. */
export abstract class GossipSubMesh extends GossipSubPeers {
  /** Peers not to be grafted until an instant. */
  protected readonly backoffs: ExpiringPeers = new Map();
  protected meshView!: View;

  override start(context: ProtocolContext): void {
    super.start(context);
    this.meshView = context.view("mesh");
    for (const peer of this.meshView.peers()) this.meshView.remove(peer);
    this.backoffs.clear();
  }

  protected override losePeer(peer: Peer): void {
    super.losePeer(peer);
    this.meshView.remove(peer);
  }

  /** Ends all links before the node leaves. */
  protected leaveMesh(): void {
    const backoffMicros = this.options.leaveBackoffMicros;
    for (const peer of this.meshView.peers()) {
      this.prune(peer, { backoffMicros, tellsPeers: true });
    }
  }

  protected onGraft(from: Peer): void {
    if (!this.topicView.has(from)) {
      // It holds this node for a peer that it is not, or not any more.
      if (this.context.transport.isConnected(from)) {
        this.context.transport.send(from, Goodbye.create({}));
      }
      return;
    }
    if (this.meshView.has(from)) return;
    const refusal = this.graftRefusal(from);
    if (refusal === null) this.meshView.add(from);
    else {
      this.context.decided("graft", refusal.why);
      this.prune(from, {
        backoffMicros: this.options.pruneBackoffMicros,
        tellsPeers: refusal.tellsPeers,
      });
    }
  }

  protected onPrune(from: Peer, { backoffSeconds, peers }: Prune): void {
    if (!this.topicView.has(from)) return;
    this.meshView.remove(from);
    this.backOff(from, backoffSeconds * SECOND_MICROS);
    this.askSome(peers);
  }

  /** Brings the number of links between its bounds. */
  protected maintainMesh(): void {
    const { degree, degreeLow, degreeHigh, degreeOut } = this.options;
    const slackMicros = SLACK_HEARTBEATS * this.options.heartbeatMicros;
    forgetExpired(this.backoffs, this.context.clock.nowMicros() - slackMicros);
    if (this.meshView.size < degreeLow) this.graftSome(degree - this.meshView.size);
    if (this.meshView.size > degreeHigh) this.pruneSurplus();
    if (this.meshView.size < degreeLow) return;
    const outboundCount = this.meshView.peers().filter((peer) => this.outbound.has(peer)).length;
    this.graftSome(degreeOut - outboundCount, (peer) => this.outbound.has(peer));
  }

  /** Grafts up to `count` peers at random. */
  protected graftSome(count: number, isWanted: (peer: Peer) => boolean = () => true): void {
    if (count <= 0) return;
    const candidates = this.topicView
      .peers()
      .filter((peer) => !this.meshView.has(peer) && !this.backoffs.has(peer) && isWanted(peer));
    for (const peer of this.context.random.sample(candidates, count)) {
      this.meshView.add(peer);
      this.context.transport.send(peer, Graft.create({}));
    }
  }

  /** Ends the link to a peer, or refuses one. */
  protected prune(peer: Peer, { backoffMicros, tellsPeers }: PruneReason): void {
    const peers = tellsPeers && this.options.exchangesPeers ? this.peersToTell(peer) : [];
    const backoffSeconds = Math.ceil(backoffMicros / SECOND_MICROS);
    this.meshView.remove(peer);
    this.backOff(peer, backoffMicros);
    this.context.transport.send(peer, Prune.create({ backoffSeconds, peers }));
  }

  /** Why a graft is refused; null when it is not. */
  private graftRefusal(from: Peer): { readonly why: string; readonly tellsPeers: boolean } | null {
    const untilMicros = this.backoffs.get(from) ?? 0;
    if (untilMicros > this.context.clock.nowMicros())
      return { why: "backed off", tellsPeers: false };
    const isFull = this.meshView.size >= this.options.degreeHigh;
    if (isFull && !this.outbound.has(from)) return { why: "mesh full", tellsPeers: true };
    return null;
  }

  /** Keeps D links, at least D_out of them to peers that this node dialled itself; prunes the others. */
  private pruneSurplus(): void {
    const { degree, degreeOut, pruneBackoffMicros } = this.options;
    const shuffled = this.context.random.sample(this.meshView.peers(), this.meshView.size);
    const kept = keepOutbound(shuffled, degree, degreeOut, (peer) => this.outbound.has(peer));
    for (const peer of shuffled) {
      if (kept.has(peer)) continue;
      this.prune(peer, { backoffMicros: pruneBackoffMicros, tellsPeers: true });
    }
  }

  private peersToTell(to: Peer): readonly Peer[] {
    const others = this.topicView.peers().filter((peer) => peer !== to);
    return this.context.random.sample(others, EXCHANGED_PEERS_MAX);
  }

  private backOff(peer: Peer, micros: number): void {
    noteUntil(this.backoffs, peer, this.context.clock.nowMicros() + micros, BACKOFFS_MAX);
  }
}

/** The first `count` of a list, the last of them exchanged for wanted ones behind until `wantedMin` are among them. */
function keepOutbound(
  peers: readonly Peer[],
  count: number,
  wantedMin: number,
  isWanted: (peer: Peer) => boolean,
): ReadonlySet<Peer> {
  const kept = peers.slice(0, count);
  const spare = peers.slice(count).filter(isWanted);
  let missing = wantedMin - kept.filter(isWanted).length;
  for (let at = kept.length - 1; at >= 0 && missing > 0; at--) {
    if (isWanted(kept[at]!)) continue;
    const next = spare.shift();
    if (next === undefined) break;
    kept[at] = next;
    missing--;
  }
  return new Set(kept);
}
