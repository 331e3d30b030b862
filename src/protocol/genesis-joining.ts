// The part of genesis discovery that brings a node into the network: from a contact to a member, from there to
// its neighbours, and from one of them the list of members; again after a pause, whenever a step fails.

import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import { GenesisHosting } from "./genesis-hosting.js";
import { AskMember, AskMembers, AskNeighbours } from "./genesis-messages.js";
import type { Member, MemberList, Neighbours } from "./genesis-messages.js";
import { addLost, lostCount, lostPeers } from "./lost-peers.js";
import { MemberStatus } from "./member-stamp.js";
import type { ProtocolContext } from "./protocol.js";

/** Links a joiner makes before it is active, with the member it was sent to and some of its neighbours. */
const JOIN_LINKS = 3;

/** Peers a joiner may be sent on to when others have no room: then it starts again from a contact. */
const JOIN_CANDIDATES_MAX = 64;

/** Members a joiner asks a contact for in one attempt, when the one it was given cannot be dialled. */
const MEMBERS_ASKED_MAX = 2;

/** Doublings after which the pause between attempts has reached any limit: keeps the power small. */
const DOUBLINGS_MAX = 20;

/** Where a node is in its attempt to join. */
type JoinStep =
  | "none"
  | "dialling contact"
  | "asking contact"
  | "asking member"
  | "linking"
  | "listing"
  | "waiting";

/** A node on its way into the network. */
export abstract class GenesisJoining extends GenesisHosting {
  protected joinStep: JoinStep = "none";
  /** Attempts that failed in a row. */
  protected failedJoins = 0;
  /** Counts steps, so that a timer of an earlier one does nothing. */
  protected joinStepNumber = 0;
  /** The peer whose answer the join waits for. */
  protected joinPeer: Peer | null = null;
  /** The peer through which this attempt goes. */
  protected joinContact: Peer | null = null;
  protected membersAsked = 0;
  /** Whether a request for a link stayed without an answer in this attempt. */
  protected metSilence = false;
  /** Peers to ask for a link in turn, and all that were ever among them in this attempt. */
  protected candidates: Peer[] = [];
  protected readonly candidatesSeen = new Set<Peer>();
  override start(context: ProtocolContext): void {
    super.start(context);
    this.joinStep = "none";
    this.joinContact = null;
    this.joinPeer = null;
    this.failedJoins = 0;
    context.setStatus("joining", this.incarnation);
    if (this.options.startPeers.length > 0) this.startLinked();
    else if (context.self === this.genesis) this.become("active");
    else this.beginJoin();
  }

  override get progress(): string {
    if (this.joinStep === "none") return "";
    return `joining, ${this.joinStep}, attempt ${this.failedJoins + 1}`;
  }

  override onConnected(peer: Peer): void {
    const { transport } = this.context;
    if (this.genesis.id === "" && transport.peerAt(this.genesis.address) === peer) {
      this.genesis = peer;
      if (this.context.status === "active") this.noteIdle(peer);
    }
    const place = this.joinPeer;
    if (this.joinStep !== "dialling contact" || place === null) return;
    if (transport.peerAt(place.address) === peer) this.askContact(peer);
  }

  override onDisconnected(peer: Peer, reason: DisconnectReason): void {
    super.onDisconnected(peer, reason);
    if (peer === this.joinPeer) this.onJoinPeerGone();
  }

  protected override onLinkAnswered(
    peer: Peer,
    accepted: boolean,
    alternatives: readonly Peer[],
  ): void {
    if (this.context.status === "joining") this.onJoinLinkAnswered(peer, accepted, alternatives);
    else if (accepted) this.reconcile(peer);
    else {
      this.probeSoon(peer);
      this.askAlternatives(alternatives);
      this.refillLinks();
    }
  }

  protected onMember(from: Peer, { member }: Member): void {
    if (this.joinStep !== "asking contact" || from !== this.joinPeer) return;
    if (member === null || member === this.context.self) {
      this.failJoin("the contact knows no member");
      return;
    }
    this.askMember(member);
  }

  protected onNeighbours(from: Peer, { peers }: Neighbours): void {
    if (this.joinStep !== "asking member" || from !== this.joinPeer) return;
    this.enterJoinStep("linking", null, this.options.patienceMicros);
    this.addCandidates([from, ...peers]);
    this.askCandidates();
  }

  protected onMemberList(from: Peer, { members, isLast }: MemberList): void {
    for (const item of members) this.learn(item);
    if (isLast && this.joinStep === "listing" && from === this.joinPeer) this.become("active");
  }

  /**
   * Begins an attempt to join: through genesis at every other one, otherwise through members remembered from an
   * earlier life, or another contact.
   */
  protected beginJoin(): void {
    this.membersAsked = 0;
    this.metSilence = false;
    this.candidates = [];
    this.candidatesSeen.clear();
    const remembersAny = this.memberCount + lostCount(this.lost) > 0;
    if (this.failedJoins % 2 === 1 && remembersAny) this.askRemembered();
    else this.askContact(this.nextContact());
  }

  /** Whom to join through: genesis at every other attempt, otherwise any contact. */
  protected nextContact(): Peer {
    const { genesis, contacts } = this.options;
    const others = contacts.filter((peer) => peer !== this.context.self);
    const isGenesisTurn = this.failedJoins % 2 === 0 || others.length === 0;
    if (isGenesisTurn && genesis !== this.context.self) return genesis;
    return others.length > 0 ? this.context.random.pick(others) : genesis;
  }

  /** Gives up an attempt; the next follows after a pause that doubles, give or take a half. */
  protected failJoin(why: string): void {
    this.failedJoins++;
    this.context.observe("join-retries", this.failedJoins);
    this.context.log("info", `could not join: ${why}`, { failedJoins: this.failedJoins });
    this.enterJoinStep("waiting", null, this.joinPauseMicros());
  }

  /** The pause before the next attempt: exponential, bounded, and different for those who failed together. */
  protected joinPauseMicros(): number {
    const { joinBackOffMicros, joinBackOffMicrosMax } = this.options;
    const doublings = Math.min(this.failedJoins - 1, DOUBLINGS_MAX);
    const pauseMicros = Math.min(joinBackOffMicros * (1 << doublings), joinBackOffMicrosMax);
    return Math.ceil(pauseMicros / 2) + this.context.random.integer(Math.ceil(pauseMicros / 2));
  }

  /** The node is part of the network: it says so, and serves those who waited for it. */
  protected become(status: "active"): void {
    this.joinStep = "none";
    if (this.joinContact !== null) this.noteIdle(this.joinContact);
    this.joinContact = null;
    this.joinPeer = null;
    this.joinStepNumber++;
    this.failedJoins = 0;
    this.candidates = [];
    this.candidatesSeen.clear();
    this.context.setStatus(status, this.incarnation);
    this.introduceSelf();
    this.serveListAskers();
    this.refillLinks();
  }

  /**
   * The overlay was drawn, perhaps in several pieces or with peers that never come. Genesis is where all can
   * meet: it is tried like a lost peer until this node has heard of it.
   */
  private startLinked(): void {
    const { startPeers, periodMicros } = this.options;
    const { genesis } = this;
    const { self, clock } = this.context;
    const nowMicros = clock.nowMicros();
    this.become("active");
    for (const peer of startPeers) {
      this.learn({ peer, incarnation: 0, status: MemberStatus.alive });
      this.requestLink(peer, true);
    }
    if (genesis === self || this.isMember(genesis)) return;
    addLost(this.lost, genesis, nowMicros, this.goneMax);
    this.nextLostTryMicros = nowMicros + periodMicros;
  }

  /**
   * Asks remembered members for links, some at a time: most of them may be gone, and genesis too. Those it had lost
   * come last; who was cut off before it crashed remembers nobody else.
   */
  private askRemembered(): void {
    const { random } = this.context;
    this.joinContact = null;
    this.enterJoinStep("linking", null, this.options.patienceMicros);
    this.addCandidates(random.sample(this.members(), this.memberCount));
    this.addCandidates(random.sample(lostPeers(this.lost), lostCount(this.lost)));
    this.askCandidates();
  }

  private askMember(member: Peer): void {
    this.enterJoinStep("asking member", member, this.options.patienceMicros);
    this.context.transport.send(member, AskNeighbours.create({}));
  }

  /** Asks a contact for a member. One that is known by its address alone is dialled first, to learn who it is. */
  private askContact(place: Peer): void {
    const contact = place.id === "" ? this.context.transport.peerAt(place.address) : place;
    if (contact === null) {
      this.enterJoinStep("dialling contact", place);
      this.context.transport.connect(place);
      return;
    }
    this.membersAsked++;
    this.joinContact = contact;
    this.enterJoinStep("asking contact", contact);
    this.context.transport.send(contact, AskMember.create({}));
  }

  private enterJoinStep(step: JoinStep, peer: Peer | null, delayMicros?: number): void {
    this.joinStep = step;
    this.joinPeer = peer;
    this.joinStepNumber++;
    const { joinTimeoutMicros } = this.options;
    this.context.clock.setTimer(delayMicros ?? joinTimeoutMicros, "join", this.joinStepNumber);
  }

  /** The step that was timed is over: an attempt is due, something else is tried, or the attempt has failed. */
  protected onJoinTimer(): void {
    if (this.joinStep === "waiting") this.beginJoin();
    else if (this.joinStep === "asking member" && this.joinPeer !== null) {
      this.abandon(this.joinPeer);
      this.askForAnotherMember();
    } else if (this.joinStep === "linking") {
      this.enterJoinStep("linking", null, this.options.patienceMicros);
      this.abandonUnanswered();
      this.metSilence = true;
      this.askCandidates();
    } else if (this.joinStep !== "none") {
      this.failJoin(`no answer while ${this.joinStep}`);
    }
  }

  /** The connection to the peer that the join waits for has ended, or could not be made. */
  private onJoinPeerGone(): void {
    if (this.joinStep === "asking member") this.askForAnotherMember();
    else if (this.joinStep === "listing" && this.neighbourView.size > 0) {
      this.askForList(this.context.random.pick(this.neighbourView.peers()));
    } else {
      this.failJoin(`no connection while ${this.joinStep}`);
    }
  }

  /**
   * The member that was named cannot be reached: many are behind a NAT. Another is asked for; after that the
   * contact itself is asked for its neighbours, as it can be reached for certain.
   */
  private askForAnotherMember(): void {
    const contact = this.joinContact;
    if (contact === null || this.membersAsked > MEMBERS_ASKED_MAX) {
      this.failJoin("no member could be reached");
    } else if (this.membersAsked < MEMBERS_ASKED_MAX) {
      this.askContact(contact);
    } else {
      this.membersAsked++;
      this.askMember(contact);
    }
  }

  private addCandidates(peers: readonly Peer[]): void {
    for (const peer of peers) {
      if (this.candidatesSeen.size >= JOIN_CANDIDATES_MAX) return;
      if (peer === this.context.self || this.candidatesSeen.has(peer)) continue;
      this.candidatesSeen.add(peer);
      this.candidates.push(peer);
    }
  }

  private askCandidates(): void {
    while (this.neighbourView.size + this.asked.size < JOIN_LINKS) {
      const candidate = this.candidates.shift();
      if (candidate === undefined) break;
      this.requestLink(candidate, this.neighbourView.size + this.asked.size === 0);
    }
    if (this.joinStep !== "linking") return;
    // Links may stand that others asked for, or an earlier attempt.
    const links = this.neighbourView.peers();
    if (links.length > 0) this.askForList(this.context.random.pick(links));
    if (links.length > 0 || this.asked.size > 0) return;
    // Those who cannot be dialled cost nobody anything; where there is no room, a pause lets room appear.
    if (this.metSilence) this.askForAnotherMember();
    else this.failJoin("nobody had room for a link");
  }

  private onJoinLinkAnswered(peer: Peer, accepted: boolean, alternatives: readonly Peer[]): void {
    if (accepted && this.joinStep === "linking") this.askForList(peer);
    this.addCandidates(alternatives);
    if (!accepted && alternatives.length === 0) this.metSilence = true;
    if (this.joinStep === "linking" || this.joinStep === "listing") this.askCandidates();
  }

  private askForList(neighbour: Peer): void {
    this.enterJoinStep("listing", neighbour);
    this.context.transport.send(neighbour, AskMembers.create({}));
  }
}
