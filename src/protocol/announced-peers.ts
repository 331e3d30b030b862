// The peers that were announced under one key, as the value that Kademlia keeps there: each with its own end, one behind
// the other in bytes, so that they expire one by one while the key lasts as long as the last of them.

import { PEER_BYTES } from "./compact-address.js";
import { PEERS_PER_ANSWER_MAX } from "./krpc-codec.js";

/** Peers kept under a key: as many as an answer carries. The one that ends first makes room. */
export const ANNOUNCED_MAX = PEERS_PER_ANSWER_MAX;

/** When it ends, in whole seconds of the node's clock, behind the peer. */
const SECONDS_BYTES = 4;
const ENTRY_BYTES = PEER_BYTES + SECONDS_BYTES;

interface Announced {
  readonly peer: Uint8Array;
  readonly endsAtSeconds: number;
}

/** The kept value with a peer in it, or its end put off; without those that have ended. */
export function withPeer(
  kept: Uint8Array,
  peer: Uint8Array,
  times: { readonly nowMicros: number; readonly endsAtMicros: number },
): Uint8Array {
  const name = peer.join(".");
  const others = living(kept, times.nowMicros).filter((other) => other.peer.join(".") !== name);
  if (others.length >= ANNOUNCED_MAX) {
    const first = others.reduce((a, b) => (b.endsAtSeconds < a.endsAtSeconds ? b : a));
    others.splice(others.indexOf(first), 1);
  }
  return written([...others, { peer, endsAtSeconds: Math.ceil(times.endsAtMicros / 1e6) }]);
}

/** The peers of a kept value that have not ended, one behind the other; undefined for none. */
export function livingPeers(kept: Uint8Array, nowMicros: number): Uint8Array | undefined {
  const peers = living(kept, nowMicros);
  if (peers.length === 0) return undefined;
  const value = new Uint8Array(peers.length * PEER_BYTES);
  for (const [i, { peer }] of peers.entries()) value.set(peer, i * PEER_BYTES);
  return value;
}

function living(kept: Uint8Array, nowMicros: number): Announced[] {
  const view = new DataView(kept.buffer, kept.byteOffset, kept.byteLength);
  const peers: Announced[] = [];
  for (let at = 0; at + ENTRY_BYTES <= kept.length; at += ENTRY_BYTES) {
    const endsAtSeconds = view.getUint32(at + PEER_BYTES);
    if (endsAtSeconds * 1e6 > nowMicros) {
      peers.push({ peer: kept.slice(at, at + PEER_BYTES), endsAtSeconds });
    }
  }
  return peers;
}

function written(peers: readonly Announced[]): Uint8Array {
  const kept = new Uint8Array(peers.length * ENTRY_BYTES);
  const view = new DataView(kept.buffer);
  for (const [i, { peer, endsAtSeconds }] of peers.entries()) {
    kept.set(peer, i * ENTRY_BYTES);
    view.setUint32(i * ENTRY_BYTES + PEER_BYTES, endsAtSeconds);
  }
  return kept;
}
