// Signing as the deterministic layers see it: handed in, since Node and a browser bring different code for it.

/** Checks signatures. Pure: the same arguments give the same answer. */
export interface Signatures {
  /** Whether `signature` is that of `message` under a raw 32-byte Ed25519 public key. Never throws. */
  verify(publicKey: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean;
}

/** Holds a private key. */
export interface Signer {
  /** The raw 32 bytes of the Ed25519 public key. */
  readonly publicKey: Uint8Array;
  /** The 64 bytes of the signature; always the same for the same message. */
  sign(message: Uint8Array): Uint8Array;
}
