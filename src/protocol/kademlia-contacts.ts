// The contacts of a Kademlia node as the rest of the node sees them: every change is recorded in the overlay `members`.

import type { Peer } from "../transport/peer.js";
import { KADEMLIA_MESSAGES } from "./kademlia-messages.js";
import { KADEMLIA_DEFAULTS } from "./kademlia-options.js";
import type { KademliaOptions } from "./kademlia-options.js";
import { emptyTable, freshContacts, noteContact, noteFailure } from "./kademlia-table.js";
import type { KademliaTable, TableChange } from "./kademlia-table.js";
import { KeyedOverlay } from "./keyed-overlay.js";
import type { PeerBelief, ProtocolContext } from "./protocol.js";
import { compareDistance } from "./xor-distance.js";

/** A node with buckets. */
export abstract class KademliaContacts extends KeyedOverlay {
  readonly messageTypes = KADEMLIA_MESSAGES;
  protected readonly options: KademliaOptions;
  protected readonly table: KademliaTable;

  constructor(options: Partial<KademliaOptions> = {}) {
    super();
    this.options = { ...KADEMLIA_DEFAULTS, ...options };
    this.table = emptyTable(this.options);
  }

  override start(context: ProtocolContext): void {
    super.start(context);
    for (const peer of this.options.startPeers) this.heardOf(peer);
  }

  /** Another protocol that watches peers saves the requests which would find this out. */
  override peerBelieved(peer: Peer, belief: PeerBelief): void {
    if (belief !== "dead") return;
    for (let i = 0; i < this.options.failuresMax; i++) this.unanswered(peer);
  }

  /** A peer has spoken, or is known from the start. */
  protected heardOf(peer: Peer): void {
    const { added } = this.record(noteContact(this.table, this.context.self, peer));
    if (added !== null) this.onNewContact(added);
  }

  /** A peer has not answered. */
  protected unanswered(peer: Peer): void {
    this.record(noteFailure(this.table, this.context.self, peer));
  }

  /** Somebody became a contact who was none. */
  protected abstract onNewContact(peer: Peer): void;

  /** The overlay after a restart with state, which remembers contacts and no view of them. */
  protected recordAll(): void {
    for (const peer of freshContacts(this.table)) this.memberView.add(peer);
  }

  /** Whether the node itself is nearer to a key than a peer is. */
  protected isNearerThan(peer: Peer, key: string): boolean {
    return compareDistance(key, this.context.self.id, peer.id) < 0;
  }

  private record(change: TableChange): TableChange {
    if (change.removed !== null) this.memberView.remove(change.removed);
    if (change.added !== null) this.memberView.add(change.added);
    return change;
  }
}
