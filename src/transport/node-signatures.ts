// Ed25519 by node:crypto. Verifying takes 66 µs, and in a simulation a thousand nodes verify the same instruction:
// what was verified is remembered for the process, by all that the answer depends on.

import { createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";

import type { Signatures, Signer } from "./signatures.js";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

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
  // As a JSON Web Key: OpenSSL decodes DER ten times as slowly, 0.4 ms a key. For a private key only `d` is read,
  // but `x` must be there; the public half is worked out from `d`.
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
