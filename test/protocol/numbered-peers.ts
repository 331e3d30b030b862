// Peers for tests that need nothing of them but to be different.

import { toHex } from "../../src/trace/hashing.js";
import { nodeSha256 } from "../../src/trace/node-hashing.js";
import type { Peer } from "../../src/transport/peer.js";

/** `count` peers with ids as good as random. */
export function numberedPeers(count: number): readonly Peer[] {
  return Array.from({ length: count }, (_, i) => {
    const id = toHex(nodeSha256(new TextEncoder().encode(`peer ${i}`)));
    return { id, address: `peer-${i}:1` };
  });
}
