// The platform of a run in Node.js.

import { createHash, createPrivateKey, createPublicKey } from "node:crypto";
import { getHeapStatistics } from "node:v8";
import { nodeSha256 } from "../trace/node-hashing.js";
import type { Platform } from "./platform.js";

/** DER of an Ed25519 private key up to its 32 bytes (RFC 8410, 7). */
const PRIVATE_KEY_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** Node.js: node:crypto for hashes and keys, V8 for the size of the heap. */
export const nodePlatform: Platform = {
  sha256: nodeSha256,
  peerId: (seed, nodeName) => {
    const secret = createHash("sha256").update(`${seed}\nidentity/${nodeName}`).digest();
    const key = createPrivateKey({
      key: Buffer.concat([PRIVATE_KEY_PREFIX, secret]),
      format: "der",
      type: "pkcs8",
    });
    const publicKey = createPublicKey(key).export({ format: "der", type: "spki" });
    return createHash("sha256").update(publicKey).digest("hex");
  },
  heapBytes: () => getHeapStatistics().used_heap_size,
};
