// The key of a live node, its certificate and its file.

import { createHash, X509Certificate, generateKeyPairSync, verify } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

import { nodePlatform } from "../../src/scenarios/node-platform.js";
import { IdentityFileError, NodeIdentity } from "../../src/transport/node-identity.js";
import { NodeSignatures } from "../../src/transport/node-signatures.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "identity-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function problemOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    expect(error).toBeInstanceOf(IdentityFileError);
    return (error as IdentityFileError).problem;
  }
  return "none";
}

describe("a node's identity", () => {
  it("has the id that the node of the same seed and name has in simulation", () => {
    const secret = createHash("sha256").update("42\nidentity/home-3").digest();
    expect(NodeIdentity.fromSeed(secret).peerId).toBe(nodePlatform.peerId(42, "home-3"));
  });

  it("is another one each time it is generated, and the same for the same secret", () => {
    expect(NodeIdentity.generate().peerId).not.toBe(NodeIdentity.generate().peerId);
    const secret = new Uint8Array(32).fill(7);
    expect(NodeIdentity.fromSeed(secret).certificatePem).toBe(
      NodeIdentity.fromSeed(secret).certificatePem,
    );
    expect(() => NodeIdentity.fromSeed(new Uint8Array(31))).toThrow(RangeError);
  });

  it("signs what its public key verifies", () => {
    const { signer } = NodeIdentity.generate();
    const message = Uint8Array.of(1, 2, 3);
    const signature = signer.sign(message);
    expect(new NodeSignatures().verify(signer.publicKey, message, signature)).toBe(true);
  });

  it("has a certificate that OpenSSL reads: of its key, signed by it, for all times", () => {
    const identity = NodeIdentity.generate();
    const certificate = new X509Certificate(identity.certificatePem);
    const keyInfo = certificate.publicKey.export({ type: "spki", format: "der" });
    expect(createHash("sha256").update(keyInfo).digest("hex")).toBe(identity.peerId);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.subject).toBe(`CN=${identity.peerId}`);
    expect(certificate.issuer).toBe(certificate.subject);
    expect([certificate.validFrom, certificate.validTo]).toEqual([
      "Jan  1 00:00:00 2000 GMT",
      "Dec 31 23:59:59 9999 GMT",
    ]);
    expect(
      verify(null, Buffer.from("x"), certificate.publicKey, identity.signer.sign(Buffer.from("x"))),
    ).toBe(true);
  });

  it("is kept in a file that only its owner may read, and comes back from it", () => {
    const file = join(folder, "kept.pem");
    const identity = NodeIdentity.generate();
    identity.save(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(NodeIdentity.load(file).peerId).toBe(identity.peerId);
    expect(() => {
      NodeIdentity.generate().save(file);
    }).toThrow(/EEXIST/);
  });

  it("refuses a file that others may read or write", () => {
    const file = join(folder, "open.pem");
    NodeIdentity.generate().save(file);
    for (const mode of [0o640, 0o604, 0o620, 0o602, 0o644]) {
      chmodSync(file, mode);
      expect(problemOf(() => NodeIdentity.load(file))).toBe("open-to-others");
    }
    chmodSync(file, 0o400);
    expect(problemOf(() => NodeIdentity.load(file))).toBe("none");
  });

  it("refuses a file without a key, and one with a key of another kind", () => {
    const empty = join(folder, "empty.pem");
    writeFileSync(empty, "no key", { mode: 0o600 });
    expect(problemOf(() => NodeIdentity.load(empty))).toBe("no-key");
    const other = join(folder, "rsa.pem");
    const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    writeFileSync(other, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    expect(problemOf(() => NodeIdentity.load(other))).toBe("wrong-key");
  });
});
