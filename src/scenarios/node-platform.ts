// The platform of a run in Node.js.

import { createHash } from "node:crypto";
import { getHeapStatistics } from "node:v8";
import { nodeSha256 } from "../trace/node-hashing.js";
import { NodeSignatures, ed25519Signer } from "../transport/node-signatures.js";
import { publicKeyInfo } from "../transport/public-key-info.js";
import type { Platform } from "./platform.js";

/** The key pair that follows from a seed and a name. */
function signerOf(seed: string | number, name: string): ReturnType<typeof ed25519Signer> {
  return ed25519Signer(secretOf(seed, name));
}

function secretOf(seed: string | number, name: string): Uint8Array {
  return createHash("sha256").update(`${seed}\n${name}`).digest();
}

/** The secret of a node's key, from which its id follows as in `peerId`. */
export function identitySecret(seed: string | number, nodeName: string): Uint8Array {
  return secretOf(seed, `identity/${nodeName}`);
}

/** Node.js: node:crypto for hashes and keys, V8 for the size of the heap. */
export const nodePlatform: Platform = {
  sha256: nodeSha256,
  signatures: new NodeSignatures(),
  peerId: (seed, nodeName) => {
    const { publicKey } = ed25519Signer(identitySecret(seed, nodeName));
    return createHash("sha256").update(publicKeyInfo(publicKey)).digest("hex");
  },
  networkSigner: (seed, networkName) => signerOf(seed, `network/${networkName}`),
  heapBytes: () => getHeapStatistics().used_heap_size,
};
