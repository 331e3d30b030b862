// GossipSub v1.1 (Vyzovitis, Napora, McCormick, Dias, Psaras: "GossipSub: Attack-Resilient Message Propagation in the
// Filecoin and ETH2.0 Networks", 2020; libp2p's specifications v1.0 and v1.1): messages go along a mesh of few links a
// node, chosen at random among its connected peers, and their ids to some of the others. One topic, `broadcast`. docs/protocols/gossipsub.md.

import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import { GossipSubGossip, NO_MEMORY } from "./gossipsub-gossip.js";
import { GOSSIP_HOPS_MAX, GOSSIPSUB_MESSAGES, Published } from "./gossipsub-messages.js";
import type { GossipSubMessage } from "./gossipsub-messages.js";
import type { GossipSubOptions } from "./gossipsub-options.js";
import type { ProtocolContext } from "./protocol.js";

/** What an application can make of a message. */
export type Verdict = "accept" | "reject" | "ignore";

/** Sends payloads to everyone in the topic. */
export class GossipSubBroadcast extends GossipSubGossip {
  readonly messageTypes = GOSSIPSUB_MESSAGES;
  /** Peers whose connection takes no more for now: copies for them are left out. */
  protected readonly congested = new Set<Peer>();
  /** Whom a node that is not subscribed publishes to. */
  protected readonly fanout = new Set<Peer>();
  protected publishedAtMicros = 0;

  constructor(options: Partial<GossipSubOptions> = {}) {
    super(options);
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    this.congested.clear();
    this.fanout.clear();
    this.findPeers();
    // Nodes that start together must not beat together: all would graft at once.
    const phaseMicros = context.random.integer(this.options.heartbeatMicros);
    context.clock.setTimer(phaseMicros, "heartbeat");
  }

  override stop(): void {
    this.leaveMesh();
  }

  broadcast(payload: Uint8Array): number {
    const { self } = this.context;
    const id = this.context.newApplicationId();
    if (this.canNote()) this.note(id);
    this.context.published(id, payload.length);
    const message = Published.create({ id, origin: self, hops: 1, payload });
    this.keep(message);
    this.sendTo(this.publishTargets(), message);
    return id;
  }

  override onMessage(from: Peer, message: Message): void {
    const said = message as GossipSubMessage;
    if (this.isBelow(from, "graylistThreshold")) {
      this.context.decided("receive", "graylisted");
      return;
    }
    switch (said.type) {
      case "gossipsub/hello":
        this.onHello(from, said);
        break;
      case "gossipsub/goodbye":
        this.onGoodbye(from);
        break;
      case "gossipsub/message":
        this.onPublished(from, said);
        break;
      case "gossipsub/graft":
        this.onGraft(from);
        break;
      case "gossipsub/prune":
        this.onPrune(from, said);
        break;
      case "gossipsub/have":
        this.onHave(from, said.ids);
        break;
      case "gossipsub/want":
        this.onWant(from, said.ids);
        break;
    }
  }

  override onTimer(kind: string): void {
    const { score, heartbeatMicros } = this.options;
    if (kind === "decay") {
      if (score !== null) this.onDecay(score);
      return;
    }
    this.context.clock.setTimer(heartbeatMicros, "heartbeat");
    // What this node could not take was not withheld from it.
    if (this.canNote()) this.countBroken((id) => this.hasCome(id));
    this.findPeers();
    if (this.options.isSubscribed) {
      this.maintainMesh();
      this.gossip((peer) => this.meshView.has(peer));
    } else {
      this.maintainFanout();
      this.gossip((peer) => this.fanout.has(peer));
    }
  }

  override onDrain(peer: Peer): void {
    this.congested.delete(peer);
  }

  override onDisconnected(peer: Peer, reason: DisconnectReason): void {
    super.onDisconnected(peer, reason);
    this.congested.delete(peer);
  }

  protected override losePeer(peer: Peer): void {
    super.losePeer(peer);
    this.fanout.delete(peer);
  }

  /**
   * What the application makes of a message that came for the first time: for a subclass to say. What is rejected counts
   * against whoever sent it, what is ignored does not; neither is delivered or sent on.
   */
  protected verdictOn(_message: Published): Verdict {
    return "accept";
  }

  private onPublished(from: Peer, message: Published): void {
    const { id, origin, payload, hops } = message;
    if (!this.options.isSubscribed) {
      this.context.decided("receive", "not subscribed", id);
      return;
    }
    if (origin === this.context.self) {
      this.context.decided("receive", "own message", id);
      // Who had to leave messages out may have asked for its own.
      if (this.canNote()) this.noteInvalid(from);
      return;
    }
    if (this.hasCome(id)) {
      this.context.decided("forward", "duplicate", id);
      this.noteDuplicate(from, id);
      return;
    }
    if (!this.canNote()) {
      this.context.decided("receive", NO_MEMORY, id);
      return;
    }
    this.note(id);
    const verdict = this.verdictOn(message);
    if (verdict !== "accept") {
      this.context.decided("receive", verdict === "reject" ? "invalid" : "ignored", id);
      if (verdict === "reject") this.noteRejected(from, id);
      return;
    }
    this.noteFirst(from, id);
    this.context.received(id, from, payload, hops);
    const next = { ...message, hops: Math.min(hops + 1, GOSSIP_HOPS_MAX) };
    this.keep(next);
    const targets = this.meshView.peers().filter((peer) => peer !== from && peer !== origin);
    this.sendTo(targets, next);
  }

  private publishTargets(): readonly Peer[] {
    this.publishedAtMicros = this.context.clock.nowMicros();
    if (this.options.floodsOwn) {
      return this.topicView.peers().filter((peer) => !this.isBelow(peer, "publishThreshold"));
    }
    if (this.options.isSubscribed) return this.meshView.peers();
    this.fillFanout();
    return [...this.fanout];
  }

  /** Drops a fan-out that is not used any more, and fills one that is. */
  private maintainFanout(): void {
    if (this.fanout.size === 0) return;
    const unusedMicros = this.context.clock.nowMicros() - this.publishedAtMicros;
    for (const peer of this.fanout) {
      if (this.isBelow(peer, "publishThreshold")) this.fanout.delete(peer);
    }
    if (unusedMicros > this.options.fanoutMicros) this.fanout.clear();
    else this.fillFanout();
  }

  private fillFanout(): void {
    const missing = this.options.degree - this.fanout.size;
    if (missing <= 0) return;
    const candidates = this.topicView
      .peers()
      .filter((peer) => !this.fanout.has(peer) && !this.isBelow(peer, "publishThreshold"));
    for (const peer of this.context.random.sample(candidates, missing)) this.fanout.add(peer);
  }

  protected override sendTo(targets: readonly Peer[], message: Published): void {
    for (const peer of targets) {
      if (this.congested.has(peer)) this.context.decided("forward", "queue full", message.id);
      else if (!this.context.transport.send(peer, message)) this.congested.add(peer);
    }
  }
}
