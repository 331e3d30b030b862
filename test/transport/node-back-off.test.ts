// How long dials wait after failed ones, and how many are under way at once.

import { describe, expect, it } from "vitest";

import { BackOff } from "../../src/transport/node-back-off.js";
import { processDials } from "../../src/transport/node-dial-slots.js";
import { DEFAULT_TCP_LIMITS } from "../../src/transport/node-tcp-limits.js";

function waits(backOff: BackOff, key: string): number[] {
  return Array.from({ length: 200 }, () => backOff.delayMillis(key));
}

describe("back-off", () => {
  it("waits not at all at first, then twice as long after each failure, up to the limit", () => {
    const backOff = new BackOff({
      ...DEFAULT_TCP_LIMITS,
      backOffMillisMin: 10,
      backOffMillisMax: 80,
    });
    expect(Math.max(...waits(backOff, "peer"))).toBe(0);
    for (const middle of [10, 20, 40, 80, 80, 80]) {
      backOff.failed("peer");
      const drawn = waits(backOff, "peer");
      expect(Math.min(...drawn)).toBeGreaterThanOrEqual(middle / 2);
      expect(Math.max(...drawn)).toBeLessThan(middle * 1.5);
      // Scattered, so that peers do not come back all at once.
      expect(new Set(drawn).size).toBeGreaterThan(50);
    }
    backOff.succeeded("peer");
    expect(Math.max(...waits(backOff, "peer"))).toBe(0);
  });

  it("stays finite after any number of failures, and forgets the oldest of too many peers", () => {
    const backOff = new BackOff(DEFAULT_TCP_LIMITS);
    for (let i = 0; i < 100; i++) backOff.failed("old");
    expect(Math.max(...waits(backOff, "old"))).toBeLessThan(7500);
    for (let i = 0; i < 1024; i++) backOff.failed(`peer ${i}`);
    expect(backOff.delayMillis("old")).toBe(0);
    expect(backOff.delayMillis("peer 0")).toBeGreaterThan(0);
  });
});

describe("dials of a process", () => {
  it("are under way 64 at a time, the others in order behind them", () => {
    const begun: number[] = [];
    const slots = Array.from({ length: 70 }, (_, i) =>
      processDials.request(() => {
        begun.push(i);
      }),
    );
    expect(begun).toHaveLength(64);
    // One that is given up while it waits never begins.
    slots[64]!.free();
    slots[3]!.free();
    slots[3]!.free();
    expect(begun.slice(64)).toEqual([65]);
    for (const slot of slots) slot.free();
    expect(begun.slice(65)).toEqual([66, 67, 68, 69]);
  });
});
