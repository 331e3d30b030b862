import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MemberStatus, memberStamp } from "../../src/protocol/member-stamp.js";
import {
  BUCKET_COUNT,
  bucketHashes,
  bucketOf,
  buryMember,
  digestWith,
  emptyMembershipTable,
  forgetTombstones,
  placeMember,
  removeMember,
  restampMember,
  stampOf,
} from "../../src/protocol/membership-table.js";
import { numberedPeers } from "./numbered-peers.js";

const [self, ...others] = numberedPeers(41);
const alive = (incarnation: number) => memberStamp(incarnation, MemberStatus.alive);

describe("the membership table", () => {
  it("has the same digest at every member, whoever it counts as itself and in whatever order it learnt", () => {
    const order = fc.shuffledSubarray(others, { minLength: others.length });
    fc.assert(
      fc.property(order, fc.nat(39), (peers, at) => {
        const whole = emptyMembershipTable(true);
        for (const peer of others) placeMember(whole, peer, alive(3));
        const observer = peers[at]!;
        const table = emptyMembershipTable(true);
        for (const peer of [...peers, self!])
          if (peer !== observer) placeMember(table, peer, alive(3));
        expect(digestWith(table, observer, alive(3))).toBe(digestWith(whole, self!, alive(3)));
      }),
    );
  });

  it("has another digest for another member, for one missing and for another incarnation", () => {
    const table = emptyMembershipTable(true);
    for (const peer of others.slice(0, 20)) placeMember(table, peer, alive(3));
    const digest = () => digestWith(table, self!, alive(1));
    const before = digest();
    restampMember(table, others[0]!, alive(4));
    expect(digest()).not.toBe(before);
    restampMember(table, others[0]!, alive(3));
    expect(digest()).toBe(before);
    removeMember(table, others[0]!);
    expect(digest()).not.toBe(before);
    placeMember(table, others[21]!, alive(3));
    expect(digest()).not.toBe(before);
  });

  it("has the same digest for a suspect, whose presence nobody disputes yet", () => {
    const table = emptyMembershipTable(true);
    placeMember(table, others[0]!, alive(3));
    const before = digestWith(table, self!, alive(1));
    restampMember(table, others[0]!, memberStamp(3, MemberStatus.suspect));
    expect(digestWith(table, self!, alive(1))).toBe(before);
  });

  it("differs from another in exactly the buckets of the members that differ", () => {
    const a = emptyMembershipTable(true);
    const b = emptyMembershipTable(true);
    for (const peer of others) placeMember(a, peer, alive(3));
    for (const peer of others.slice(2)) placeMember(b, peer, alive(3));
    const [left, right] = [bucketHashes(a, self!, alive(1)), bucketHashes(b, self!, alive(1))];
    const differing = left.flatMap((hash, bucket) => (hash === right[bucket] ? [] : [bucket]));
    const expected = new Set([bucketOf(others[0]!), bucketOf(others[1]!)]);
    expect(new Set(differing)).toEqual(expected);
    expect(left).toHaveLength(BUCKET_COUNT);
  });

  it("knows a peer either as present or as gone", () => {
    const table = emptyMembershipTable(true);
    placeMember(table, self!, alive(3));
    const dead = memberStamp(3, MemberStatus.dead);
    buryMember(table, self!, { stamp: dead, atMicros: 0 }, 10);
    expect([table.present.size, stampOf(table, self!)]).toEqual([0, dead]);
    placeMember(table, self!, alive(4));
    expect([table.gone.size, stampOf(table, self!)]).toEqual([0, alive(4)]);
  });

  it("keeps tombstones up to their number and age and no longer", () => {
    const table = emptyMembershipTable(true);
    others.slice(0, 5).forEach((peer, i) => {
      buryMember(table, peer, { stamp: memberStamp(1, MemberStatus.dead), atMicros: i }, 4);
    });
    expect([...table.gone.keys()]).toEqual(others.slice(1, 5));
    forgetTombstones(table, 3);
    expect([...table.gone.keys()]).toEqual(others.slice(3, 5));
  });

  it("is empty again when all that was placed is removed", () => {
    const table = emptyMembershipTable(true);
    for (const peer of others) placeMember(table, peer, alive(9));
    for (const peer of others) removeMember(table, peer);
    expect(table).toEqual(emptyMembershipTable(true));
  });
});
