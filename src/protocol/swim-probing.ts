// How a SWIM node finds out who is dead: one member a period is probed, first straight, then through helpers (DSN
// 2002, section 3.1), each member once a round (section 4.3). With Lifeguard's LHA-Probe a node whose probes fail
// doubts itself first: helpers that got no answer say so, and the fewer of them are heard, the slower the node takes
// itself to be.

import type { Peer } from "../transport/peer.js";
import { MemberStatus, incarnationOf, memberStamp, statusOf } from "./member-stamp.js";
import type { ProtocolContext } from "./protocol.js";
import { SwimMembers } from "./swim-members.js";
import { Ack, NEWS_A_MESSAGE_MAX, Nack, Ping, PingRequest, RelayedAck } from "./swim-messages.js";
import type { NewsItem } from "./swim-messages.js";
import { newsItem, takeNews } from "./swim-news.js";
import { retransmitLimit } from "./swim-timing.js";

/** Probes for others that are in hand at most: the oldest make room. */
const ERRANDS_MAX = 256;

/** Part of its wait after which a helper without an answer says so: the rest is for the word to arrive in time. */
const NACK_AFTER = 0.8;

/** In a list no longer than this random members are sampled; in a longer one they are drawn until enough differ. */
const SAMPLED_WHOLE_MAX = 64;

/** Draws for each member wanted, before a list of which most are unfit is given up on. */
const DRAWS_A_MEMBER = 20;

/** The statement that every other overrides. */
const NOTHING_KNOWN = memberStamp(0, MemberStatus.alive);

/** Number of pings outside of the round: their answers are of no probe. */
const NO_PROBE = 0;

/** The probe of this period. */
interface Probe {
  readonly target: Peer;
  /** What was known of the target when the probe began: it may come back meanwhile. */
  readonly incarnation: number;
  readonly number: number;
  isAnswered: boolean;
  helpers: readonly Peer[];
  /** Helpers that said that they got no answer. */
  readonly nacks: Peer[];
}

/** A probe on behalf of another. */
interface Errand {
  readonly origin: Peer;
  readonly originNumber: number;
  readonly target: Peer;
  readonly wantsNack: boolean;
}

/** A node that watches its fellow members. */
export abstract class SwimProbing extends SwimMembers {
  /** The members in the order in which they are probed; those that are gone meanwhile are passed over. */
  protected round: Peer[] = [];
  protected nextInRound = 0;
  protected probe: Probe | null = null;
  protected readonly errands = new Map<number, Errand>();
  protected pingCount = NO_PROBE;
  /** How slow this node takes itself to be, from 0 (LHM). */
  protected slowness = 0;

  override start(context: ProtocolContext): void {
    super.start(context);
    this.round = context.random.sample([...this.present.keys()], this.present.size);
    this.nextInRound = 0;
    this.probe = null;
    this.errands.clear();
    this.slowness = 0;
    context.clock.setTimer(context.random.integer(this.options.periodMicros), "period");
  }

  /** Called when a round is over: the members that the node knows from elsewhere may have changed. */
  protected abstract onRoundEnd(): void;

  /** A new member goes anywhere into the round, so that not all nodes probe it last. */
  protected onArrival(peer: Peer, isBack: boolean): void {
    // Only who is back can be there still; looking for everyone would cost the square of the members.
    if (isBack && this.round.includes(peer)) return;
    const at = this.context.random.integer(this.round.length + 1);
    const last = this.round.length;
    this.round.push(peer);
    this.round[last] = this.round[at]!;
    this.round[at] = peer;
  }

  protected onAccused(): void {
    this.changeSlowness(1);
  }

  /** A period is over: the last probe is judged, and the next begins. */
  protected onPeriod(): void {
    const { clock, transport } = this.context;
    this.judgeProbe();
    const slowdown = this.options.adaptsProbe ? this.slowness + 1 : 1;
    clock.setTimer(this.options.periodMicros * slowdown, "period");
    const target = this.nextTarget();
    if (target === undefined) return;
    const number = this.nextNumber();
    const waitMicros = this.options.ackMicros * slowdown;
    const incarnation = incarnationOf(this.present.get(target) ?? NOTHING_KNOWN);
    const nothingYet = { isAnswered: false, helpers: [], nacks: [] };
    this.probe = { target, incarnation, number, ...nothingYet };
    transport.sendDatagram(target, this.pingFor(target, number));
    clock.setTimer(waitMicros, "helpers", number);
  }

  /** The target has not answered in time: helpers try. */
  protected onHelpersTimer(number: number): void {
    const { probe } = this;
    if (probe?.number !== number || probe.isAnswered) return;
    probe.helpers = this.randomMembers(this.options.helpers, probe.target);
    for (const helper of probe.helpers) {
      const news = this.newsFor(helper);
      const wantsNack = this.options.adaptsProbe;
      const request = PingRequest.create({ number, target: probe.target, wantsNack, news });
      this.context.transport.sendDatagram(helper, request);
    }
  }

  protected onPing(from: Peer, { number, incarnation }: Ping): void {
    this.hearFrom(from, incarnation);
    const answer = { number, incarnation: this.incarnation, news: this.newsFor(from) };
    this.context.transport.sendDatagram(from, Ack.create(answer));
  }

  protected onAck(from: Peer, { number, incarnation }: Ack): void {
    this.hearFrom(from, incarnation);
    const { probe } = this;
    if (probe?.number === number && probe.target === from) probe.isAnswered = true;
    const errand = this.errands.get(number);
    if (errand?.target !== from) return;
    this.errands.delete(number);
    const relayed = { number: errand.originNumber, incarnation, news: this.newsFor(errand.origin) };
    this.context.transport.sendDatagram(errand.origin, RelayedAck.create(relayed));
  }

  protected onPingRequest(from: Peer, { number, target, wantsNack }: PingRequest): void {
    const { clock, self, transport } = this.context;
    if (target === self) return;
    const errandNumber = this.nextNumber();
    this.errands.set(errandNumber, { origin: from, originNumber: number, target, wantsNack });
    for (const oldest of this.errands.keys()) {
      if (this.errands.size <= ERRANDS_MAX) break;
      this.errands.delete(oldest);
    }
    transport.sendDatagram(target, this.pingFor(target, errandNumber));
    clock.setTimer(Math.ceil(this.options.ackMicros * NACK_AFTER), "nack", errandNumber);
  }

  /** A target was slow to answer a helper. What it answers from now on is still passed on, for a while. */
  protected onNackTimer(number: number): void {
    const errand = this.errands.get(number);
    if (errand === undefined) return;
    const { origin, originNumber, wantsNack } = errand;
    if (wantsNack) {
      const nack = Nack.create({ number: originNumber });
      this.context.transport.sendDatagram(origin, nack);
    }
    const restMicros = Math.ceil(this.options.ackMicros * (1 - NACK_AFTER));
    this.context.clock.setTimer(restMicros, "errand", number);
  }

  protected onRelayedAck(from: Peer, { number, incarnation }: RelayedAck): void {
    const { probe } = this;
    if (probe?.number !== number || !probe.helpers.includes(from)) return;
    probe.isAnswered = true;
    this.hearFrom(probe.target, incarnation);
  }

  protected onNack(from: Peer, { number }: Nack): void {
    const { probe } = this;
    if (probe?.number !== number || !probe.helpers.includes(from)) return;
    if (!probe.nacks.includes(from)) probe.nacks.push(from);
  }

  /** What a message to a peer carries: first what is held against itself, so that it can refute, then news. */
  protected newsFor(peer: Peer): NewsItem[] {
    const held = this.stampOf(peer);
    const status = held === undefined ? MemberStatus.alive : statusOf(held);
    const isTold =
      status === MemberStatus.dead ||
      (status === MemberStatus.suspect && this.options.tellsSuspects);
    const own = held !== undefined && isTold ? [newsItem(peer, held, this.ownAccuser)] : [];
    const limit = retransmitLimit(this.options.retransmitFactor, this.groupSize);
    const news = takeNews(this.news, NEWS_A_MESSAGE_MAX - own.length, limit);
    return own.length === 0 ? news : [...own, ...news];
  }

  /** Members at random, without one of them. */
  protected randomMembers(count: number, without: Peer | null): Peer[] {
    const { random } = this.context;
    const isFit = (peer: Peer): boolean => peer !== without && this.present.has(peer);
    if (this.round.length <= SAMPLED_WHOLE_MAX)
      return random.sample(this.round.filter(isFit), count);
    const drawn: Peer[] = [];
    for (let i = 0; i < DRAWS_A_MEMBER * count && drawn.length < count; i++) {
      const peer = random.pick(this.round);
      if (isFit(peer) && !drawn.includes(peer)) drawn.push(peer);
    }
    return drawn;
  }

  /** Asks a peer whether it lives, outside of the round, with what is held against it. */
  protected ask(peer: Peer): void {
    this.context.transport.sendDatagram(peer, this.pingFor(peer, NO_PROBE));
  }

  private judgeProbe(): void {
    const { probe } = this;
    this.probe = null;
    if (probe === null) return;
    if (probe.isAnswered) {
      this.changeSlowness(-1);
      return;
    }
    const expected = probe.helpers.length;
    const missing = expected - probe.nacks.length;
    this.changeSlowness(expected === 0 ? 1 : missing);
    this.context.observe("swim-failed-probe", this.slowness);
    const verdict = this.options.suspects ? MemberStatus.suspect : MemberStatus.dead;
    this.declare(probe.target, probe.incarnation, verdict);
  }

  private changeSlowness(by: number): void {
    const highest = this.options.slownessMax - 1;
    this.slowness = Math.min(highest, Math.max(0, this.slowness + by));
  }

  private nextTarget(): Peer | undefined {
    if (this.options.selection === "random") {
      if (this.nextInRound++ >= this.round.length) this.beginRound();
      return this.randomMembers(1, null)[0];
    }
    for (let isNewRound = false; ; isNewRound = true) {
      while (this.nextInRound < this.round.length) {
        const target = this.round[this.nextInRound++]!;
        if (this.present.has(target)) return target;
      }
      if (isNewRound) return undefined;
      this.beginRound();
    }
  }

  private beginRound(): void {
    this.onRoundEnd();
    this.round = this.context.random.sample([...this.present.keys()], this.present.size);
    this.nextInRound = 0;
  }

  private nextNumber(): number {
    this.pingCount = (this.pingCount % 0xffff_ffff) + 1;
    return this.pingCount;
  }

  private pingFor(peer: Peer, number: number): Ping {
    return Ping.create({ number, incarnation: this.incarnation, news: this.newsFor(peer) });
  }
}
