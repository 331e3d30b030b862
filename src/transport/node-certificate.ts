// The self-signed certificate of an Ed25519 key, written as DER by hand: TLS needs a certificate around the key, and
// all that anyone reads of it is the key. The same key always gives the same certificate.

import { Buffer } from "node:buffer";
import { createHash, createPublicKey, sign } from "node:crypto";
import type { KeyObject } from "node:crypto";

/** Tags of ASN.1 (X.690, 8). */
const Tag = {
  integer: 0x02,
  bitString: 0x03,
  objectId: 0x06,
  utf8: 0x0c,
  time: 0x17,
  timeOfFourDigits: 0x18,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
} as const;

/** 1.3.101.112, Ed25519 (RFC 8410, 3), and 2.5.4.3, commonName. */
const ED25519 = der(Tag.sequence, der(Tag.objectId, Buffer.from([0x2b, 0x65, 0x70])));
const COMMON_NAME = der(Tag.objectId, Buffer.from([0x55, 0x04, 0x03]));

/** A certificate says nothing about time here: there is nobody to renew it, and clocks may be wrong (RFC 5280, 4.1.2.5). */
const VALIDITY = der(
  Tag.sequence,
  der(Tag.time, Buffer.from("000101000000Z")),
  der(Tag.timeOfFourDigits, Buffer.from("99991231235959Z")),
);

/** PEM of the certificate of a private key (RFC 5280, 4.1). */
export function selfSignedCertificate(privateKey: KeyObject): string {
  const keyInfo = createPublicKey(privateKey).export({ type: "spki", format: "der" });
  const digest = createHash("sha256").update(keyInfo).digest();
  // A serial number is positive and at most 20 bytes long.
  const serial = Buffer.from(digest.subarray(0, 16));
  serial[0] = (serial[0]! & 0x3f) | 0x40;
  const commonName = der(Tag.utf8, Buffer.from(digest.toString("hex")));
  const name = der(Tag.sequence, der(Tag.set, der(Tag.sequence, COMMON_NAME, commonName)));
  const toSign = der(
    Tag.sequence,
    der(Tag.version, der(Tag.integer, Buffer.from([2]))),
    ...[der(Tag.integer, serial), ED25519, name, VALIDITY, name, keyInfo],
  );
  const signature = Buffer.concat([Buffer.from([0]), sign(null, toSign, privateKey)]);
  const certificate = der(Tag.sequence, toSign, ED25519, der(Tag.bitString, signature));
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines.trimEnd()}\n-----END CERTIFICATE-----\n`;
}

/** One value: its tag, its length, its content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  const { length } = bytes;
  const head =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...head]), bytes]);
}
