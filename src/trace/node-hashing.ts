// SHA-256 from node:crypto, which uses the processor's instructions for it: 1.5 GB/s where there are.

import * as crypto from "node:crypto";
import type { Sha256 } from "./hashing.js";

const DIGEST_BYTES = 32;

/**
 * SHA-256 by Node's one-shot call where it exists (20.12 on), which saves the hash object. Asked for as text of one
 * character a byte: a buffer would be allocated outside the heap, which costs as much as hashing a kilobyte.
 */
export const nodeSha256: Sha256 = (bytes) => {
  const characters = crypto.hash("sha256", bytes, "binary");
  const digest = new Uint8Array(DIGEST_BYTES);
  for (let i = 0; i < DIGEST_BYTES; i++) digest[i] = characters.charCodeAt(i);
  return digest;
};
