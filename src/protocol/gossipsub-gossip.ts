// GossipSub's gossip: at each heartbeat some of the peers outside of the mesh are told which messages came lately
// (IHAVE), and what one of them lacks it asks for (IWANT). It mends what the mesh loses, and costs ids, not payloads.

import type { Peer } from "../transport/peer.js";
import { GossipSubMesh } from "./gossipsub-mesh.js";
import {
  cacheMessage,
  idsToGossip,
  noCachedMessages,
  shiftCache,
} from "./gossipsub-message-cache.js";
import { Have, IDS_MAX, Want } from "./gossipsub-messages.js";
import type { Published } from "./gossipsub-messages.js";
import type { ProtocolContext } from "./protocol.js";
import { noSeenIds, noteId, oldestSeenMicros } from "./seen-ids.js";

/** Announcements that one peer may make between two heartbeats (GossipSubMaxIHaveMessages). */
const ANNOUNCEMENTS_MAX = 10;

/** Times that a message is given to one peer on request (GossipSubGossipRetransmission). */
const GIVEN_MAX = 3;

/** Most peers that are counted between two heartbeats: more than can be connected without refusal. */
const ANNOUNCERS_MAX = 10_000;

/** Why a message is not taken. */
export const NO_MEMORY = "no memory for more messages";

/** What a peer has announced since the last heartbeat. */
interface Announcer {
  readonly announcements: number;
  /** Messages that it was asked for. */
  readonly asked: number;
}

/** A node that gossips. */
export abstract class GossipSubGossip extends GossipSubMesh {
  protected readonly seen = noSeenIds();
  protected readonly cache = noCachedMessages();
  protected readonly announcers = new Map<Peer, Announcer>();

  override start(context: ProtocolContext): void {
    super.start(context);
    this.announcers.clear();
  }

  /** Tells some of the topic's peers what came lately, those apart that get whole messages. */
  protected gossip(hasMessages: (peer: Peer) => boolean): void {
    const { degreeLazy, gossipShare, gossipWindows, cacheWindows } = this.options;
    const { random, transport } = this.context;
    this.announcers.clear();
    const ids = idsToGossip(this.cache, gossipWindows);
    shiftCache(this.cache, cacheWindows);
    if (ids.length === 0) return;
    const candidates = this.topicView
      .peers()
      .filter((peer) => !hasMessages(peer) && !this.isBelow(peer, "gossipThreshold"));
    // The specification says a share of the peers and leaves open which way to round: to the nearest is fair on average.
    const count = Math.max(degreeLazy, Math.round(gossipShare * candidates.length));
    const everyone = ids.length > IDS_MAX ? null : Have.create({ ids });
    for (const peer of random.sample(candidates, count)) {
      transport.send(peer, everyone ?? Have.create({ ids: random.sample(ids, IDS_MAX) }));
    }
  }

  protected onHave(from: Peer, ids: readonly number[]): void {
    if (!this.options.isSubscribed) return;
    if (this.isBelow(from, "gossipThreshold")) {
      this.context.decided("ask", "score below gossip threshold");
      return;
    }
    const { announcements, asked } = this.announcers.get(from) ?? { announcements: 0, asked: 0 };
    if (announcements >= ANNOUNCEMENTS_MAX || asked >= IDS_MAX) {
      this.context.decided("ask", "too many announcements");
      return;
    }
    if (!this.canNote()) {
      this.context.decided("ask", NO_MEMORY);
      return;
    }
    if (announcements === 0 && this.announcers.size >= ANNOUNCERS_MAX) return;
    const missing = new Set(ids.filter((id) => !this.seen.ids.has(id)));
    const wanted = this.context.random.sample([...missing], IDS_MAX - asked);
    this.announcers.set(from, {
      announcements: announcements + 1,
      asked: asked + wanted.length,
    });
    if (wanted.length === 0) return;
    this.context.transport.send(from, Want.create({ ids: wanted }));
    this.noteAsked(from, wanted);
  }

  protected onWant(from: Peer, ids: readonly number[]): void {
    if (!this.topicView.has(from)) return;
    if (this.isBelow(from, "gossipThreshold")) {
      this.context.decided("give", "score below gossip threshold");
      return;
    }
    for (const id of ids) {
      const cached = this.cache.byId.get(id);
      const given = cached?.givenTo.get(from) ?? 0;
      if (cached === undefined) this.context.decided("give", "no longer kept", id);
      else if (given >= GIVEN_MAX) this.context.decided("give", "given too often", id);
      else {
        cached.givenTo.set(from, given + 1);
        this.sendTo([from], cached.message);
      }
    }
  }

  /** Keeps a message for those who ask for it; `message` is what is sent next. */
  protected keep(message: Published): void {
    cacheMessage(this.cache, message, this.options.cacheBytesMax);
  }

  /** Whether a message has come: what can still be given is known, whatever else had to be forgotten. */
  protected hasCome(id: number): boolean {
    return this.cache.byId.has(id) || this.seen.ids.has(id);
  }

  /**
   * Whether another message can be noted. One that is forgotten while others can still give it would go round again, and
   * each round would make more be forgotten: a node that has more messages than it can remember takes no more instead.
   */
  protected canNote(): boolean {
    if (this.seen.ids.size < this.options.seenMax) return true;
    const oldestMicros = oldestSeenMicros(this.seen);
    if (oldestMicros === null) return true;
    return this.context.clock.nowMicros() - oldestMicros >= this.aliveMicros;
  }

  /** Notes a message that has not come before. */
  protected note(id: number): void {
    const { seenMax, seenMicrosMax } = this.options;
    const ageMicrosMax = Math.max(seenMicrosMax, this.aliveMicros);
    noteId(this.seen, id, this.context.clock.nowMicros(), { countMax: seenMax, ageMicrosMax });
  }

  /** How long a message may be given by somebody: twice the time that one node can, since it comes to some late. */
  private get aliveMicros(): number {
    return 2 * this.options.cacheWindows * this.options.heartbeatMicros;
  }

  /** Sends copies of a message. */
  protected abstract sendTo(targets: readonly Peer[], message: Published): void;
}
