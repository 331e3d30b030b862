// Who a message is for. Peers are interned: within one run or process the same peer is the same object,
// so that maps and sets of peers work by identity and a list of peers costs one pointer each.

/** Another participant, or oneself. */
export interface Peer {
  /**
   * Opaque name, unique in the network: 64 hexadecimal digits, the SHA-256 of the peer's public key.
   * Empty for a peer that is known by address only (foreign protocols).
   */
  readonly id: string;
  /** Where it listens, as `host:port`; in simulation a made-up address of constant width. */
  readonly address: string;
}

/** Bytes of a peer on the wire: a 32-byte id and the address padded to a fixed width, in both worlds. */
export const PEER_ID_BYTES = 32;

/** Width of a padded address: an IPv6 address in brackets with a port takes at most 47 characters. */
export const PEER_ADDRESS_BYTES = 48;

/** Finds the one object of a peer that came off the wire or out of a snapshot. */
export interface PeerTable {
  /** The interned peer of this id and address; made when it is new. */
  intern(id: string, address: string): Peer;
}

/** Orders peers by id: the total order wherever peers need one. Returns a negative, zero or positive number. */
export function comparePeers(a: Peer, b: Peer): number {
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

/** The first digits of a peer's id: how people and logs call it. */
export function shortId(peer: Peer): string {
  return peer.id === "" ? peer.address : peer.id.slice(0, 8);
}
