// SWIM (Das, Gupta, Motivala: "SWIM: Scalable Weakly-consistent Infection-style Process Group Membership Protocol", DSN
// 2002) with what HashiCorp's memberlist adds, and Lifeguard (Dadgar, Phillips, Currey: "Lifeguard: Local Health
// Awareness for More Accurate Failure Detection", 2018, arXiv:1707.00788) as options. This file has how news and lists
// travel; swim-probing finds the dead, swim-members weighs what is said. docs/protocols/swim.md.

import type { TimerArgument } from "../transport/clock.js";
import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import { Discovery } from "./discovery.js";
import { closeIdle, noteIdle } from "./idle-connections.js";
import type { IdleConnections } from "./idle-connections.js";
import { MemberStatus, memberStamp } from "./member-stamp.js";
import type { ProtocolContext } from "./protocol.js";
import { NOBODY } from "./swim-members.js";
import { Gossip, MEMBERS_A_SYNC_MAX, SWIM_MESSAGES, Sync } from "./swim-messages.js";
import type { NewsItem, SwimMessage } from "./swim-messages.js";
import { newsCount, newsItem } from "./swim-news.js";
import { SwimProbing } from "./swim-probing.js";
import { retransmitLimit } from "./swim-timing.js";

/** Failure detection among all members that a node's discovery, its contacts or other members know. */
export class SwimStatus extends SwimProbing {
  readonly messageTypes = SWIM_MESSAGES;
  protected readonly idle: IdleConnections = new Map();
  protected isGossipPlanned = false;

  override start(context: ProtocolContext): void {
    super.start(context);
    this.idle.clear();
    this.isGossipPlanned = false;
    const { contacts, startPeers, syncMicros } = this.options;
    for (const peer of [...startPeers, ...contacts]) {
      // A contact of whom only the address is known says who it is when lists are compared.
      if (peer.id !== "") this.introduce(peer);
    }
    if (syncMicros === 0) return;
    const contact = contacts.find((peer) => peer !== context.self);
    if (contact !== undefined) this.sendSync(contact, true);
    context.clock.setTimer(context.random.integer(syncMicros), "sync");
  }

  /** A goodbye to as many as spread any news: it is not taken for a death. */
  override stop(): void {
    const { self, transport } = this.context;
    const goodbye = newsItem(self, memberStamp(this.incarnation, MemberStatus.left), NOBODY);
    const count = retransmitLimit(this.options.retransmitFactor, this.groupSize);
    const message = Gossip.create({ news: [goodbye] });
    for (const peer of this.randomMembers(count, null)) transport.sendDatagram(peer, message);
  }

  override onDatagram(from: Peer, message: Message): void {
    const said = message as SwimMessage;
    if ("news" in said) for (const item of said.news) this.hear(item);
    switch (said.type) {
      case "swim/ping":
        this.onPing(from, said);
        break;
      case "swim/ack":
        this.onAck(from, said);
        break;
      case "swim/ping-request":
        this.onPingRequest(from, said);
        break;
      case "swim/relayed-ack":
        this.onRelayedAck(from, said);
        break;
      case "swim/nack":
        this.onNack(from, said);
        break;
      case "swim/gossip":
      case "swim/sync":
        // Nothing but news; and lists come over connections.
        break;
    }
  }

  override onMessage(from: Peer, message: Message): void {
    const said = message as SwimMessage;
    if (said.type !== "swim/sync") return;
    for (const item of said.members) this.hearListed(item);
    if (said.wantsAnswer) this.sendSync(from, false);
    this.leaveIdle(from);
  }

  override onTimer(kind: string, argument: TimerArgument | undefined): void {
    switch (kind) {
      case "period":
        this.onPeriod();
        break;
      case "helpers":
        this.onHelpersTimer(argument as number);
        break;
      case "nack":
        this.onNackTimer(argument as number);
        break;
      case "errand":
        this.errands.delete(argument as number);
        break;
      case "suspicion":
        this.onSuspicionTimer(argument as number);
        break;
      case "reminder":
        this.onReminderTimer(argument as number);
        break;
      case "gossip":
        this.onGossipTimer();
        break;
      case "sync":
        this.onSyncTimer();
        break;
    }
  }

  /** Members that the node's discovery has found meanwhile. */
  protected onRoundEnd(): void {
    const discovery = this.context.protocol("discovery");
    if (!(discovery instanceof Discovery)) return;
    for (const peer of discovery.members()) this.introduce(peer);
  }

  /** A node without news sets no timer for them. */
  protected onNews(): void {
    const { gossipMicros } = this.options;
    if (gossipMicros === 0 || this.isGossipPlanned) return;
    this.isGossipPlanned = true;
    this.context.clock.setTimer(gossipMicros, "gossip");
  }

  private onGossipTimer(): void {
    this.isGossipPlanned = false;
    for (const peer of this.randomMembers(this.options.gossipFanout, null)) {
      if (newsCount(this.news) === 0) return;
      const news = this.newsFor(peer);
      this.context.transport.sendDatagram(peer, Gossip.create({ news }));
    }
    if (newsCount(this.news) > 0) this.onNews();
  }

  /**
   * Takes in an item of a list. After a cut it may hold everyone on this side dead: so who lives as far as this node
   * knows is suspected only, as in memberlist, and refutes.
   */
  private hearListed(item: NewsItem): void {
    const isDoubtful = item.status === MemberStatus.dead && this.present.has(item.peer);
    this.hear(isDoubtful ? { ...item, status: MemberStatus.suspect } : item);
  }

  /** Lists are compared with a member at random; and one of the dead is asked, lest a healed cut stay a cut. */
  private onSyncTimer(): void {
    const { clock, random, self, transport } = this.context;
    const { syncMicros, contacts } = this.options;
    clock.setTimer(syncMicros, "sync");
    const neighbours = this.context.view("neighbours");
    for (const peer of this.idle.keys()) if (neighbours.has(peer)) this.idle.delete(peer);
    closeIdle(this.idle, clock.nowMicros() - syncMicros, transport);
    const [member] = this.randomMembers(1, null);
    const partner = member ?? contacts.find((peer) => peer !== self);
    if (partner !== undefined) this.sendSync(partner, true);
    if (this.gone.size > 0) this.ask(random.pick([...this.gone.keys()]));
  }

  private sendSync(to: Peer, wantsAnswer: boolean): void {
    const own = newsItem(
      this.context.self,
      memberStamp(this.incarnation, MemberStatus.alive),
      NOBODY,
    );
    const members: NewsItem[] = [own];
    for (const [peer, stamp] of [...this.present, ...this.gone])
      members.push(newsItem(peer, stamp, this.ownAccuser));
    for (let from = 0; from < members.length; from += MEMBERS_A_SYNC_MAX) {
      const part = members.slice(from, from + MEMBERS_A_SYNC_MAX);
      const isLast = from + MEMBERS_A_SYNC_MAX >= members.length;
      const sync = Sync.create({ wantsAnswer: wantsAnswer && isLast, members: part });
      this.context.transport.send(to, sync);
    }
    this.leaveIdle(to);
  }

  /** Connections of the overlay are not this protocol's to close. */
  private leaveIdle(peer: Peer): void {
    const { clock, transport } = this.context;
    if (this.context.view("neighbours").has(peer)) return;
    noteIdle(this.idle, peer, clock.nowMicros(), transport);
  }
}
