// What a GossipSub node makes of its peers' conduct: it counts, lets decay and remembers, and everything else about the
// protocol asks it for a peer's score. A node that does not score holds every peer for equal, at no cost.

import type { Peer } from "../transport/peer.js";
import { colocationHosts } from "./colocation-hosts.js";
import { noteFirstCopy, noteOtherCopy } from "./gossipsub-deliveries.js";
import type { Deliveries } from "./gossipsub-deliveries.js";
import { GossipSubPeers } from "./gossipsub-peers.js";
import { takeBroken, watchPromise } from "./gossipsub-promises.js";
import type { Promises } from "./gossipsub-promises.js";
import {
  decay,
  newPeerCounters,
  noteFirstDelivery,
  noteGraft,
  noteMeshDelivery,
  notePrune,
  scoreOf,
} from "./gossipsub-score.js";
import type { PeerCounters } from "./gossipsub-score.js";
import type { GossipSubScoreOptions } from "./gossipsub-score-options.js";
import type { ProtocolContext } from "./protocol.js";
import { noSeenIds, noteId } from "./seen-ids.js";

/** Peers that are gone and remembered at most, about 300 bytes each; the one that went first is forgotten first. */
const RETAINED_MAX = 1_000;

const NOBODY: readonly number[] = [];

/** The thresholds below which a peer is treated worse. */
type Threshold = "gossipThreshold" | "publishThreshold" | "graylistThreshold" | "acceptPXThreshold";

/** The counters of a peer that is gone. */
interface Retained {
  readonly counters: PeerCounters;
  readonly untilMicros: number;
}

/** A node that scores its peers. */
export abstract class GossipSubScoring extends GossipSubPeers {
  /** The topic's peers. */
  protected readonly tracked = new Map<Peer, PeerCounters>();
  /** Who is none of them, or not any more; whose time is over first stands first. */
  protected readonly retained = new Map<Peer, Retained>();
  protected readonly peersPerHost = new Map<string, number>();
  /** Most peers that a host ever had: while they are few, nobody's hosts need be looked at. */
  protected mostPerHost = 0;
  protected readonly deliveries: Deliveries = new Map();
  protected readonly promises: Promises = new Map();
  /** Messages that were invalid. */
  protected readonly rejected = noSeenIds();

  override start(context: ProtocolContext): void {
    super.start(context);
    for (const known of [this.tracked, this.retained, this.peersPerHost]) known.clear();
    for (const known of [this.deliveries, this.promises]) known.clear();
    this.mostPerHost = 0;
    const { score } = this.options;
    if (score !== null) context.clock.setTimer(score.decayIntervalMicros, "decay");
  }

  /** A peer's score; 0 for one of whom nothing is known, and for all where the node does not score. */
  scoreOf(peer: Peer): number {
    const { score } = this.options;
    if (score === null) return 0;
    const counters = this.countersOf(peer);
    const applicationScore = this.applicationScoreOf(peer);
    if (counters === undefined) return applicationScore * score.appSpecificWeight;
    const isAlone = this.mostPerHost <= score.ipColocationFactorThreshold;
    const peersPerHost = isAlone ? NOBODY : this.peersOnHosts(counters);
    return scoreOf(counters, score, { applicationScore, peersPerHost });
  }

  /** What the application says of a peer (P5): for a subclass to say. */
  protected applicationScoreOf(_peer: Peer): number {
    return 0;
  }

  protected override isBad(peer: Peer): boolean {
    return this.scoreOf(peer) < 0;
  }

  /** Whether a peer's score is below a threshold; never, where the node does not score. */
  protected isBelow(peer: Peer, threshold: Threshold): boolean {
    const { score } = this.options;
    return score !== null && this.scoreOf(peer) < score[threshold];
  }

  protected override gainPeer(peer: Peer): void {
    super.gainPeer(peer);
    if (this.options.score === null || this.tracked.has(peer)) return;
    const retained = this.retained.get(peer);
    this.retained.delete(peer);
    this.tracked.set(peer, retained?.counters ?? this.newCounters(peer));
  }

  protected override losePeer(peer: Peer): void {
    super.losePeer(peer);
    const counters = this.tracked.get(peer);
    if (counters === undefined) return;
    // A good score is not kept: whoever has won one could use it up while it lasts.
    const isGood = this.scoreOf(peer) > 0;
    this.notePruned(peer);
    this.tracked.delete(peer);
    if (isGood) this.forget(counters);
    else {
      counters.firstDeliveries = 0;
      this.retain(peer, counters);
    }
  }

  protected onDecay(score: GossipSubScoreOptions): void {
    this.context.clock.setTimer(score.decayIntervalMicros, "decay");
    const nowMicros = this.context.clock.nowMicros();
    for (const counters of this.tracked.values()) decay(counters, score, nowMicros);
    for (const [peer, { counters, untilMicros }] of this.retained) {
      if (untilMicros > nowMicros) break;
      this.retained.delete(peer);
      this.forget(counters);
    }
  }

  protected noteGrafted(peer: Peer): void {
    const counters = this.tracked.get(peer);
    if (counters !== undefined) noteGraft(counters, this.context.clock.nowMicros());
  }

  protected notePruned(peer: Peer): void {
    const { score } = this.options;
    const counters = this.tracked.get(peer);
    if (counters !== undefined && score !== null) notePrune(counters, score);
  }

  /** A valid message came for the first time. */
  protected noteFirst(from: Peer, id: number): void {
    const { score } = this.options;
    if (score === null) return;
    const counters = this.tracked.get(from);
    if (counters !== undefined) noteFirstDelivery(counters, score);
    noteFirstCopy(this.deliveries, id, from, this.window(score));
  }

  /** A message came again. */
  protected noteDuplicate(from: Peer, id: number): void {
    const { score } = this.options;
    if (score === null) return;
    if (this.rejected.ids.has(id)) this.noteInvalid(from);
    else if (noteOtherCopy(this.deliveries, id, from, this.window(score))) {
      const counters = this.tracked.get(from);
      if (counters !== undefined) noteMeshDelivery(counters, score);
    }
  }

  /** A message was not valid: each copy of it counts against whoever sent it. */
  protected noteRejected(from: Peer, id: number): void {
    if (this.options.score === null) return;
    const limits = { countMax: this.options.seenMax, ageMicrosMax: this.options.seenMicrosMax };
    noteId(this.rejected, id, this.context.clock.nowMicros(), limits);
    this.noteInvalid(from);
  }

  protected noteInvalid(from: Peer): void {
    this.blame(from, (counters) => {
      counters.invalidMessages++;
    });
  }

  /** A peer has broken the protocol (P7). */
  protected noteBreaches(from: Peer, count: number): void {
    this.blame(from, (counters) => {
      counters.breaches += count;
    });
  }

  /** A peer was asked for messages that it has announced: watches one of them. */
  protected noteAsked(peer: Peer, ids: readonly number[]): void {
    const { score } = this.options;
    if (score === null || ids.length === 0) return;
    const id = this.context.random.pick(ids);
    const untilMicros = this.context.clock.nowMicros() + score.iwantFollowupMicros;
    watchPromise(this.promises, peer, { id, untilMicros });
  }

  /** Counts the promises that were not kept. Once a heartbeat. */
  protected countBroken(hasCome: (id: number) => boolean): void {
    const broken = takeBroken(this.promises, this.context.clock.nowMicros(), hasCome);
    for (const [peer, count] of broken) {
      this.context.decided("score", "broken promise");
      this.noteBreaches(peer, count);
    }
  }

  private window({ meshMessageDeliveriesWindowMicros }: GossipSubScoreOptions): {
    readonly nowMicros: number;
    readonly windowMicros: number;
  } {
    const nowMicros = this.context.clock.nowMicros();
    return { nowMicros, windowMicros: meshMessageDeliveriesWindowMicros };
  }

  /** Counts something against a peer, whether or not it is one of the topic's. */
  private blame(peer: Peer, count: (counters: PeerCounters) => void): void {
    if (this.options.score === null) return;
    const tracked = this.tracked.get(peer);
    const counters = tracked ?? this.retained.get(peer)?.counters ?? this.newCounters(peer);
    count(counters);
    if (tracked === undefined) this.retain(peer, counters);
  }

  private countersOf(peer: Peer): PeerCounters | undefined {
    return this.tracked.get(peer) ?? this.retained.get(peer)?.counters;
  }

  private retain(peer: Peer, counters: PeerCounters): void {
    const { score } = this.options;
    if (score === null) return;
    const untilMicros = this.context.clock.nowMicros() + score.retainScoreMicros;
    this.retained.delete(peer);
    this.retained.set(peer, { counters, untilMicros });
    if (this.retained.size <= RETAINED_MAX) return;
    const [oldest] = this.retained;
    if (oldest === undefined) return;
    this.retained.delete(oldest[0]);
    this.forget(oldest[1].counters);
  }

  private newCounters(peer: Peer): PeerCounters {
    const hosts = colocationHosts(peer.address);
    for (const host of hosts) {
      const count = (this.peersPerHost.get(host) ?? 0) + 1;
      this.peersPerHost.set(host, count);
      this.mostPerHost = Math.max(this.mostPerHost, count);
    }
    return newPeerCounters(hosts);
  }

  private peersOnHosts({ hosts }: PeerCounters): readonly number[] {
    return hosts.map((host) => this.peersPerHost.get(host) ?? 0);
  }

  private forget({ hosts }: PeerCounters): void {
    for (const host of hosts) {
      const others = (this.peersPerHost.get(host) ?? 1) - 1;
      if (others > 0) this.peersPerHost.set(host, others);
      else this.peersPerHost.delete(host);
    }
  }
}
