// Addresses as BitTorrent packs them (BEP 5, "Contact Encoding"): a peer is an IPv4 address and a port in 6 bytes, a node
// its id of 20 bytes and that.

/** Bytes of a peer: four of its address and two of its port, the higher ones first. */
export const PEER_BYTES = 6;

/** Bytes of a node. */
const NODE_BYTES = 26;

const ID_BYTES = NODE_BYTES - PEER_BYTES;

/** A node as others tell of it. */
export interface CompactNode {
  readonly id: Uint8Array;
  /** `a.b.c.d:port`. */
  readonly address: string;
}

/** The 6 bytes of `a.b.c.d:port`; null for any other address. */
export function compactPeer(address: string): Uint8Array | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3}):(\d{1,5})$/u.exec(address);
  if (parts === null) return null;
  const [a, b, c, d, port] = parts.slice(1).map(Number) as [number, number, number, number, number];
  if (Math.max(a, b, c, d) > 255 || port < 1 || port > 65535) return null;
  return Uint8Array.of(a, b, c, d, port >> 8, port & 255);
}

/** The address that 6 bytes are; null where its port is 0, which nobody listens at. */
function addressOfPeer(bytes: Uint8Array): string | null {
  const port = (bytes[4]! << 8) | bytes[5]!;
  return port === 0 ? null : `${bytes[0]!}.${bytes[1]!}.${bytes[2]!}.${bytes[3]!}:${port}`;
}

/** The nodes one behind the other. Throws `RangeError` for an address that is no IPv4 address with a port. */
export function compactNodes(nodes: readonly CompactNode[]): Uint8Array {
  const bytes = new Uint8Array(nodes.length * NODE_BYTES);
  for (const [i, { id, address }] of nodes.entries()) {
    const place = compactPeer(address);
    if (place === null || id.length !== ID_BYTES) {
      throw new RangeError(
        `Node at ${address} with an id of ${id.length} bytes; expected a.b.c.d:port and ${ID_BYTES} bytes`,
      );
    }
    bytes.set(id, i * NODE_BYTES);
    bytes.set(place, i * NODE_BYTES + ID_BYTES);
  }
  return bytes;
}

/** The nodes that some bytes list; what is left at the end and is no whole node is passed over. */
export function nodesOf(bytes: Uint8Array): CompactNode[] {
  const nodes: CompactNode[] = [];
  for (let at = 0; at + NODE_BYTES <= bytes.length; at += NODE_BYTES) {
    const address = addressOfPeer(bytes.subarray(at + ID_BYTES, at + NODE_BYTES));
    if (address !== null) nodes.push({ id: bytes.slice(at, at + ID_BYTES), address });
  }
  return nodes;
}

/** The addresses of the peers that a value of `get` lists. */
export function peerAddresses(value: Uint8Array): string[] {
  return splitPeers(value)
    .map(addressOfPeer)
    .filter((address) => address !== null);
}

/** Peers one behind the other, taken apart. */
export function splitPeers(value: Uint8Array): Uint8Array[] {
  const peers: Uint8Array[] = [];
  for (let at = 0; at + PEER_BYTES <= value.length; at += PEER_BYTES) {
    peers.push(value.slice(at, at + PEER_BYTES));
  }
  return peers;
}

/** Peers one behind the other. */
export function joinPeers(peers: readonly Uint8Array[]): Uint8Array {
  const value = new Uint8Array(peers.length * PEER_BYTES);
  for (const [i, peer] of peers.entries()) value.set(peer, i * PEER_BYTES);
  return value;
}
