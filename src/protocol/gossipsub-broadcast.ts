// GossipSub v1.1 (Vyzovitis, Napora, McCormick, Dias, Psaras: "GossipSub: Attack-Resilient Message Propagation in the
// Filecoin and ETH2.0 Networks", 2020; libp2p's specifications v1.0 and v1.1): messages go along a mesh of few links a
// node, chosen at random among its connected peers, and their ids to some of the others. One topic, `broadcast`. docs/protocols/gossipsub.md.

import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import { GossipSubGossip } from "./gossipsub-gossip.js";
import { GOSSIP_HOPS_MAX, GOSSIPSUB_MESSAGES, Published } from "./gossipsub-messages.js";
import type { GossipSubMessage } from "./gossipsub-messages.js";
import type { GossipSubOptions } from "./gossipsub-options.js";
import type { ProtocolContext } from "./protocol.js";

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
    this.isFirst(id);
    this.context.published(id, payload.length);
    const message = Published.create({ id, origin: self, hops: 1, payload });
    this.keep(message);
    this.sendTo(this.publishTargets(), message);
    return id;
  }

  override onMessage(from: Peer, message: Message): void {
    const said = message as GossipSubMessage;
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

  override onTimer(): void {
    this.context.clock.setTimer(this.options.heartbeatMicros, "heartbeat");
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

  private onPublished(from: Peer, message: Published): void {
    const { id, origin, payload, hops } = message;
    if (!this.options.isSubscribed) {
      this.context.decided("receive", "not subscribed", id);
      return;
    }
    if (!this.isFirst(id)) {
      this.context.decided("forward", "duplicate", id);
      return;
    }
    this.context.received(id, from, payload, hops);
    const next = { ...message, hops: Math.min(hops + 1, GOSSIP_HOPS_MAX) };
    this.keep(next);
    const targets = this.meshView.peers().filter((peer) => peer !== from && peer !== origin);
    this.sendTo(targets, next);
  }

  private publishTargets(): readonly Peer[] {
    this.publishedAtMicros = this.context.clock.nowMicros();
    if (this.options.floodsOwn) return this.topicView.peers();
    if (this.options.isSubscribed) return this.meshView.peers();
    this.fillFanout();
    return [...this.fanout];
  }

  /** Drops a fan-out that is not used any more, and fills one that is. */
  private maintainFanout(): void {
    if (this.fanout.size === 0) return;
    const unusedMicros = this.context.clock.nowMicros() - this.publishedAtMicros;
    if (unusedMicros > this.options.fanoutMicros) this.fanout.clear();
    else this.fillFanout();
  }

  private fillFanout(): void {
    const missing = this.options.degree - this.fanout.size;
    if (missing <= 0) return;
    const candidates = this.topicView.peers().filter((peer) => !this.fanout.has(peer));
    for (const peer of this.context.random.sample(candidates, missing)) this.fanout.add(peer);
  }

  protected override sendTo(targets: readonly Peer[], message: Published): void {
    for (const peer of targets) {
      if (this.congested.has(peer)) this.context.decided("forward", "queue full", message.id);
      else if (!this.context.transport.send(peer, message)) this.congested.add(peer);
    }
  }
}
