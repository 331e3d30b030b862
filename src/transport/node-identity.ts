// Who a live node is: an Ed25519 key. Its id is the SHA-256 of the public key, the same as in simulation for the key
// of the same seed and name.

import { Buffer } from "node:buffer";
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { closeSync, fstatSync, openSync, readFileSync, writeFileSync } from "node:fs";

import { selfSignedCertificate } from "./node-certificate.js";
import { ed25519PrivateKey } from "./node-signatures.js";
import type { Signer } from "./signatures.js";

const SECRET_BYTES = 32;
/** Bits of a file's mode that let others than its owner at it. */
const OTHERS = 0o077;

/** A file does not hold a node's key as it must. */
export class IdentityFileError extends Error {
  override readonly name = "IdentityFileError";

  constructor(
    readonly file: string,
    /** What is wrong with it. */
    readonly problem: "open-to-others" | "no-key" | "wrong-key",
    explanation: string,
  ) {
    super(`${file}: ${explanation}`);
  }
}

/** The key of a node, and what follows from it. */
export class NodeIdentity {
  /** SHA-256 of the public key, 64 hexadecimal digits. */
  readonly peerId: string;
  readonly signer: Signer;
  readonly #key: KeyObject;
  #certificate: string | null = null;

  private constructor(key: KeyObject) {
    this.#key = key;
    const keyInfo = createPublicKey(key).export({ type: "spki", format: "der" });
    this.peerId = createHash("sha256").update(keyInfo).digest("hex");
    this.signer = {
      publicKey: Uint8Array.from(keyInfo.subarray(-SECRET_BYTES)),
      sign: (message) => Uint8Array.from(sign(null, message, key)),
    };
  }

  /** A new one, from the machine's randomness. */
  static generate(): NodeIdentity {
    return NodeIdentity.fromSeed(randomBytes(SECRET_BYTES));
  }

  /** The one that follows from 32 secret bytes (RFC 8032). Throws `RangeError` for other lengths. */
  static fromSeed(secret: Uint8Array): NodeIdentity {
    return new NodeIdentity(ed25519PrivateKey(secret));
  }

  /** The one kept in a file. Throws `IdentityFileError` when others may read it, or it holds no Ed25519 key. */
  static load(file: string): NodeIdentity {
    const descriptor = openSync(file, "r");
    let text: string;
    try {
      // Of the opened file, not of its name, which may be another's a moment later.
      const mode = fstatSync(descriptor).mode & 0o777;
      if (process.platform !== "win32" && (mode & OTHERS) !== 0) {
        throw new IdentityFileError(
          ...[file, "open-to-others" as const],
          `mode ${mode.toString(8)} lets others read the key; expected 600: chmod 600 ${file}`,
        );
      }
      text = readFileSync(descriptor, "utf8");
    } finally {
      closeSync(descriptor);
    }
    return new NodeIdentity(readKey(file, text));
  }

  /** Keeps the key in a new file that only its owner may read; an existing one is never overwritten. */
  save(file: string): void {
    writeFileSync(file, this.privateKeyPem, { flag: "wx", mode: 0o600 });
  }

  get privateKeyPem(): string {
    return this.#key.export({ type: "pkcs8", format: "pem" }).toString();
  }

  /** The certificate that TLS shows, as PEM. */
  get certificatePem(): string {
    this.#certificate ??= selfSignedCertificate(this.#key);
    return this.#certificate;
  }
}

function readKey(file: string, text: string): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey(Buffer.from(text));
  } catch {
    throw new IdentityFileError(
      ...[file, "no-key" as const],
      "holds no private key; expected the PEM that NodeIdentity.save writes",
    );
  }
  if (key.asymmetricKeyType !== "ed25519") {
    throw new IdentityFileError(
      ...[file, "wrong-key" as const],
      `holds a key of type ${key.asymmetricKeyType ?? "unknown"}; expected Ed25519`,
    );
  }
  return key;
}
