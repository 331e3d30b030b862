// Nodes that speak GossipSub and mean harm: each does one thing differently, over the same messages as everybody else.

import { GossipSubBroadcast } from "../../src/protocol/gossipsub-broadcast.js";
import type { Verdict } from "../../src/protocol/gossipsub-broadcast.js";
import { Graft, Published } from "../../src/protocol/gossipsub-messages.js";
import type { GossipSubOptions } from "../../src/protocol/gossipsub-options.js";
import type { Peer } from "../../src/transport/peer.js";

/** First byte of a payload that honest nodes reject. */
const INVALID = 66;

/** A node of good will, whose application knows an invalid message when it sees one. */
export class Honest extends GossipSubBroadcast {
  protected override verdictOn({ payload }: Published): Verdict {
    return payload[0] === INVALID ? "reject" : "accept";
  }
}

/** Wants to be in every mesh: dials everyone, and grafts everyone. */
export const GREEDY: Partial<GossipSubOptions> = {
  degree: 100,
  degreeLow: 100,
  degreeHigh: 200,
  degreeOut: 0,
  peersMin: 100,
  peersMax: 200,
};

/** Sits in meshes and passes nothing on, by mesh or by gossip. */
export class Silent extends GossipSubBroadcast {
  protected override sendTo(): void {
    // Takes, and gives nothing.
  }

  protected override gossip(): void {
    // Says nothing of what it has, either.
  }
}

/** Passes every fifth message on, and every message by gossip: of some use, of less than others. */
export class Mediocre extends GossipSubBroadcast {
  protected override sendTo(targets: readonly Peer[], message: Published): void {
    const isOwn = message.origin === this.context.self;
    const isAsked = targets.length === 1;
    if (isOwn || isAsked || message.id % 5 === 0) super.sendTo(targets, message);
  }
}

/** Sends an invalid message to all its peers at every heartbeat. */
export class Spoiler extends GossipSubBroadcast {
  override onTimer(kind: string): void {
    super.onTimer(kind);
    if (kind !== "heartbeat") return;
    const id = this.context.newApplicationId();
    const payload = Uint8Array.of(INVALID);
    const message = Published.create({ id, origin: this.context.self, hops: 1, payload });
    this.sendTo(this.topicView.peers(), message);
  }
}

/** Asks to be in the mesh of whoever has just refused it, again and again: back-offs are for others. */
export class Pushy extends GossipSubBroadcast {
  override onTimer(kind: string): void {
    super.onTimer(kind);
    if (kind !== "heartbeat") return;
    for (const peer of this.topicView.peers()) this.push(peer);
  }

  private push(peer: Peer): void {
    if (!this.meshView.has(peer)) this.context.transport.send(peer, Graft.create({}));
  }
}
