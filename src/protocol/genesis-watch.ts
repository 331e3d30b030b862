// The part of genesis discovery that asks members whether they are there: each in turn, so that also one whose
// neighbours have all crashed is found, and the lost ones again and again, so that a healed cut is.

import type { Peer } from "../transport/peer.js";
import { GenesisLinks } from "./genesis-links.js";
import { Probe, ProbeAnswer } from "./genesis-messages.js";
import { ageLost, isLost, lostCount, removeLost, takeLostInTurn } from "./lost-peers.js";
import { MemberStatus, memberStamp } from "./member-stamp.js";
import { forgetTombstones, stampOf } from "./membership-table.js";
import type { ProtocolContext } from "./protocol.js";

/** How long a tombstone stands: as long as lost peers are kept, so that both are forgotten together. */
const TOMBSTONE_MICROS = 600_000_000;

/** A round that comes this many times later than it should shows that this node was asleep itself. */
const ASLEEP_AFTER_ROUNDS = 3;

/** Pause after a loss before the lost are tried for the first time; it doubles up to the option's limit. */
const LOST_BACK_OFF_MICROS = 1_000_000;

/** Further members probed in a round while some are suspected or owe an answer: one loss is seldom alone. */
const EXTRA_PROBES_MAX = 3;

/** A node that watches its fellow members. */
export abstract class GenesisWatch extends GenesisLinks {
  /** Members probed and not heard of since, with the number of probes sent. */
  protected readonly probed = new Map<Peer, number>();
  /** The members in the order in which they are probed next, last first. */
  protected probeQueue: Peer[] = [];
  protected lastRoundMicros = 0;
  protected nextLostTryMicros = 0;
  protected lostBackOffMicros = LOST_BACK_OFF_MICROS;
  protected nextReunionMicros = 0;

  override start(context: ProtocolContext): void {
    super.start(context);
    this.probed.clear();
    this.probeQueue = [];
    this.lastRoundMicros = context.clock.nowMicros();
    this.lostBackOffMicros = LOST_BACK_OFF_MICROS;
    context.clock.setTimer(context.random.integer(this.options.probeMicros), "probe");
  }

  /** One round of probes. */
  protected onProbeRound(): void {
    const { clock } = this.context;
    clock.setTimer(this.options.probeMicros, "probe");
    const nowMicros = clock.nowMicros();
    const pauseMicros = nowMicros - this.lastRoundMicros;
    this.lastRoundMicros = nowMicros;
    if (this.context.status !== "active") return;
    if (pauseMicros > ASLEEP_AFTER_ROUNDS * this.options.probeMicros)
      this.forgiveSilence(pauseMicros);
    this.buryUnrefuted();
    this.repeatProbes();
    const extra = Math.min(this.suspects.size + this.probed.size, EXTRA_PROBES_MAX);
    for (let i = 0; i < this.options.probesAtOnce + extra; i++) this.probeNext();
    for (const [peer, { isFirstHand }] of this.suspects) if (isFirstHand) this.probe(peer);
    this.tryLost(nowMicros);
    // Who lacks links does not wait out the period for requests that nobody answers.
    this.refillLinks();
  }

  protected onProbe(from: Peer, held: Probe): void {
    this.introduce(from, held.incarnation);
    this.meet(from, held);
    // A node that is alone may know only peers that it cannot reach: who asks after it is in reach.
    const isAlone = this.context.status === "active" && this.neighbourView.size === 0;
    if (isAlone) this.requestLink(from, true);
    this.context.transport.sendDatagram(from, ProbeAnswer.create(this.heldFor(from)));
  }

  protected onProbeAnswer(from: Peer, held: ProbeAnswer): void {
    this.probed.delete(from);
    this.meet(from, held);
  }

  /**
   * A peer that answers after it was lost is linked, and both compare their lists. Once a period: after a long
   * cut everyone finds everyone, and a few links between the two sides are all that is missing.
   */
  protected override reunite(peer: Peer): void {
    const nowMicros = this.context.clock.nowMicros();
    removeLost(this.lost, peer);
    if (nowMicros < this.nextReunionMicros) return;
    this.nextReunionMicros = nowMicros + this.options.periodMicros;
    this.lostBackOffMicros = LOST_BACK_OFF_MICROS;
    if (this.neighbourView.size < this.options.linksMax) this.requestLink(peer, true);
    if (!this.asked.has(peer)) this.reconcile(peer);
  }

  /** Compares lists with a peer and evens them out. */
  protected abstract reconcile(peer: Peer): void;

  /** Once a period: forgets what is too old to matter. */
  protected forgetTheOld(): void {
    const nowMicros = this.context.clock.nowMicros();
    forgetTombstones(this.table, nowMicros - TOMBSTONE_MICROS);
    ageLost(this.lost, nowMicros, this.genesis, this.context.random);
  }

  protected override bury(peer: Peer, stamp: number): void {
    super.bury(peer, stamp);
    this.probed.delete(peer);
    if (isLost(this.lost, peer)) this.expectLost();
  }

  /** Asks a member at the next opportunity: something speaks against it, but nothing certain. */
  protected probeSoon(peer: Peer): void {
    if (this.isMember(peer) && !this.probed.has(peer)) this.probeQueue.push(peer);
  }

  protected probe(peer: Peer): void {
    this.context.transport.sendDatagram(peer, Probe.create(this.heldFor(peer)));
  }

  /** A peer that probes takes part. With full membership it belongs into the list, whoever missed its news. */
  private introduce(peer: Peer, incarnation: number): void {
    if (!this.isFullMembership || stampOf(this.table, peer) !== undefined) return;
    const stamp = memberStamp(incarnation, MemberStatus.alive);
    this.takeIn(peer, stamp, true);
    this.tell(peer, stamp);
  }

  /** After a pause of its own a node holds nobody's silence against them. */
  private forgiveSilence(pauseMicros: number): void {
    this.probed.clear();
    for (const [peer, { deadlineMicros, isFirstHand }] of this.suspects) {
      this.suspects.set(peer, { deadlineMicros: deadlineMicros + pauseMicros, isFirstHand });
    }
  }

  private repeatProbes(): void {
    for (const [peer, tries] of this.probed) {
      if (!this.isMember(peer) || this.suspects.has(peer)) this.probed.delete(peer);
      else if (tries >= this.options.probeTries) {
        this.probed.delete(peer);
        this.suspect(peer);
      } else {
        this.probed.set(peer, tries + 1);
        this.probe(peer);
      }
    }
  }

  private probeNext(): void {
    if (this.probeQueue.length === 0) {
      this.probeQueue = this.context.random.sample(this.members(), this.memberCount);
    }
    while (this.probeQueue.length > 0) {
      const peer = this.probeQueue.pop();
      if (peer === undefined || !this.isMember(peer) || this.probed.has(peer)) continue;
      this.probed.set(peer, 1);
      this.probe(peer);
      return;
    }
  }

  /** A fresh loss is tried soon, and then less and less often. */
  private expectLost(): void {
    this.lostBackOffMicros = LOST_BACK_OFF_MICROS;
    const soonMicros = this.context.clock.nowMicros() + LOST_BACK_OFF_MICROS;
    this.nextLostTryMicros = Math.min(this.nextLostTryMicros, soonMicros);
  }

  /** Tries the lost peers whose turn it is, genesis like any other. */
  protected tryLost(nowMicros: number): void {
    if (lostCount(this.lost) === 0 || nowMicros < this.nextLostTryMicros) return;
    for (const peer of takeLostInTurn(this.lost)) this.probe(peer);
    const { lostBackOffMicrosMax } = this.options;
    this.nextLostTryMicros = nowMicros + this.lostBackOffMicros;
    this.lostBackOffMicros = Math.min(2 * this.lostBackOffMicros, lostBackOffMicrosMax);
  }
}
