// The form in which a public key is hashed into a peer's id: SubjectPublicKeyInfo, as certificates carry it.

/** The ASN.1 in front of the 32 bytes of an Ed25519 public key (RFC 8410, 4). */
const PREFIX = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/** DER of the SubjectPublicKeyInfo of a raw Ed25519 public key: 44 bytes. */
export function publicKeyInfo(publicKey: Uint8Array): Uint8Array {
  const der = new Uint8Array(PREFIX.length + publicKey.length);
  der.set(PREFIX);
  der.set(publicKey, PREFIX.length);
  return der;
}
