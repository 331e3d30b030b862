// Broadcast by flooding: every node passes a message on to its neighbours the first time it gets it. As many
// copies as there are links, no state about the network, and as robust as the overlay is connected.

import { applicationId, bytes, defineMessage, integer, peer } from "../transport/message-type.js";
import type { MessageOf } from "../transport/message-type.js";
import type { Message } from "../transport/codec.js";
import type { Peer } from "../transport/peer.js";
import type { DisconnectReason } from "../transport/transport.js";
import { Broadcast } from "./broadcast.js";
import { Discovery } from "./discovery.js";
import { PAYLOAD_BYTES_MAX } from "./node-message.js";
import type { ProtocolContext, View } from "./protocol.js";
import { noSeenIds, noteId } from "./seen-ids.js";

/** Most hops a message can count. */
const HOPS_MAX = 255;

/** One copy of a message on its way. */
export const Rumour = defineMessage("flood/rumour", {
  id: applicationId(),
  origin: peer(),
  /** Hops made when it arrives: 1 from the origin. */
  hops: integer({ min: 1, max: HOPS_MAX }),
  payload: bytes({ maxBytes: PAYLOAD_BYTES_MAX }),
});
export type Rumour = MessageOf<typeof Rumour>;

/** Everything flood broadcast can be told. */
export interface FloodOptions {
  /** Hops a message may make. Raising it costs nothing in an overlay that is smaller than that. */
  readonly hopsMax: number;
  /** Messages remembered, so that copies are not passed on. Raising it costs about 50 bytes each. */
  readonly seenMax: number;
  /** How long a message is remembered at most. Raising it helps only where copies are late by minutes. */
  readonly seenMicrosMax: number;
  /** Members sent to where there is no overlay of neighbours. Each costs a copy a node. */
  readonly membersMax: number;
}

/** The defaults: a hundred messages a second are remembered for longer than any copy takes. */
export const FLOOD_DEFAULTS: FloodOptions = {
  hopsMax: 64,
  seenMax: 10_000,
  seenMicrosMax: 300_000_000,
  membersMax: 8,
};

/** Sends payloads to everyone over the overlay `neighbours`, or to members at random without one. */
export class FloodBroadcast extends Broadcast {
  readonly messageTypes = [Rumour];
  protected readonly options: FloodOptions;
  protected readonly seen = noSeenIds();
  /** Neighbours whose connection takes no more for now: copies for them are left out, others will do. */
  protected readonly congested = new Set<Peer>();
  protected neighbourView!: View;

  constructor(options: Partial<FloodOptions> = {}) {
    super();
    this.options = { ...FLOOD_DEFAULTS, ...options };
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    this.neighbourView = context.view("neighbours");
    this.congested.clear();
  }

  broadcast(payload: Uint8Array): number {
    const { self } = this.context;
    const id = this.context.newApplicationId();
    this.isFirst(id);
    this.context.published(id, payload.length);
    this.pass(Rumour.create({ id, origin: self, hops: 1, payload }), self);
    return id;
  }

  override onMessage(from: Peer, message: Message): void {
    const rumour = message as Rumour;
    if (!this.isFirst(rumour.id)) {
      this.context.decided("forward", "duplicate", rumour.id);
      return;
    }
    this.context.received(rumour.id, from, rumour.payload, rumour.hops);
    if (rumour.hops >= Math.min(this.options.hopsMax, HOPS_MAX)) {
      this.context.decided("forward", "ttl over", rumour.id);
      return;
    }
    this.pass({ ...rumour, hops: rumour.hops + 1 }, from);
  }

  override onDrain(peer: Peer): void {
    this.congested.delete(peer);
  }

  override onDisconnected(peer: Peer, _reason: DisconnectReason): void {
    this.congested.delete(peer);
  }

  /** Notes a message; answers whether this is its first copy. */
  protected isFirst(id: number): boolean {
    const { seenMax, seenMicrosMax } = this.options;
    const limits = { countMax: seenMax, ageMicrosMax: seenMicrosMax };
    return noteId(this.seen, id, this.context.clock.nowMicros(), limits);
  }

  /** Sends a copy to everyone it should go to next. */
  protected pass(rumour: Rumour, from: Peer): void {
    for (const peer of this.targets()) {
      if (peer === from || peer === rumour.origin) continue;
      if (this.congested.has(peer)) this.context.decided("forward", "queue full", rumour.id);
      else if (!this.context.transport.send(peer, rumour)) this.congested.add(peer);
    }
  }

  /** The neighbours; without any, some members at random. */
  protected targets(): readonly Peer[] {
    if (this.neighbourView.size > 0) return this.neighbourView.peers();
    const discovery = this.context.protocol("discovery");
    if (!(discovery instanceof Discovery)) return [];
    return this.context.random.sample(discovery.members(), this.options.membersMax);
  }
}
