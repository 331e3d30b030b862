// The peers of a live process: one object for each id, for as long as anyone holds it.
//
// Ids come from strangers, so the table must not grow with what it is told: it holds its peers weakly, and one that
// no node holds any more is forgotten.

import type { Peer, PeerTable } from "./peer.js";

/** A table that also takes an address from its owner, who proved to be that peer. */
export interface LivePeerTable extends PeerTable {
  /** The peer of an id whose address is known from itself. */
  located?(id: string, address: string): Peer;
}

/** The peer that has said, over a connection that proved its id, who and where it is. */
export function located(peers: LivePeerTable, { id, address }: Peer): Peer {
  return peers.located?.(id, address) ?? peers.intern(id, address);
}

/** A peer whose address may become known, or change when it starts again elsewhere. */
class LivePeer implements Peer {
  readonly id: string;
  address: string;
  /** Whether the address was said by the peer itself, over a connection that proved its id. */
  #isLocated = false;

  constructor(id: string, address: string) {
    this.id = id;
    this.address = address;
  }

  /** Takes an address from its owner. */
  static locate(peer: LivePeer, address: string): void {
    peer.#isLocated = true;
    peer.address = address;
  }

  /** Takes an address from hearsay, which never replaces what the peer said itself. */
  static hear(peer: LivePeer, address: string): void {
    if (!peer.#isLocated && address !== "") peer.address = address;
  }
}

/** All peers that the nodes of one process know, each one object. */
export class NodePeers implements LivePeerTable {
  readonly #known = new Map<string, WeakRef<LivePeer>>();
  readonly #forgotten = new FinalizationRegistry<string>((key) => {
    if (this.#known.get(key)?.deref() === undefined) this.#known.delete(key);
  });

  /** Peers that someone holds, or that were not collected yet. */
  get size(): number {
    return this.#known.size;
  }

  intern(id: string, address: string): Peer {
    const peer = this.#peer(id, address);
    if (peer.address !== address) LivePeer.hear(peer, address);
    return peer;
  }

  located(id: string, address: string): Peer {
    const peer = this.#peer(id, address);
    LivePeer.locate(peer, address);
    return peer;
  }

  #peer(id: string, address: string): LivePeer {
    // A peer without an id is its address; an id has no "@" in it.
    const key = id === "" ? `@${address}` : id;
    const known = this.#known.get(key)?.deref();
    if (known !== undefined) return known;
    const peer = new LivePeer(id, address);
    this.#known.set(key, new WeakRef(peer));
    this.#forgotten.register(peer, key);
    return peer;
  }
}
