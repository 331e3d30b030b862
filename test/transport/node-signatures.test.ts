import { describe, expect, it } from "vitest";

import { NodeSignatures, ed25519Signer } from "../../src/transport/node-signatures.js";

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

// RFC 8032, section 7.1, test 3.
const SECRET = fromHex("c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7");
const PUBLIC_KEY = fromHex("fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025");
const MESSAGE = fromHex("af82");
const SIGNATURE = fromHex(
  "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac" +
    "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
);

describe("Ed25519 signatures", () => {
  it("are those of the standard", () => {
    const signer = ed25519Signer(SECRET);
    expect(signer.publicKey).toEqual(PUBLIC_KEY);
    expect(signer.sign(MESSAGE)).toEqual(SIGNATURE);
  });

  it("hold for the key, the message and the signature together, also when asked again", () => {
    const signatures = new NodeSignatures();
    const otherKey = ed25519Signer(new Uint8Array(32)).publicKey;
    for (let round = 0; round < 2; round++) {
      expect(signatures.verify(PUBLIC_KEY, MESSAGE, SIGNATURE)).toBe(true);
      expect(signatures.verify(otherKey, MESSAGE, SIGNATURE)).toBe(false);
      expect(signatures.verify(PUBLIC_KEY, fromHex("af83"), SIGNATURE)).toBe(false);
      const changed = SIGNATURE.with(5, SIGNATURE[5]! ^ 1);
      expect(signatures.verify(PUBLIC_KEY, MESSAGE, changed)).toBe(false);
    }
  });

  it("do not hold, without an error, for keys and signatures that are none", () => {
    const signatures = new NodeSignatures();
    expect(signatures.verify(PUBLIC_KEY, MESSAGE, new Uint8Array(0))).toBe(false);
    expect(signatures.verify(PUBLIC_KEY, MESSAGE, SIGNATURE.slice(1))).toBe(false);
    expect(signatures.verify(PUBLIC_KEY.slice(1), MESSAGE, SIGNATURE)).toBe(false);
    expect(signatures.verify(new Uint8Array(32).fill(255), MESSAGE, SIGNATURE)).toBe(false);
  });

  it("need a secret of 32 bytes", () => {
    expect(() => ed25519Signer(new Uint8Array(31))).toThrow(RangeError);
  });
});
