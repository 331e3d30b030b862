// The hash function of a run, handed in by whoever starts it: node:crypto in Node, @noble/hashes in a
// browser. The deterministic layers see this interface only, so they run in both.

/** SHA-256 of `bytes` as 32 new bytes. Pure: the same bytes give the same digest everywhere. */
export type Sha256 = (bytes: Uint8Array) => Uint8Array;

const HEX_DIGITS = "0123456789abcdef";

/** Writes bytes as lower-case hexadecimal digits, two a byte. */
export function toHex(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += HEX_DIGITS.charAt(byte >> 4) + HEX_DIGITS.charAt(byte & 15);
  return text;
}
