import { describe, expect, it } from "vitest";
import fc from "fast-check";

import { NodeClock } from "../../src/sim/node-clock.js";

const drift = fc.integer({ min: -100_000, max: 100_000 });
const offset = fc.integer({ min: -86_400_000_000, max: 86_400_000_000 });
// Up to 200 years, where time × 10^6 passes 2^53 a hundred thousand times over.
const time = fc.integer({ min: 0, max: 200 * 365 * 86_400 * 1_000_000 });
const delay = fc.oneof(
  fc.integer({ min: 0, max: 5_000_000 }),
  fc.integer({ min: 0, max: 2 ** 50 }),
);
const RUNS = { numRuns: 20_000, seed: 11 };

/** The clock's definition, in whole numbers without limit. */
function shown(virtualMicros: number, offsetMicros: number, driftPpm: number): bigint {
  const elapsed = BigInt(virtualMicros) * (1_000_000n + BigInt(driftPpm));
  const local = BigInt(offsetMicros) + elapsed / 1_000_000n;
  return local < 0n ? 0n : local;
}

describe("a node's clock", () => {
  it("shows offset plus elapsed time at its own rate, exactly", () => {
    fc.assert(
      fc.property(time, offset, drift, (virtualMicros, offsetMicros, driftPpm) => {
        const clock = new NodeClock({ offsetMicros, driftPpm });
        return (
          BigInt(clock.localMicros(virtualMicros)) === shown(virtualMicros, offsetMicros, driftPpm)
        );
      }),
      RUNS,
    );
  });

  it("fires a timer at the first instant at which its own clock has advanced by the delay, never before", () => {
    fc.assert(
      fc.property(
        time,
        delay,
        offset,
        drift,
        (virtualMicros, delayMicros, offsetMicros, driftPpm) => {
          const clock = new NodeClock({ offsetMicros, driftPpm });
          const due = shown(virtualMicros, offsetMicros, driftPpm) + BigInt(delayMicros);
          const fires = virtualMicros + clock.virtualDelayMicros(delayMicros, virtualMicros);
          const isInTime = shown(fires, offsetMicros, driftPpm) >= due;
          const isFirst = fires === virtualMicros || shown(fires - 1, offsetMicros, driftPpm) < due;
          return isInTime && isFirst;
        },
      ),
      RUNS,
    );
  });

  it("never goes backwards", () => {
    fc.assert(
      fc.property(
        time,
        fc.integer({ min: 0, max: 100 }),
        offset,
        drift,
        (at, later, offsetMicros, driftPpm) => {
          const clock = new NodeClock({ offsetMicros, driftPpm });
          return clock.localMicros(at + later) >= clock.localMicros(at);
        },
      ),
      RUNS,
    );
  });

  it("is virtual time itself without skew and drift", () => {
    const clock = new NodeClock();
    expect(clock.localMicros(123)).toBe(123);
    expect(clock.virtualDelayMicros(456, 2 ** 52)).toBe(456);
  });

  it("gains a hundred microseconds a second at 100 ppm, and shortens delays accordingly", () => {
    const clock = new NodeClock({ driftPpm: 100 });
    expect(clock.localMicros(10_000_000)).toBe(10_001_000);
    expect(clock.virtualDelayMicros(1_000_100, 0)).toBe(1_000_000);
  });

  it("stands at zero until a negative offset is made up for", () => {
    const clock = new NodeClock({ offsetMicros: -500 });
    expect(clock.localMicros(499)).toBe(0);
    expect(clock.localMicros(501)).toBe(1);
  });

  it("rounds the fraction of a delay up and counts a negative one as none", () => {
    for (const clock of [new NodeClock(), new NodeClock({ driftPpm: 1 })]) {
      expect(clock.virtualDelayMicros(2.1, 0)).toBe(3);
      expect(clock.virtualDelayMicros(-9, 0)).toBe(0);
    }
  });

  it("refuses a drift beyond a tenth, an offset beyond two days, and fractions", () => {
    expect(() => new NodeClock({ driftPpm: 100_001 })).toThrow(RangeError);
    expect(() => new NodeClock({ driftPpm: 0.5 })).toThrow(RangeError);
    expect(() => new NodeClock({ offsetMicros: 172_800_000_001 })).toThrow(RangeError);
    expect(() => new NodeClock({ offsetMicros: NaN })).toThrow(RangeError);
  });
});
