// Plumtree (Leitão, Pereira, Rodrigues: "Epidemic Broadcast Trees", SRDS 2007): messages go along a spanning tree of the
// neighbours' overlay, their ids over all its other links. A copy that was not needed cuts its link out of the tree, an
// announced message that does not come puts one back: the tree follows from the traffic. docs/protocols/plumtree.md.

import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import { Broadcast } from "./broadcast.js";
import { keepPayload, noKeptPayloads } from "./kept-payloads.js";
import {
  Gossip,
  Graft,
  GraftLink,
  Have,
  PLUMTREE_MESSAGES,
  Prune,
  ROUND_MAX,
} from "./plumtree-messages.js";
import type { PlumtreeMessage } from "./plumtree-messages.js";
import type { ProtocolContext, View } from "./protocol.js";
import { noSeenIds, noteId } from "./seen-ids.js";

/** Everything Plumtree can be told. */
export interface PlumtreeOptions {
  /**
   * How long an announced message is waited for before it is asked for: longer than the tree takes, or copies are fetched
   * that were on their way. Raising it delays repair.
   */
  readonly graftMicros: number;
  /** How long the one asked may take before the next is: a round trip. Raising it delays repair after a second loss. */
  readonly regraftMicros: number;
  /**
   * Hops that an announcement must be shorter by than the message came for its link to replace the message's: shortens
   * the tree for other senders, at the cost of a spare copy now and then. Raising it keeps the tree as it is; 0 is off.
   */
  readonly optimizeHops: number;
  /** Messages remembered. Raising it costs about 50 bytes each. */
  readonly seenMax: number;
  /** How long a message is remembered at most. */
  readonly seenMicrosMax: number;
  /** Payloads kept for those who missed them. Raising it mends longer gaps. */
  readonly keptMax: number;
  /** Their bytes. */
  readonly keptBytesMax: number;
}

/** The defaults: a tree of twenty hops of 50 ms, and the paper's threshold. */
export const PLUMTREE_DEFAULTS: PlumtreeOptions = {
  graftMicros: 1_000_000,
  regraftMicros: 500_000,
  optimizeHops: 7,
  seenMax: 10_000,
  seenMicrosMax: 300_000_000,
  keptMax: 256,
  keptBytesMax: 4 * 1024 * 1024,
};

/** Most announced messages waited for at once. */
const MISSING_MAX = 1_000;

/** Who announced a message, and how many hops it would have come from there. */
interface Announcement {
  readonly from: Peer;
  readonly round: number;
}

/** Sends payloads along a tree in the overlay `neighbours`. */
export class PlumtreeBroadcast extends Broadcast {
  readonly messageTypes = PLUMTREE_MESSAGES;
  protected readonly options: PlumtreeOptions;
  protected readonly seen = noSeenIds();
  protected readonly kept = noKeptPayloads();
  /** Neighbours whose link is not in the tree. */
  protected readonly lazy = new Set<Peer>();
  /** Announced messages that have not come, with who has them, in the order of their words. */
  protected readonly missing = new Map<number, Announcement[]>();
  protected neighbourView!: View;

  constructor(options: Partial<PlumtreeOptions> = {}) {
    super();
    this.options = { ...PLUMTREE_DEFAULTS, ...options };
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    this.neighbourView = context.view("neighbours");
    this.lazy.clear();
    this.missing.clear();
  }

  broadcast(payload: Uint8Array): number {
    const id = this.context.newApplicationId();
    this.isFirst(id);
    this.context.published(id, payload.length);
    this.pass(id, payload, 0, this.context.self);
    return id;
  }

  override onMessage(from: Peer, message: Message): void {
    const said = message as PlumtreeMessage;
    switch (said.type) {
      case "plumtree/gossip":
        this.onGossip(from, said);
        break;
      case "plumtree/have":
        this.onHave(from, said);
        break;
      case "plumtree/graft":
        this.onGraft(from, said.id);
        break;
      case "plumtree/graft-link":
        this.lazy.delete(from);
        break;
      case "plumtree/prune":
        this.makeLazy(from);
        break;
    }
  }

  override onTimer(_kind: string, argument: unknown): void {
    this.askFor(argument as number);
  }

  /** A link that comes back is a new one, and new links are in the tree. */
  override onDisconnected(peer: Peer, _reason: DisconnectReason): void {
    this.lazy.delete(peer);
  }

  private onGossip(from: Peer, { id, round, payload }: Gossip): void {
    if (!this.isFirst(id)) {
      this.context.decided("forward", "duplicate", id);
      this.makeLazy(from);
      this.context.transport.send(from, Prune.create({}));
      return;
    }
    this.context.received(id, from, payload, round);
    const announcements = this.missing.get(id);
    this.missing.delete(id);
    this.lazy.delete(from);
    this.pass(id, payload, round, from);
    if (announcements !== undefined) this.optimize(announcements, round, from);
  }

  private onHave(from: Peer, { id, round }: Have): void {
    if (this.seen.ids.has(id)) return;
    const announcements = this.missing.get(id);
    if (announcements === undefined) {
      if (this.missing.size >= MISSING_MAX) return;
      this.missing.set(id, [{ from, round }]);
      this.context.clock.setTimer(this.options.graftMicros, "missing", id);
    } else if (announcements.every((other) => other.from !== from)) {
      announcements.push({ from, round });
    }
  }

  private onGraft(from: Peer, id: number): void {
    this.lazy.delete(from);
    const kept = this.kept.byId.get(id);
    if (kept === undefined) this.context.decided("graft", "payload no longer kept", id);
    else this.send(from, id, kept.payload, kept.round);
  }

  /** A message has not come although it was announced: asks who announced it, one after the other. */
  private askFor(id: number): void {
    const announcements = this.missing.get(id);
    if (announcements === undefined) return;
    const next = announcements.find(({ from }) => this.neighbourView.has(from));
    if (next === undefined) {
      this.missing.delete(id);
      this.context.decided("graft", "nobody left who has it", id);
      return;
    }
    this.missing.set(
      id,
      announcements.filter((other) => other !== next),
    );
    this.lazy.delete(next.from);
    this.context.transport.send(next.from, Graft.create({ id }));
    this.context.clock.setTimer(this.options.regraftMicros, "missing", id);
  }

  /** A much shorter way was announced: its link takes the place of the one over which the message came. */
  private optimize(announcements: readonly Announcement[], round: number, from: Peer): void {
    const { optimizeHops } = this.options;
    const shorter = announcements.find((other) => round - other.round >= optimizeHops);
    if (optimizeHops === 0 || shorter === undefined || shorter.from === from) return;
    if (!this.neighbourView.has(shorter.from)) return;
    this.lazy.delete(shorter.from);
    this.context.transport.send(shorter.from, GraftLink.create({}));
    this.makeLazy(from);
    this.context.transport.send(from, Prune.create({}));
  }

  /** Keeps a message, pushes it along the tree and announces it over the other links. */
  private pass(id: number, payload: Uint8Array, round: number, from: Peer): void {
    const { keptMax, keptBytesMax } = this.options;
    const limits = { countMax: keptMax, bytesMax: keptBytesMax };
    keepPayload(this.kept, id, { payload, round }, limits);
    for (const peer of this.neighbourView.peers()) {
      if (peer === from) continue;
      if (this.lazy.has(peer)) {
        const next = Math.min(round + 1, ROUND_MAX);
        this.context.transport.send(peer, Have.create({ id, round: next }));
      } else this.send(peer, id, payload, round);
    }
  }

  private send(to: Peer, id: number, payload: Uint8Array, round: number): void {
    const next = Math.min(round + 1, ROUND_MAX);
    this.context.transport.send(to, Gossip.create({ id, round: next, payload }));
  }

  /** Notes a message; answers whether this is its first copy. */
  private isFirst(id: number): boolean {
    const { seenMax, seenMicrosMax } = this.options;
    const limits = { countMax: seenMax, ageMicrosMax: seenMicrosMax };
    return noteId(this.seen, id, this.context.clock.nowMicros(), limits);
  }

  private makeLazy(peer: Peer): void {
    if (this.neighbourView.has(peer)) this.lazy.add(peer);
  }
}
