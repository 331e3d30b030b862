import { describe, expect, it } from "vitest";

import { ANNOUNCED_MAX, livingPeers, withPeer } from "../../src/protocol/announced-peers.js";
import { compactPeer, peerAddresses, splitPeers } from "../../src/protocol/compact-address.js";

const SECOND = 1_000_000;

/** Peers announced one after the other, each with its own end. */
function announced(
  ...peers: readonly (readonly [address: string, endsAtMicros: number])[]
): Uint8Array {
  let kept = new Uint8Array();
  for (const [address, endsAtMicros] of peers) {
    const times = { nowMicros: 0, endsAtMicros };
    kept = Uint8Array.from(withPeer(kept, compactPeer(address)!, times));
  }
  return kept;
}

const addressesAt = (kept: Uint8Array, nowMicros: number): string[] =>
  peerAddresses(livingPeers(kept, nowMicros) ?? new Uint8Array());

describe("Announced peers", () => {
  it("end one by one, and are put off when they are announced anew", () => {
    const kept = announced(["1.2.3.4:5", 10 * SECOND], ["6.7.8.9:10", 20 * SECOND]);
    expect(addressesAt(kept, 9 * SECOND)).toEqual(["1.2.3.4:5", "6.7.8.9:10"]);
    expect(addressesAt(kept, 10 * SECOND)).toEqual(["6.7.8.9:10"]);
    expect(livingPeers(kept, 20 * SECOND)).toBeUndefined();
    const times = { nowMicros: 9 * SECOND, endsAtMicros: 40 * SECOND };
    const renewed = withPeer(kept, compactPeer("1.2.3.4:5")!, times);
    expect(addressesAt(renewed, 30 * SECOND)).toEqual(["1.2.3.4:5"]);
  });

  it("are bounded: the one that ends first makes room", () => {
    const many = Array.from(
      { length: ANNOUNCED_MAX },
      (_, i) => [`1.1.1.1:${i + 1}`, (i + 10) * SECOND] as const,
    );
    const kept = announced(...many, ["2.2.2.2:2", 500 * SECOND]);
    const addresses = addressesAt(kept, 0);
    expect(addresses).toHaveLength(ANNOUNCED_MAX);
    expect(addresses).not.toContain("1.1.1.1:1");
    expect(addresses).toContain("2.2.2.2:2");
  });
});

describe("Compact addresses", () => {
  it("are six bytes, the port's higher byte first", () => {
    expect(compactPeer("127.0.0.1:6881")).toEqual(Uint8Array.of(127, 0, 0, 1, 0x1a, 0xe1));
    for (const address of [
      "[::1]:5",
      "1.2.3:5",
      "256.1.1.1:5",
      "1.1.1.1:0",
      "1.1.1.1:65536",
      "host:5",
    ])
      expect(compactPeer(address)).toBeNull();
  });

  it("are passed over where nobody can listen, or a part is missing", () => {
    expect(peerAddresses(Uint8Array.of(1, 2, 3, 4, 0, 0, 1, 2, 3, 4, 0, 5, 9))).toEqual([
      "1.2.3.4:5",
    ]);
    expect(splitPeers(new Uint8Array(5))).toEqual([]);
  });
});
