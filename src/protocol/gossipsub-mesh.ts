// The mesh of a GossipSub node: the few peers with which it exchanges whole messages, in both directions. Each heartbeat
// brings their number back between its bounds: GRAFT makes a link, PRUNE ends it and says for how long not to ask again.

import type { Peer } from "../transport/peer.js";
import { forgetExpired, noteUntil } from "./expiring-peers.js";
import type { ExpiringPeers } from "./expiring-peers.js";
import { EXCHANGED_PEERS_MAX, Goodbye, Graft, Prune } from "./gossipsub-messages.js";
import { GossipSubScoring } from "./gossipsub-scoring.js";
import type { GossipSubScoreOptions } from "./gossipsub-score-options.js";
import type { ProtocolContext, View } from "./protocol.js";

const SECOND_MICROS = 1_000_000;

/** Most back-offs remembered: more than all peers pruned within one at the default settings. */
const BACKOFFS_MAX = 1_000;

/** Heartbeats that a back-off is kept to beyond its end, so that clocks and ways that differ do not break it. */
const SLACK_HEARTBEATS = 2;

/** Name of the observation of a mesh's median score. */
const MESH_SCORE = "gossipsub-mesh-score";

/** Why a link ends, which decides what the other end is told. */
interface PruneReason {
  readonly backoffMicros: number;
  readonly tellsPeers: boolean;
}

/** A node with a mesh. */
export abstract class GossipSubMesh extends GossipSubScoring {
  /** Peers not to be grafted until an instant. */
  protected readonly backoffs: ExpiringPeers = new Map();
  protected meshView!: View;
  protected heartbeatCount = 0;

  override start(context: ProtocolContext): void {
    super.start(context);
    this.meshView = context.view("mesh");
    for (const peer of this.meshView.peers()) this.meshView.remove(peer);
    this.backoffs.clear();
    this.heartbeatCount = 0;
  }

  protected override losePeer(peer: Peer): void {
    super.losePeer(peer);
    this.unlink(peer);
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
    if (refusal === null) this.link(from);
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
    this.unlink(from);
    this.backOff(from, backoffSeconds * SECOND_MICROS);
    if (!this.isBelow(from, "acceptPXThreshold")) this.askSome(peers);
    else if (peers.length > 0) this.context.decided("ask", "peers named by an untrusted one");
  }

  /** Brings the number of links between its bounds. */
  protected maintainMesh(): void {
    const { degree, degreeLow, degreeHigh, degreeOut } = this.options;
    const slackMicros = SLACK_HEARTBEATS * this.options.heartbeatMicros;
    forgetExpired(this.backoffs, this.context.clock.nowMicros() - slackMicros);
    this.pruneBad();
    if (this.meshView.size < degreeLow) this.graftSome(degree - this.meshView.size);
    if (this.meshView.size > degreeHigh) this.pruneSurplus();
    if (this.meshView.size >= degreeLow) {
      const outboundCount = this.meshView.peers().filter((peer) => this.outbound.has(peer)).length;
      this.graftSome(degreeOut - outboundCount, (peer) => this.outbound.has(peer));
    }
    const { score } = this.options;
    if (score !== null) this.graftBetter(score);
  }

  /** Grafts up to `count` peers at random. */
  protected graftSome(count: number, isWanted: (peer: Peer) => boolean = () => true): void {
    if (count <= 0) return;
    const candidates = this.topicView
      .peers()
      .filter((peer) => !this.meshView.has(peer) && !this.backoffs.has(peer) && isWanted(peer))
      .filter((peer) => !this.isBad(peer));
    for (const peer of this.context.random.sample(candidates, count)) {
      this.link(peer);
      this.context.transport.send(peer, Graft.create({}));
    }
  }

  /** Ends the link to a peer, or refuses one. */
  protected prune(peer: Peer, { backoffMicros, tellsPeers }: PruneReason): void {
    const isTold = tellsPeers && this.options.exchangesPeers && !this.isBad(peer);
    const peers = isTold ? this.peersToTell(peer) : [];
    const backoffSeconds = Math.ceil(backoffMicros / SECOND_MICROS);
    this.unlink(peer);
    this.backOff(peer, backoffMicros);
    this.context.transport.send(peer, Prune.create({ backoffSeconds, peers }));
  }

  /** Why a graft is refused; null when it is not. */
  private graftRefusal(from: Peer): { readonly why: string; readonly tellsPeers: boolean } | null {
    const leftMicros = (this.backoffs.get(from) ?? 0) - this.context.clock.nowMicros();
    if (leftMicros > 0) {
      this.noteEarlyGraft(from, leftMicros);
      return { why: "backed off", tellsPeers: false };
    }
    if (this.isBad(from)) return { why: "negative score", tellsPeers: false };
    const isFull = this.meshView.size >= this.options.degreeHigh;
    if (isFull && !this.outbound.has(from)) return { why: "mesh full", tellsPeers: true };
    return null;
  }

  /** A graft within the back-off is a breach; one that follows soon upon the prune counts as two. */
  private noteEarlyGraft(from: Peer, leftMicros: number): void {
    const { score, pruneBackoffMicros } = this.options;
    if (score === null) return;
    const isFlood = leftMicros > pruneBackoffMicros - score.graftFloodMicros;
    this.noteBreaches(from, isFlood ? 2 : 1);
  }

  private pruneBad(): void {
    const backoffMicros = this.options.pruneBackoffMicros;
    for (const peer of this.meshView.peers()) {
      if (!this.isBad(peer)) continue;
      this.context.decided("keep", "negative score");
      this.prune(peer, { backoffMicros, tellsPeers: false });
    }
  }

  /**
   * Keeps D links, the D_score best among them, at least D_out of them to peers that this node dialled itself; prunes
   * the others.
   */
  private pruneSurplus(): void {
    const { degree, degreeOut, pruneBackoffMicros, score } = this.options;
    const shuffled = this.context.random.sample(this.meshView.peers(), this.meshView.size);
    const ranked = score === null ? shuffled : this.bestFirst(shuffled, score.degreeScore);
    const kept = keepOutbound(ranked, degree, degreeOut, (peer) => this.outbound.has(peer));
    for (const peer of ranked) {
      if (kept.has(peer)) continue;
      this.prune(peer, { backoffMicros: pruneBackoffMicros, tellsPeers: true });
    }
  }

  /** The same peers, the `count` with the highest scores first, the others as they were. */
  private bestFirst(peers: readonly Peer[], count: number): readonly Peer[] {
    const scored = peers.map((peer) => ({ peer, score: this.scoreOf(peer) }));
    const ranked = scored.sort((a, b) => b.score - a.score);
    const best = new Set(ranked.slice(0, count).map(({ peer }) => peer));
    return [...best, ...peers.filter((peer) => !best.has(peer))];
  }

  /** Opportunistic grafting: where most of the mesh is of little use, takes in peers that are of more. */
  private graftBetter(score: GossipSubScoreOptions): void {
    this.heartbeatCount++;
    if (this.heartbeatCount % score.opportunisticGraftTicks !== 0 || this.meshView.size < 2) return;
    const scores = this.meshView.peers().map((peer) => this.scoreOf(peer));
    const median = scores.sort((a, b) => a - b)[Math.floor(scores.length / 2)]!;
    this.context.observe(MESH_SCORE, median);
    if (median >= score.opportunisticGraftThreshold) return;
    this.graftSome(score.opportunisticGraftPeers, (peer) => this.scoreOf(peer) > median);
  }

  /** A peer comes into the mesh. */
  private link(peer: Peer): void {
    this.meshView.add(peer);
    this.noteGrafted(peer);
  }

  /** It leaves the mesh, if it was there. */
  private unlink(peer: Peer): void {
    if (!this.meshView.has(peer)) return;
    this.meshView.remove(peer);
    this.notePruned(peer);
  }

  private peersToTell(to: Peer): readonly Peer[] {
    const others = this.topicView.peers().filter((peer) => peer !== to && !this.isBad(peer));
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
