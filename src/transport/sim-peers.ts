// The peers of a simulation: every declared node, by index and by id.

import type { Peer, PeerTable } from "./peer.js";

/** A peer that is a simulated node. */
export class SimPeer implements Peer {
  readonly id: string;
  readonly address: string;
  /** Index of the node in its simulation. */
  readonly index: number;
  /** Hidden from whoever walks a message's fields. */
  readonly #table: SimPeers;

  constructor(id: string, address: string, index: number, table: SimPeers) {
    this.id = id;
    this.address = address;
    this.index = index;
    this.#table = table;
  }

  /** The index of a peer's node in the simulation of `table`; -1 for any other peer. */
  static indexIn(table: SimPeers, peer: Peer): number {
    return #table in peer && peer.#table === table ? peer.index : -1;
  }
}

/** Width of the number in a made-up address, so that every address has the same length. */
const ADDRESS_DIGITS = 9;

/** All peers of one simulation, each one object. */
export class SimPeers implements PeerTable {
  readonly #byIndex: SimPeer[] = [];
  readonly #byId = new Map<string, SimPeer>();
  /** Peers that came off the wire and belong to no node: nobody answers there. */
  readonly #strangers = new Map<string, Peer>();

  /** Adds the peer of the next declared node. */
  declare(id: string): SimPeer {
    const index = this.#byIndex.length;
    const address = `sim-${String(index).padStart(ADDRESS_DIGITS, "0")}:1`;
    const peer = new SimPeer(id, address, index, this);
    this.#byIndex.push(peer);
    this.#byId.set(id, peer);
    return peer;
  }

  /** The peer of a node. */
  at(index: number): SimPeer {
    return this.#byIndex[index]!;
  }

  /** The index of a peer's node, whoever made the object; -1 for a stranger, who is no node of this simulation. */
  indexOf(peer: Peer): number {
    const index = SimPeer.indexIn(this, peer);
    return index >= 0 ? index : (this.#byId.get(peer.id)?.index ?? -1);
  }

  intern(id: string, address: string): Peer {
    const known = this.#byId.get(id);
    if (known !== undefined) return known;
    const key = `${id}@${address}`;
    let stranger = this.#strangers.get(key);
    if (stranger === undefined) {
      stranger = { id, address };
      this.#strangers.set(key, stranger);
    }
    return stranger;
  }
}
