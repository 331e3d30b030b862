// Kademlia as the Mainline DHT uses it (BEP 5): the same nodes, buckets and searches, under keys of 160 bits, and peers in
// place of values. What differs is here; how it is said on the wire is in krpc-wire.ts.

import type { Peer } from "../transport/peer.js";
import { livingPeers, withPeer } from "./announced-peers.js";
import { PEER_BYTES, compactPeer, joinPeers, splitPeers } from "./compact-address.js";
import { KademliaDiscovery } from "./kademlia-discovery.js";
import { candidateOf } from "./kademlia-lookup.js";
import type { Lookup, LookupPurpose, StoredValue } from "./kademlia-lookup.js";
import { Value } from "./kademlia-messages.js";
import type { KademliaOptions } from "./kademlia-options.js";
import { valueOf } from "./kademlia-values.js";
import type { ProtocolContext } from "./protocol.js";

/** BEP 5's settings where it has some: buckets of 8, a bucket refreshed after 15 minutes. Peers are announced by themselves. */
const MAINLINE_DEFAULTS: Partial<KademliaOptions> = {
  bucketSize: 8,
  refreshMicros: 900_000_000,
  // An announcement is believed of whoever sends it alone, so nobody hands on another's.
  republishMicros: 0,
  expireMicros: 1_800_000_000,
};

/** Peers that one search gathers at most; more of them are not needed to find the others. */
const GATHERED_MAX = 1_000;

/** Discovery among nodes of the Mainline DHT. `get` answers peers of 6 bytes each, one behind the other. */
export class MainlineDiscovery extends KademliaDiscovery {
  /** Peers that searches under way were told of, by search and then by their bytes. */
  protected readonly told = new Map<number, Map<string, Uint8Array>>();

  constructor(options: Partial<Omit<KademliaOptions, "republishMicros">> = {}) {
    super({ ...MAINLINE_DEFAULTS, ...options, republishMicros: 0 });
  }

  override start(context: ProtocolContext): void {
    this.told.clear();
    super.start(context);
  }

  /**
   * Announces that this node's host listens for peers of a key at a port; answers the operation's id, a put's. Throws
   * `RangeError` for a port that is none.
   */
  announce(key: string, port: number): number {
    const address = this.context.self.address.replace(/:\d+$/u, `:${port}`);
    const peer = compactPeer(address);
    if (peer === null) {
      throw new RangeError(
        `Announcing ${address}; expected an IPv4 address and a port from 1 to 65535`,
      );
    }
    return this.put(key, peer);
  }

  /** What is announced is announced to those who gave a token, and they give it to whoever asks for peers. */
  protected override asksForValue(purpose: LookupPurpose): boolean {
    return purpose === "get" || purpose === "put" || purpose === "republish";
  }

  protected override storeHere(key: string, stored: StoredValue): boolean {
    if (stored.value.length !== PEER_BYTES) return false;
    const nowMicros = this.context.clock.nowMicros();
    const leftMicros = Math.min(stored.leftMicros, this.options.expireMicros);
    const kept = valueOf(this.kept, key, nowMicros)?.value ?? new Uint8Array();
    const times = { nowMicros, endsAtMicros: nowMicros + leftMicros };
    const value = withPeer(kept, stored.value, times);
    // The node's own time, whatever a publisher's clock says: each announcement adds to those before.
    return super.storeHere(key, { value, version: nowMicros, leftMicros });
  }

  protected override valueHere(key: string): Uint8Array | undefined {
    const { clock } = this.context;
    const kept = super.valueHere(key);
    return kept === undefined ? undefined : livingPeers(kept, clock.nowMicros());
  }

  /** Peers do not spare whoever asks the way to the others that keep some. */
  protected override answerValue(to: Peer, id: number, key: string | null): void {
    const peers = key === null ? undefined : this.valueHere(key);
    if (peers !== undefined) {
      this.context.transport.sendDatagram(to, Value.create({ id, value: peers }));
    }
    this.answerNodes(to, id, key);
  }

  /** Newcomers are told by the peers themselves, when those announce anew. */
  protected override onNewContact(_peer: Peer): void {
    return;
  }

  /** Whoever keeps a key knows a part of its peers, so nobody's answer ends the search, not even the node's own. */
  protected override ownAnswer(_key: string): undefined {
    return undefined;
  }

  protected override onValue(from: Peer, id: number, value: Uint8Array): void {
    const lookup = this.lookups.get(id);
    if (lookup?.purpose !== "get" || candidateOf(lookup, from)?.state !== "asked") return;
    this.gather(id, value);
  }

  protected override gathered({ id, key, purpose }: Lookup): Uint8Array | null {
    if (purpose !== "get") return null;
    this.gather(id, this.valueHere(key) ?? new Uint8Array());
    const peers = [...(this.told.get(id)?.values() ?? [])];
    return peers.length === 0 ? null : joinPeers(peers);
  }

  protected override onFinished(lookup: Lookup): void {
    this.told.delete(lookup.id);
    super.onFinished(lookup);
  }

  private gather(id: number, value: Uint8Array): void {
    const known = this.told.get(id) ?? new Map<string, Uint8Array>();
    for (const peer of splitPeers(value)) {
      if (known.size < GATHERED_MAX) known.set(peer.join("."), peer);
    }
    this.told.set(id, known);
  }
}
