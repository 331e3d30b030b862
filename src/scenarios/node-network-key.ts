// The key of a network in a file: whoever holds the private half may shut the network down, and nodes that have the
// public half obey. The public half is kept beside the private one, to be handed out.

import { Buffer } from "node:buffer";
import { createPublicKey } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { IdentityFileError, NodeIdentity } from "../transport/node-identity.js";
import { publicKeyInfo } from "../transport/public-key-info.js";
import type { Signer } from "../transport/signatures.js";

const KEY_BYTES = 32;

/** A network's key as far as a node has it. */
export interface NetworkKey {
  /** Raw Ed25519. */
  readonly publicKey: Uint8Array;
  /** Null where the file holds the public half alone. */
  readonly signer: Signer | null;
  /** Whether the file was made just now. */
  readonly isNew: boolean;
}

/** The file beside a private key that holds the public half. */
export function publicKeyFile(file: string): string {
  return `${file}.pub`;
}

/**
 * The network's key that a file holds: private, or public as the file beside a private one. A missing file is made,
 * with a fresh private key for its owner's eyes only. Throws `IdentityFileError` and errors of the file system.
 */
export function networkKeyIn(file: string): NetworkKey {
  if (!existsSync(file)) return makeNetworkKey(file);
  const text = readFileSync(file, "utf8");
  if (text.includes("PUBLIC KEY")) return { publicKey: readPublic(file, text), ...PUBLIC_ONLY };
  const { signer } = NodeIdentity.load(file);
  return { publicKey: signer.publicKey, signer, isNew: false };
}

const PUBLIC_ONLY = { signer: null, isNew: false } as const;

function makeNetworkKey(file: string): NetworkKey {
  const identity = NodeIdentity.generate();
  const { publicKey } = identity.signer;
  identity.save(file);
  const key = createPublicKey({
    key: Buffer.from(publicKeyInfo(publicKey)),
    format: "der",
    type: "spki",
  });
  writeFileSync(publicKeyFile(file), key.export({ format: "pem", type: "spki" }));
  return { publicKey, signer: identity.signer, isNew: true };
}

function readPublic(file: string, text: string): Uint8Array {
  let bytes: Uint8Array;
  let type: string | undefined;
  try {
    const key = createPublicKey(text);
    type = key.asymmetricKeyType;
    bytes = Uint8Array.from(key.export({ format: "der", type: "spki" }).subarray(-KEY_BYTES));
  } catch {
    throw new IdentityFileError(file, "no-key", "holds no public key; expected PEM");
  }
  if (type === "ed25519") return bytes;
  throw new IdentityFileError(
    ...[file, "wrong-key" as const],
    `holds a key of type ${type ?? "unknown"}; expected Ed25519`,
  );
}
