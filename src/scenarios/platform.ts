// What a run needs of the platform it runs on, handed in so that runs work in Node and in a browser alike.

import type { Sha256 } from "../trace/hashing.js";
import type { Signatures, Signer } from "../transport/signatures.js";

/** The platform's side of a run. Everything here is a pure function, `heapBytes` apart, which only ever stops a run. */
export interface Platform {
  readonly sha256: Sha256;
  /**
   * The id of a node: SHA-256 of the public key that is derived from the seed and the node's name, as 64 hexadecimal
   * digits. The same in simulation and live.
   */
  peerId(seed: string | number, nodeName: string): string;
  readonly signatures: Signatures;
  /** The key of a network: follows from the seed and a name, so that a run can sign what its nodes verify. */
  networkSigner(seed: string | number, networkName: string): Signer;
  /** Bytes of the heap in use; absent where the platform cannot tell. */
  readonly heapBytes?: () => number;
}

/** Above this many nodes ids are hashes of names: deriving a key pair takes some 50 µs. */
export const KEYED_NODES_MAX = 10_000;
