// Genesis discovery: a node joins through one peer that everyone knows, learns of the members through its
// neighbours, and stays part of the network when that peer is gone. docs/protocols/genesis.md has the whole.
//
// This file hands out what happens to the parts: genesis-membership (who takes part), genesis-news (telling others),
// genesis-links (who is next to whom), genesis-watch (who answers), genesis-reconciliation (evening out),
// genesis-hosting and genesis-joining (the two sides of a join), each the base of the next, so that the state of all
// of them is one set of plain fields.

import type { TimerArgument } from "../transport/clock.js";
import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import { GENESIS_MESSAGES } from "./genesis-messages.js";
import type { GenesisMessage } from "./genesis-messages.js";
import { GenesisJoining } from "./genesis-joining.js";
import type { ProtocolContext } from "./protocol.js";

/** Chance a period that a node with a sample swaps members with genesis: 0.6 % of the network each second. */
const GENESIS_CHECK_PROBABILITY = 1 / 32;

/** Discovery through a well-known peer, with full membership or a sample of it. */
export class GenesisDiscovery extends GenesisJoining {
  readonly messageTypes = GENESIS_MESSAGES;

  override start(context: ProtocolContext): void {
    super.start(context);
    const { periodMicros, shuffleMicros } = this.options;
    context.clock.setTimer(context.random.integer(periodMicros), "period");
    if (this.isFullMembership) return;
    context.clock.setTimer(context.random.integer(shuffleMicros), "shuffle");
  }

  override onMessage(from: Peer, message: Message): void {
    const said = message as GenesisMessage;
    switch (said.type) {
      case "genesis/ask-member":
        this.onAskMember(from);
        break;
      case "genesis/member":
        this.onMember(from, said);
        break;
      case "genesis/ask-neighbours":
        this.onAskNeighbours(from);
        break;
      case "genesis/neighbours":
        this.onNeighbours(from, said);
        break;
      case "genesis/link":
        this.onLink(from, said);
        break;
      case "genesis/linked":
        this.onLinked(from, said);
        break;
      case "genesis/unlink":
        this.onUnlink(from);
        break;
      case "genesis/ask-members":
        this.onAskMembers(from);
        break;
      case "genesis/member-list":
        this.onMemberList(from, said);
        break;
      case "genesis/news":
        this.onNews(from, said.items);
        break;
      case "genesis/digest":
        this.onDigest(from, said);
        break;
      case "genesis/buckets":
        this.onBuckets(from, said);
        break;
      case "genesis/entries":
        this.onEntries(from, said);
        break;
      case "genesis/shuffle":
        this.onShuffle(from, said);
        break;
      case "genesis/handover":
      case "genesis/probe":
      case "genesis/probe-answer":
        // These are datagrams; over a connection they say nothing.
        break;
    }
  }

  override onDatagram(from: Peer, message: Message): void {
    const said = message as GenesisMessage;
    if (this.context.status === "leaving") return;
    if (said.type === "genesis/probe") this.onProbe(from, said);
    else if (said.type === "genesis/probe-answer") this.onProbeAnswer(from, said);
    else if (said.type === "genesis/handover") this.learn(said);
  }

  override onTimer(kind: string, argument: TimerArgument | undefined): void {
    if (kind === "probe") this.onProbeRound();
    else if (kind === "period") this.onPeriod();
    else if (kind === "news") this.sendNews();
    else if (kind === "shuffle") this.onShuffleTimer();
    else if (kind === "join" && argument === this.joinStepNumber) this.onJoinTimer();
  }

  override onDisconnected(peer: Peer, reason: DisconnectReason): void {
    const wasLinked = this.neighbourView.has(peer);
    super.onDisconnected(peer, reason);
    if (wasLinked && this.context.status === "active") this.refillLinks();
  }

  /** Says goodbye to the neighbours, who tell the others. */
  override stop(): void {
    this.tell(this.context.self, this.selfStamp);
    this.sendNews();
  }

  /** What is done once a period, whatever happens. */
  protected onPeriod(): void {
    this.context.clock.setTimer(this.options.periodMicros, "period");
    this.closeIdle();
    this.forgetTheOld();
    if (this.context.status !== "active") return;
    this.keepLinks();
    if (this.isFullMembership) this.reconcileAtRandom();
    else this.checkOnGenesis();
  }

  private onShuffleTimer(): void {
    this.context.clock.setTimer(this.options.shuffleMicros, "shuffle");
    if (this.context.status === "active") this.reconcileAtRandom();
  }

  /**
   * With a sample nobody need know whether genesis is there. One that has lost its state would gather a network
   * of its own from new joiners: so now and then a node swaps members with it.
   */
  private checkOnGenesis(): void {
    const { genesis } = this;
    const { self, random, transport } = this.context;
    if (genesis === self || this.neighbourView.has(genesis)) return;
    if (!random.chance(GENESIS_CHECK_PROBABILITY)) return;
    if (genesis.id === "") {
      // Not found yet; once it is, its turn comes again.
      transport.connect(genesis);
      return;
    }
    this.reconcile(genesis);
    this.noteIdle(genesis);
  }
}
