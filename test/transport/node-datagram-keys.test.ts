// Keys of datagrams: what is sealed at one end opens at the other once, and nothing else does.

import { randomBytes } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  DatagramKeys,
  KEY_MATERIAL_BYTES,
  ReplayWindow,
  SEAL_BYTES,
} from "../../src/transport/node-datagram-keys.js";
import type { Peer } from "../../src/transport/peer.js";

const PREFIX = Uint8Array.of(2);
const ONE = "1".repeat(64);
const OTHER = "2".repeat(64);

const peer = (id: string): Peer => ({ id, address: "" });

/** Two ends that have agreed. */
function pair(): { one: DatagramKeys; other: DatagramKeys } {
  const one = new DatagramKeys(100);
  const other = new DatagramKeys(100);
  agree(one, other);
  return { one, other };
}

function agree(one: DatagramKeys, other: DatagramKeys): void {
  const secret = randomBytes(KEY_MATERIAL_BYTES);
  const [atOne, atOther] = [one.openSession(), other.openSession()];
  one.agree(peer(OTHER), { own: atOne, remote: atOther }, secret, true, 0);
  other.agree(peer(ONE), { own: atOther, remote: atOne }, secret, false, 0);
}

function seal(keys: DatagramKeys, peerId: string, text: string): Buffer {
  const sealed = keys.seal(peerId, PREFIX, Buffer.from(text), 0);
  if (sealed === null) throw new Error("there is no key");
  return sealed;
}

function open(keys: DatagramKeys, packet: Buffer): string {
  const opened = keys.open(packet, PREFIX.length, 0);
  return "refusal" in opened ? opened.refusal : `${opened.peer.id[0]} ${opened.content.toString()}`;
}

describe("keys of datagrams", () => {
  it("open at one end what was sealed at the other, in both directions", () => {
    const { one, other } = pair();
    expect(open(other, seal(one, OTHER, "there"))).toBe("1 there");
    expect(open(one, seal(other, ONE, "back"))).toBe("2 back");
  });

  it("never show the content, and add what they say", () => {
    const { one } = pair();
    const sealed = seal(one, OTHER, "secret words");
    expect(sealed.includes("secret")).toBe(false);
    expect(sealed.length).toBe(PREFIX.length + SEAL_BYTES + 12);
  });

  it("refuse a datagram of which any bit was changed, and still take the true one", () => {
    const { one, other } = pair();
    fc.assert(
      fc.property(fc.nat(), fc.string({ maxLength: 20 }), (place, text) => {
        const sealed = seal(one, OTHER, text);
        const forged = Buffer.from(sealed);
        const bit = place % (forged.length * 8);
        forged[bit >> 3] = forged[bit >> 3]! ^ (1 << (bit & 7));
        expect(["datagram-forged", "datagram-stranger"]).toContain(open(other, forged));
        expect(open(other, sealed)).toBe(`1 ${text}`);
      }),
    );
  });

  it("refuse a datagram that came before, at once and much later", () => {
    const { one, other } = pair();
    const sealed = seal(one, OTHER, "once");
    expect([open(other, sealed), open(other, sealed)]).toEqual(["1 once", "datagram-replayed"]);
    for (let i = 0; i < 3000; i++) open(other, seal(one, OTHER, "more"));
    expect(open(other, sealed)).toBe("datagram-replayed");
  });

  it("refuse one that is sent back to whoever sealed it, and one of another pair", () => {
    const { one, other } = pair();
    const stranger = pair();
    const sealed = seal(one, OTHER, "mine");
    expect(open(one, sealed)).not.toMatch(/mine/);
    expect(open(stranger.other, sealed)).toBe("datagram-stranger");
    expect(open(other, Buffer.alloc(3))).toBe("datagram-forged");
  });

  it("still open what was sealed under the key before, while the ends change over", () => {
    const { one, other } = pair();
    const old = seal(one, OTHER, "old");
    agree(one, other);
    expect([open(other, old), open(other, seal(one, OTHER, "new"))]).toEqual(["1 old", "1 new"]);
  });

  it("are kept in bounds: a few for each peer, so many in all, none that is not used", () => {
    const { one, other } = pair();
    for (let i = 0; i < 50; i++) agree(one, other);
    expect(one.size).toBe(3);
    const many = new DatagramKeys(10);
    for (let i = 0; i < 50; i++) {
      const names = { own: many.openSession(), remote: i + 1 };
      many.agree(peer(`peer ${i}`), names, randomBytes(KEY_MATERIAL_BYTES), true, i);
    }
    expect(many.size).toBe(10);
    expect([many.has("peer 39"), many.has("peer 40")]).toEqual([false, true]);
    many.forgetUnused(45);
    expect([many.size, many.has("peer 44"), many.has("peer 45")]).toEqual([5, false, true]);
  });
});

describe("the window of numbers", () => {
  it("admits each number once, in any order, as long as it is not too far behind", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5000 }), { maxLength: 200 }), (numbers) => {
        const window = new ReplayWindow();
        const seen = new Set<number>();
        let highest = -1;
        for (const number of numbers) {
          const isAdmitted = number > highest - 1024 && !seen.has(number);
          expect(window.admit(number)).toBe(isAdmitted);
          seen.add(number);
          highest = Math.max(highest, number);
        }
      }),
    );
  });

  it("takes a leap of any length", () => {
    const window = new ReplayWindow();
    expect([0, 2 ** 40, 5, 2 ** 40 - 1023, 2 ** 40 - 1024].map((n) => window.admit(n))).toEqual([
      ...[true, true, false, true, false],
    ]);
  });
});
