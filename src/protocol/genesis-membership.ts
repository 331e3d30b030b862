// The part of genesis discovery that knows who takes part: it weighs what is said of members, and refutes what is
// said of itself. How statements travel is in `genesis-news.ts`.

import type { Peer } from "../transport/peer.js";
import { Discovery } from "./discovery.js";
import type { MemberEnd } from "./discovery.js";
import { FULL_MEMBERSHIP_NODES_MAX, genesisOptions } from "./genesis-options.js";
import type { GenesisOptions, GenesisSettings } from "./genesis-options.js";
import { addLost, noLostPeers, removeLost } from "./lost-peers.js";
import {
  INCARNATION_MAX,
  MEMBER_STATUS_NAMES,
  MemberStatus,
  incarnationOf,
  isPresent,
  memberStamp,
  mergeStamps,
  statusOf,
} from "./member-stamp.js";
import type { MemberStamp } from "./member-stamp.js";
import {
  buryMember,
  emptyMembershipTable,
  placeMember,
  removeMember,
  restampMember,
  stampOf,
} from "./membership-table.js";
import type { MembershipTable } from "./membership-table.js";
import type { ProtocolContext, View } from "./protocol.js";

/** Tombstones and lost peers a sample keeps, as multiples of its size: it meets few others. */
const GONE_PER_SAMPLE_ENTRY = 4;

/** A suspicion that has not been refuted yet. */
export interface Suspicion {
  readonly deadlineMicros: number;
  /** Whether this node has its own reasons, and so asks the suspect itself. */
  readonly isFirstHand: boolean;
}

/** Who takes part, as far as this node knows. */
export abstract class GenesisMembership extends Discovery {
  protected readonly options: GenesisOptions;
  /** The well-known peer; by its address alone until it was found there. */
  protected genesis: Peer;
  /** Starts at the clock's microseconds, so that a node that lost its state still comes back higher. */
  protected incarnation = 0;
  protected readonly table: MembershipTable;
  protected readonly lost = noLostPeers();
  protected readonly suspects = new Map<Peer, Suspicion>();
  protected memberView!: View;
  protected neighbourView!: View;

  /** Throws `RangeError` for full membership of a network that is expected to be too large for it. */
  constructor(settings: GenesisSettings) {
    super();
    this.options = genesisOptions(settings);
    this.table = emptyMembershipTable(this.isFullMembership);
    this.genesis = this.options.genesis;
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    this.memberView = context.view("members");
    this.neighbourView = context.view("neighbours");
    this.incarnation = Math.max(this.incarnation + 1, context.clock.nowMicros());
    this.suspects.clear();
    for (const [peer, stamp] of this.table.present) {
      this.memberView.add(peer);
      // Who restarts with what it knew has lost its deadlines: a suspect it does not judge anew would stay for ever.
      if (statusOf(stamp) === MemberStatus.suspect) this.noteSuspicion(peer, true);
    }
  }

  members(): readonly Peer[] {
    return this.memberView.peers();
  }

  isMember(peer: Peer): boolean {
    return this.table.present.has(peer);
  }

  override get memberCount(): number {
    return this.table.present.size;
  }

  get isFullMembership(): boolean {
    return this.options.members === "all";
  }

  override incarnationOf(peer: Peer): number | undefined {
    if (peer === this.context.self) return this.incarnation;
    const stamp = stampOf(this.table, peer);
    return stamp === undefined ? undefined : incarnationOf(stamp);
  }

  override endOf(peer: Peer): MemberEnd | undefined {
    const stamp = stampOf(this.table, peer);
    if (stamp === undefined || isPresent(stamp)) return undefined;
    return statusOf(stamp) === MemberStatus.left ? "left" : "dead";
  }

  /** What this node says of itself. */
  protected get selfStamp(): MemberStamp {
    const isLeaving = this.context.status === "leaving" || this.context.status === "left";
    return memberStamp(this.incarnation, isLeaving ? MemberStatus.left : MemberStatus.alive);
  }

  /** Places in the sample; without bound for full membership. */
  protected get membersMax(): number {
    const { members } = this.options;
    return members === "all" ? Number.POSITIVE_INFINITY : members.sample;
  }

  /** Tombstones, and likewise lost peers, kept at most. */
  protected get goneMax(): number {
    return Math.min(FULL_MEMBERSHIP_NODES_MAX, this.membersMax * GONE_PER_SAMPLE_ENTRY);
  }

  /** What this node holds of a peer, in the table or elsewhere; undefined for nothing. */
  protected knownStamp(peer: Peer): MemberStamp | undefined {
    return stampOf(this.table, peer);
  }

  /** Takes in a statement about another peer where it is stronger than what is known; answers whether it was. */
  protected takeIn(peer: Peer, stamp: MemberStamp, isFirstHand = false): boolean {
    if (!isStronger(stamp, stampOf(this.table, peer))) return false;
    if (isPresent(stamp)) this.admit(peer, stamp);
    else this.bury(peer, stamp);
    const isSuspect = statusOf(stamp) === MemberStatus.suspect && this.table.present.has(peer);
    if (isSuspect) this.noteSuspicion(peer, isFirstHand);
    else this.suspects.delete(peer);
    return true;
  }

  /** Says something of a member on one's own account, and spreads it. */
  protected declare(peer: Peer, status: MemberStatus): void {
    const known = this.knownStamp(peer);
    if (known === undefined || !isPresent(known)) return;
    const stamp = memberStamp(incarnationOf(known), status);
    if (!this.takeIn(peer, stamp, true)) return;
    this.context.log("info", `holds ${MEMBER_STATUS_NAMES[status]}`, { peer: peer.address });
    this.tell(peer, stamp);
  }

  /** Declares those dead whose suspicion nobody refuted in time. */
  protected buryUnrefuted(): void {
    const nowMicros = this.context.clock.nowMicros();
    for (const [peer, { deadlineMicros }] of this.suspects) {
      if (deadlineMicros <= nowMicros) this.declare(peer, MemberStatus.dead);
    }
  }

  /** Raises one's incarnation above a suspicion of oneself, and tells everyone. */
  protected refute(held: MemberStamp): void {
    if (held <= this.selfStamp || statusOf(this.selfStamp) === MemberStatus.left) return;
    // Nothing above the last incarnation can be said: whoever sends it wants to be obeyed for ever.
    if (incarnationOf(held) >= INCARNATION_MAX) return;
    this.incarnation = incarnationOf(held) + 1;
    this.context.setStatus(this.context.status, this.incarnation);
    this.context.log("info", `refutes being ${MEMBER_STATUS_NAMES[statusOf(held)]}`);
    this.tell(this.context.self, this.selfStamp);
  }

  /** Spreads news on one's own account, as far as news go. */
  protected abstract tell(peer: Peer, stamp: MemberStamp): void;

  /** Puts a present peer into the list, or into the sample where that has room. */
  protected admit(peer: Peer, stamp: MemberStamp): void {
    if (this.table.present.has(peer)) restampMember(this.table, peer, stamp);
    else if (!this.isFullMembership && statusOf(stamp) !== MemberStatus.alive) return;
    else if (this.table.present.size < this.membersMax) this.place(peer, stamp);
    removeLost(this.lost, peer);
  }

  protected place(peer: Peer, stamp: MemberStamp): void {
    placeMember(this.table, peer, stamp);
    this.memberView.add(peer);
  }

  /** Drops a peer from the sample: nothing is said against it. */
  protected forget(peer: Peer): void {
    removeMember(this.table, peer);
    this.memberView.remove(peer);
    this.suspects.delete(peer);
  }

  /** Takes a dead or departed peer out of the list. One lost by suspicion is kept to be tried again. */
  protected bury(peer: Peer, stamp: MemberStamp): void {
    const nowMicros = this.context.clock.nowMicros();
    const wasKnown = this.knownStamp(peer) !== undefined;
    if (!wasKnown && !this.isFullMembership) return;
    buryMember(this.table, peer, { stamp, atMicros: nowMicros }, this.goneMax);
    this.memberView.remove(peer);
    // Genesis comes back under the same name and knows nobody: only being tried brings it back into this network.
    const returns = statusOf(stamp) === MemberStatus.dead || peer === this.genesis;
    if (returns && wasKnown) addLost(this.lost, peer, nowMicros, this.goneMax);
    else if (!returns) removeLost(this.lost, peer);
  }

  private noteSuspicion(peer: Peer, isFirstHand: boolean): void {
    const deadlineMicros = this.context.clock.nowMicros() + this.options.suspicionMicros;
    this.suspects.set(peer, { deadlineMicros, isFirstHand });
  }
}

/** Whether a statement says more than what is known. */
export function isStronger(stamp: MemberStamp, known: MemberStamp | undefined): boolean {
  return known === undefined || mergeStamps(known, stamp) !== known;
}
