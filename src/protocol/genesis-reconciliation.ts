// The part of genesis discovery by which two nodes even out what they know. With full membership they compare
// hashes and send what differs, so that news that got lost arrive after all; with a sample they swap parts.

import type { Peer } from "../transport/peer.js";
import { Buckets, Digest, Entries, MEMBERS_A_MESSAGE_MAX, Shuffle } from "./genesis-messages.js";
import { GenesisWatch } from "./genesis-watch.js";
import { MemberStatus, incarnationOf, isPresent, memberStamp, statusOf } from "./member-stamp.js";
import type { MemberStamp } from "./member-stamp.js";
import { BUCKET_COUNT, bucketHashes, bucketOf, digestWith, stampOf } from "./membership-table.js";
import type { ProtocolContext } from "./protocol.js";

/** Members swapped at a time, oneself included: a quarter of a usual sample mixes it in a few periods. */
const SHUFFLE_LENGTH = 8;

/** Share of a full sample that a joiner is told. */
const JOINER_SHARE = 0.25;

/** A statement about a member as it travels. */
export interface MemberItem {
  readonly peer: Peer;
  readonly incarnation: number;
  readonly status: number;
}

/** A node that compares what it knows with others. */
export abstract class GenesisReconciliation extends GenesisWatch {
  /** With a sample: what was offered in the shuffle under way, to be given up for what comes back. */
  protected offered: Peer[] = [];
  /** With a sample: who introduced itself by a shuffle lately, and until when it is not given away. */
  protected readonly pinned = new Map<Peer, number>();

  override start(context: ProtocolContext): void {
    super.start(context);
    this.offered = [];
    this.pinned.clear();
  }

  protected override reconcile(peer: Peer): void {
    if (this.isFullMembership) this.sendDigest(peer);
    else this.shuffleWith(peer);
  }

  /** What a node does to stay even with its neighbours: one of them at a time, at random. */
  protected reconcileAtRandom(): void {
    const links = this.neighbourView.peers();
    if (links.length > 0) this.reconcile(this.context.random.pick(links));
  }

  protected onDigest(from: Peer, { memberCount, hash }: Digest): void {
    if (memberCount === this.memberCount + 1 && hash === this.digest) return;
    const hashes = bucketHashes(this.table, this.context.self, this.selfStamp);
    this.context.transport.send(from, Buckets.create({ hashes }));
  }

  protected onBuckets(from: Peer, { hashes }: Buckets): void {
    const own = bucketHashes(this.table, this.context.self, this.selfStamp);
    if (hashes.length !== BUCKET_COUNT) return;
    const asks = own.flatMap((hash, bucket) => (hash === hashes[bucket] ? [] : [bucket]));
    if (asks.length > 0) this.sendEntries(from, this.entriesOf(asks), asks);
  }

  protected onEntries(from: Peer, { members, asks }: Entries): void {
    const stampSent = new Map<Peer, MemberStamp>();
    const corrections: MemberItem[] = [];
    for (const { peer, incarnation, status } of members) {
      const stamp = memberStamp(incarnation, status as MemberStatus);
      stampSent.set(peer, stamp);
      const known = this.weigh(from, peer, stamp);
      if (known !== undefined && corrects(known, stamp)) corrections.push(memberItem(peer, known));
    }
    const missing = this.entriesOf(asks).filter(({ peer }) => !stampSent.has(peer));
    const answer = [...corrections, ...missing];
    if (answer.length > 0) this.sendEntries(from, answer, []);
  }

  protected onShuffle(from: Peer, { members, wanted, isAnswer }: Shuffle): void {
    if (isAnswer) {
      this.mixIn(members, this.offered);
      this.offered = [];
      return;
    }
    const free = this.sampleFor(from, Math.max(SHUFFLE_LENGTH, wanted));
    // Whoever has room is told of those that are kept here as well: they need not go to be known.
    const offered = [...free, ...this.pinnedFor(from, wanted - free.length)];
    const answer = offered.map((peer) => memberItem(peer, this.stampOfPresent(peer)));
    this.context.transport.send(
      from,
      Shuffle.create({ members: answer, wanted: 0, isAnswer: true }),
    );
    this.mixIn(members, offered);
    this.pin(from);
  }

  /**
   * What a joiner is told, oneself first: the whole list, or a part of a sample that is full. Were all of that
   * copied, those who came first would be in every sample; the joiner is handed other members by those who
   * give it a place.
   */
  protected listForJoiner(joiner: Peer): readonly MemberItem[] {
    const isFull = this.memberCount >= this.membersMax;
    const count = isFull ? Math.ceil(this.membersMax * JOINER_SHARE) : this.memberCount;
    const others = this.context.random.sample(this.tellable(joiner), count);
    return [this.selfItem, ...others.map((peer) => memberItem(peer, this.stampOfPresent(peer)))];
  }

  /** Learns of a member without passing it on: from a list that is no news to anyone else. */
  protected learn({ peer, incarnation, status }: MemberItem): void {
    const stamp = memberStamp(incarnation, status as MemberStatus);
    if (peer === this.context.self) this.refute(stamp);
    else if (isPresent(stamp) && this.hasRoomFor(peer) && this.isBelievable(peer, stamp))
      this.takeIn(peer, stamp);
  }

  /** Takes in what another's list says of a peer, as hearsay; answers what is known where that is stronger. */
  private weigh(from: Peer, peer: Peer, stamp: MemberStamp): MemberStamp | undefined {
    if (peer === this.context.self) {
      this.refute(stamp);
      return this.selfStamp > stamp ? this.selfStamp : undefined;
    }
    const known = stampOf(this.table, peer);
    if (known !== undefined && known >= stamp) return known;
    // Those on the far side of a healed cut hold everyone here dead: a suspicion can be refuted before it acts.
    const isDead = statusOf(stamp) === MemberStatus.dead;
    const softened = isDead ? memberStamp(incarnationOf(stamp), MemberStatus.suspect) : stamp;
    if (this.takeIn(peer, softened)) {
      const hopsLeft = this.options.newsHopsMax - 1;
      this.spread(peer, { stamp: softened, hopsLeft, from, isJoin: false });
    }
    return undefined;
  }

  private get selfItem(): MemberItem {
    return memberItem(this.context.self, this.selfStamp);
  }

  private get digest(): number {
    return digestWith(this.table, this.context.self, this.selfStamp);
  }

  private sendDigest(peer: Peer): void {
    const digest = Digest.create({ memberCount: this.memberCount + 1, hash: this.digest });
    this.context.transport.send(peer, digest);
  }

  private entriesOf(buckets: readonly number[]): readonly MemberItem[] {
    const isAsked = new Set(buckets);
    const entries = Array.from(this.table.present, ([peer, stamp]) => memberItem(peer, stamp));
    return [this.selfItem, ...entries].filter(({ peer }) => isAsked.has(bucketOf(peer)));
  }

  /** Sends a list in as many messages as it takes; the last one asks. */
  private sendEntries(to: Peer, items: readonly MemberItem[], asks: readonly number[]): void {
    const lastFrom =
      Math.max(0, items.length - 1) - (Math.max(0, items.length - 1) % MEMBERS_A_MESSAGE_MAX);
    for (let from = 0; from <= lastFrom; from += MEMBERS_A_MESSAGE_MAX) {
      const members = items.slice(from, from + MEMBERS_A_MESSAGE_MAX);
      const message = Entries.create({ members, asks: from === lastFrom ? asks : [] });
      this.context.transport.send(to, message);
    }
  }

  private shuffleWith(peer: Peer): void {
    const wanted = this.membersMax - this.memberCount;
    this.offered = [...this.sampleFor(peer, SHUFFLE_LENGTH - 1)];
    const items = this.offered.map((member) => memberItem(member, this.stampOfPresent(member)));
    const message = { members: [this.selfItem, ...items], wanted, isAnswer: false };
    this.context.transport.send(peer, Shuffle.create(message));
  }

  /** Members that a peer may be told of. */
  private tellable(peer: Peer): readonly Peer[] {
    return this.members().filter((member) => member !== peer && !this.suspects.has(member));
  }

  /** Members to give away in a shuffle. */
  private sampleFor(peer: Peer, count: number): readonly Peer[] {
    const nowMicros = this.context.clock.nowMicros();
    for (const [pinned, untilMicros] of this.pinned) {
      if (untilMicros <= nowMicros) this.pinned.delete(pinned);
    }
    const free = this.tellable(peer).filter((member) => !this.pinned.has(member));
    return this.context.random.sample(free, Math.min(count, MEMBERS_A_MESSAGE_MAX));
  }

  /** Members that this node keeps, to be told to a peer that has room for so many. */
  private pinnedFor(peer: Peer, count: number): readonly Peer[] {
    if (count <= 0) return [];
    const kept = this.tellable(peer).filter((member) => this.pinned.has(member));
    return this.context.random.sample(kept, count);
  }

  /**
   * Keeps a peer that shuffled for two shuffles: so two others or more know every node at any time, where chance
   * alone would now and then leave a node out of all small samples.
   */
  private pin(peer: Peer): void {
    if (!this.isMember(peer)) return;
    const untilMicros = this.context.clock.nowMicros() + 2 * this.options.shuffleMicros;
    this.pinned.set(peer, untilMicros);
  }

  /** Takes swapped members into the sample, in free places or in those of members given away. */
  private mixIn(items: readonly MemberItem[], given: readonly Peer[]): void {
    const replaceable = given.filter((peer) => this.isMember(peer) && !this.pinned.has(peer));
    for (const item of items) {
      if (item.peer === this.context.self || this.isMember(item.peer)) {
        this.learn(item);
        continue;
      }
      const stamp = memberStamp(item.incarnation, item.status as MemberStatus);
      if (statusOf(stamp) !== MemberStatus.alive || !this.isBelievable(item.peer, stamp)) continue;
      if (this.memberCount >= this.membersMax) {
        const leaver = replaceable.pop();
        if (leaver === undefined) return;
        this.forget(leaver);
      }
      this.takeIn(item.peer, stamp);
    }
  }

  /**
   * Whether a list's statement that a peer is there may be taken in. One at odds with an end that was only heard is
   * not, but the peer is asked: whoever spread a false alarm may be gone, and it would never know to refute it.
   */
  private isBelievable(peer: Peer, stamp: MemberStamp): boolean {
    if (!this.isOutdated(peer, stamp)) return true;
    if (stampOf(this.table, peer) === undefined) this.probe(peer);
    return false;
  }

  private hasRoomFor(peer: Peer): boolean {
    return this.isMember(peer) || this.memberCount < this.membersMax;
  }

  private stampOfPresent(peer: Peer): MemberStamp {
    return this.table.present.get(peer) ?? memberStamp(0, MemberStatus.alive);
  }
}

function memberItem(peer: Peer, stamp: MemberStamp): MemberItem {
  return { peer, incarnation: incarnationOf(stamp), status: statusOf(stamp) };
}

/** Whether what is known is worth sending back: a mere suspicion of the same incarnation is not. */
function corrects(known: MemberStamp, stamp: MemberStamp): boolean {
  return incarnationOf(known) !== incarnationOf(stamp) || isPresent(known) !== isPresent(stamp);
}
