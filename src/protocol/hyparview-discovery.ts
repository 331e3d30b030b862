// HyParView (Leitão, Pereira, Rodrigues: "HyParView: A Membership Protocol for Reliable Gossip-Based Broadcast",
// DSN 2007): a small symmetric overlay for broadcasts, held together by a larger list of spare peers that is
// shuffled all the time. This file has joins and shuffles; hyparview-links has the views. docs/protocols/hyparview.md.

import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import { HyParViewLinks } from "./hyparview-links.js";
import {
  ForwardJoin,
  HYPARVIEW_MESSAGES,
  Join,
  NeighbourAnswer,
  Shuffle,
  ShuffleAnswer,
} from "./hyparview-messages.js";
import type { HyParViewMessage } from "./hyparview-messages.js";
import type { ProtocolContext } from "./protocol.js";

/** Discovery with an active and a passive view. */
export class HyParViewDiscovery extends HyParViewLinks {
  readonly messageTypes = HYPARVIEW_MESSAGES;
  /** What the last shuffle gave away: the first to make room for what comes back. */
  protected shuffled: readonly Peer[] = [];
  protected joinAttempts = 0;
  protected isRetryPlanned = false;

  override start(context: ProtocolContext): void {
    super.start(context);
    this.shuffled = [];
    this.joinAttempts = 0;
    this.isRetryPlanned = false;
    const { contacts, startPeers, passiveSize, periodMicros } = this.options;
    if (contacts[0] === context.self) context.setStatus("active");
    for (const peer of context.random.sample(startPeers, passiveSize)) this.keepSpare(peer, []);
    context.clock.setTimer(context.random.integer(periodMicros), "shuffle");
    this.reconnect();
  }

  override get progress(): string {
    if (this.context.status !== "joining") return "";
    return `joining, attempt ${this.joinAttempts}`;
  }

  override onMessage(from: Peer, message: Message): void {
    const said = message as HyParViewMessage;
    switch (said.type) {
      case "hyparview/join":
        this.onJoin(from);
        break;
      case "hyparview/forward-join":
        this.onForwardJoin(from, said);
        break;
      case "hyparview/neighbour":
        this.onNeighbour(from, said.isUrgent);
        break;
      case "hyparview/neighbour-answer":
        this.onNeighbourAnswer(from, said.isAccepted);
        break;
      case "hyparview/unlink":
        this.onUnlink(from);
        break;
      case "hyparview/shuffle":
        this.onShuffle(from, said);
        break;
      case "hyparview/shuffle-answer":
        // A datagram; over a connection it says nothing.
        break;
    }
  }

  override onDatagram(_from: Peer, message: Message): void {
    const said = message as HyParViewMessage;
    if (said.type === "hyparview/shuffle-answer") this.takeIn(said.peers, this.shuffled);
  }

  override onTimer(kind: string): void {
    if (kind === "shuffle") {
      this.onPeriod();
      return;
    }
    if (kind === "patience") {
      this.onPatienceTimer();
      return;
    }
    this.isRetryPlanned = false;
    this.tried.clear();
    this.reconnect();
  }

  /** The contact takes a newcomer in, and has it walked to further neighbours. */
  protected onJoin(joiner: Peer): void {
    this.link(joiner);
    this.context.transport.send(joiner, NeighbourAnswer.create({ isAccepted: true }));
    const walk = ForwardJoin.create({ joiner, hopsLeft: this.options.activeWalkHops });
    for (const neighbour of this.activeView.peers()) {
      if (neighbour !== joiner) this.context.transport.send(neighbour, walk);
    }
  }

  protected onForwardJoin(from: Peer, { joiner, hopsLeft }: ForwardJoin): void {
    if (joiner === this.context.self) return;
    const next = this.nextOfWalk(from, joiner);
    if (hopsLeft === 0 || this.activeView.size <= 1 || next === undefined) {
      this.request(joiner, true);
      return;
    }
    if (hopsLeft === this.options.passiveWalkHops) this.keepSpare(joiner, []);
    this.context.transport.send(next, ForwardJoin.create({ joiner, hopsLeft: hopsLeft - 1 }));
  }

  protected onShuffle(from: Peer, { origin, hopsLeft, peers }: Shuffle): void {
    const next = this.nextOfWalk(from, origin);
    if (hopsLeft > 1 && next !== undefined) {
      this.context.transport.send(next, Shuffle.create({ origin, hopsLeft: hopsLeft - 1, peers }));
      return;
    }
    if (origin === this.context.self) return;
    const given = this.context.random.sample(this.passiveView.peers(), peers.length + 1);
    this.context.transport.sendDatagram(origin, ShuffleAnswer.create({ peers: given }));
    this.takeIn([origin, ...peers], given);
  }

  /** A random neighbour that a walk goes on to; undefined where it has to end. */
  private nextOfWalk(from: Peer, about: Peer): Peer | undefined {
    const others = this.activeView.peers().filter((peer) => peer !== from && peer !== about);
    return others.length === 0 ? undefined : this.context.random.pick(others);
  }

  private takeIn(peers: readonly Peer[], given: readonly Peer[]): void {
    for (const peer of peers) this.keepSpare(peer, given);
    this.fillActive();
  }

  private onPeriod(): void {
    const { clock, random, self, transport } = this.context;
    clock.setTimer(this.options.periodMicros, "shuffle");
    this.keepLinks();
    this.retryLost();
    this.reconnect();
    const neighbours = this.activeView.peers();
    if (neighbours.length === 0) return;
    const { shuffledActive, shuffledPassive, activeWalkHops } = this.options;
    const target = random.pick(neighbours);
    const others = neighbours.filter((peer) => peer !== target);
    const spares = random.sample(this.passiveView.peers(), shuffledPassive);
    const peers = [...random.sample(others, shuffledActive), ...spares];
    this.shuffled = spares;
    transport.send(target, Shuffle.create({ origin: self, hopsLeft: activeWalkHops, peers }));
  }

  /** A node without neighbours asks spare peers and contacts until one answers. */
  private reconnect(): void {
    const { clock, random, self, transport } = this.context;
    if (this.activeView.size > 0 || this.isRetryPlanned) return;
    this.fillActive();
    const contacts = this.options.contacts.filter((contact) => contact !== self);
    if (contacts.length === 0 && this.passiveView.size === 0) return;
    if (contacts.length > 0 && (this.passiveView.size === 0 || this.joinAttempts > 0)) {
      transport.send(contacts[this.joinAttempts % contacts.length]!, Join.create({}));
    }
    this.joinAttempts++;
    // Half the pause at least, so that those who lost the same contact do not come back in step.
    const halfMicros = Math.ceil(this.options.joinRetryMicros / 2);
    clock.setTimer(halfMicros + random.integer(halfMicros), "join");
    this.isRetryPlanned = true;
  }
}
