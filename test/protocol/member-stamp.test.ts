import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  INCARNATION_MAX,
  MemberStatus,
  incarnationOf,
  isPresent,
  memberStamp,
  mergeStamps,
  statusOf,
} from "../../src/protocol/member-stamp.js";

const incarnation = fc.oneof(
  fc.integer({ min: 0, max: 3 }),
  fc.integer({ min: 0, max: INCARNATION_MAX }),
);
const status = fc.constantFrom(...Object.values(MemberStatus));
const stamp = fc.tuple(incarnation, status).map(([i, s]) => memberStamp(i, s));

describe("what is said of a member", () => {
  it("comes out of its stamp as it went in, up to the largest incarnation", () => {
    fc.assert(
      fc.property(incarnation, status, (i, s) => {
        const packed = memberStamp(i, s);
        expect(Number.isSafeInteger(packed)).toBe(true);
        expect([incarnationOf(packed), statusOf(packed)]).toEqual([i, s]);
      }),
    );
    const last = memberStamp(INCARNATION_MAX, MemberStatus.left);
    expect([incarnationOf(last), statusOf(last)]).toEqual([INCARNATION_MAX, MemberStatus.left]);
  });

  it("is decided by the higher incarnation, whatever the statuses", () => {
    fc.assert(
      fc.property(incarnation, incarnation, status, status, (a, b, s, t) => {
        fc.pre(a > b);
        expect(mergeStamps(memberStamp(a, s), memberStamp(b, t))).toBe(memberStamp(a, s));
      }),
    );
  });

  it("is decided at one incarnation by left before dead before suspect before alive", () => {
    const order = [MemberStatus.alive, MemberStatus.suspect, MemberStatus.dead, MemberStatus.left];
    const stamps = order.map((s) => memberStamp(7, s));
    for (let i = 1; i < stamps.length; i++) {
      expect(mergeStamps(stamps[i - 1]!, stamps[i]!)).toBe(stamps[i]);
    }
  });

  it("merges to the same in whatever order, grouping and number it is heard", () => {
    fc.assert(
      fc.property(stamp, stamp, stamp, (a, b, c) => {
        expect(mergeStamps(a, mergeStamps(b, c))).toBe(mergeStamps(mergeStamps(a, b), c));
        expect(mergeStamps(a, b)).toBe(mergeStamps(b, a));
        expect(mergeStamps(a, a)).toBe(a);
        expect([a, b]).toContain(mergeStamps(a, b));
      }),
    );
  });

  it("counts the suspect as present and the dead and departed as not", () => {
    expect(isPresent(memberStamp(1, MemberStatus.alive))).toBe(true);
    expect(isPresent(memberStamp(1, MemberStatus.suspect))).toBe(true);
    expect(isPresent(memberStamp(1, MemberStatus.dead))).toBe(false);
    expect(isPresent(memberStamp(1, MemberStatus.left))).toBe(false);
  });
});
