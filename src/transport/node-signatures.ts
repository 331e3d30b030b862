// Ed25519 by node:crypto. Verifying takes 66 µs, and in a simulation a thousand nodes verify the same instruction:
// what was verified is remembered for the process, by all that the answer depends on.

import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";

import type { Signatures, Signer } from "./signatures.js";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** What precedes the secret in a key of RFC 8410, section 7. */
const PKCS8_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");

/** The OpenSSL of Node 20 takes 0.4 ms a key, ten times as long as a JSON Web Key and as later versions do. */
const DECODES_DER_SLOWLY = process.versions.node.startsWith("20.");

/** Answers remembered; each takes some 300 bytes. Forgetting one costs one verification. */
const REMEMBERED_MAX = 1024;

/** Verifies Ed25519 signatures, each once. */
export class NodeSignatures implements Signatures {
  readonly #answers = new Map<string, boolean>();

  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
    if (publicKey.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
    // Key and signature have fixed lengths, so that no two questions share a word.
    const question = latin1(publicKey) + latin1(signature) + latin1(message);
    const known = this.#answers.get(question);
    if (known !== undefined) return known;
    const answer = verifyEd25519(publicKey, message, signature);
    if (this.#answers.size === REMEMBERED_MAX) this.#answers.clear();
    this.#answers.set(question, answer);
    return answer;
  }
}

/** The private key that is 32 secret bytes (RFC 8032). Throws `RangeError` for other lengths. */
export function ed25519PrivateKey(secret: Uint8Array): KeyObject {
  if (secret.length !== KEY_BYTES) {
    throw new RangeError(`A secret of ${secret.length} bytes; expected ${KEY_BYTES}`);
  }
  if (!DECODES_DER_SLOWLY) {
    const der = Buffer.concat([PKCS8_PREFIX, secret]);
    return createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  }
  // Of a JSON Web Key it reads `d` only, but `x` must be there. Later versions compare both.
  const d = Buffer.from(secret).toString("base64url");
  return createPrivateKey({ key: { kty: "OKP", crv: "Ed25519", d, x: d }, format: "jwk" });
}

/** The signer of the key pair that follows from 32 secret bytes (RFC 8032). Throws `RangeError` for other lengths. */
export function ed25519Signer(secret: Uint8Array): Signer {
  const key = ed25519PrivateKey(secret);
  const { x = "" } = key.export({ format: "jwk" });
  return {
    publicKey: Uint8Array.from(Buffer.from(x, "base64url")),
    sign: (message) => Uint8Array.from(sign(null, message, key)),
  };
}

function verifyEd25519(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  try {
    const x = Buffer.from(publicKey).toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
    return verify(null, message, key, signature);
  } catch {
    // Not every 32 bytes are a point of the curve.
    return false;
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1");
}
