// Ids of the Mainline DHT among ours. An id of 160 bits is the key of 256 bits that begins with it and ends in zeros: the
// bits that two of them share and which of two is nearer to a third are the same for both widths, so nothing else of
// Kademlia needs to know how wide an id is (docs/decisions/0022-mainline-ids.md).

import { toHex } from "../trace/hashing.js";
import { KRPC_ID_BYTES } from "./krpc-codec.js";
import { KEY_BITS, keyBytes } from "./xor-distance.js";

const DIGITS = KEY_BITS / 4;

/** The key of an id or info hash of 20 bytes. */
export function keyOfMainlineId(id: Uint8Array): string {
  return toHex(id).padEnd(DIGITS, "0");
}

/** The 20 bytes that a key begins with: its id, where it is one's, and a target as near as can be said otherwise. */
export function mainlineIdOfKey(key: string): Uint8Array {
  return keyBytes(key).subarray(0, KRPC_ID_BYTES);
}
