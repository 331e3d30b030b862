// SWIM's times against the tables in the tests of HashiCorp's memberlist (suspicion_test.go, util_test.go).

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  confirmationsWanted,
  remainingSuspicionMicros,
  retransmitLimit,
  suspicionMinMicros,
} from "../../src/protocol/swim-timing.js";

const SECOND = 1_000_000;

describe("SWIM's times", () => {
  it.each([
    [0, 0, 30],
    [1, 2, 14],
    [2, 3, 4.81],
    [3, 4, -2],
    [4, 5, -3],
    [5, 10, -8],
  ])("leave a suspicion that %i share after %i s another %f s", (confirmations, elapsed, rest) => {
    const state = {
      confirmations,
      wanted: 3,
      elapsedMicros: elapsed * SECOND,
      minMicros: 2 * SECOND,
      maxMicros: 30 * SECOND,
    };
    expect(remainingSuspicionMicros(state)).toBe(rest * SECOND);
  });

  it.each([
    [5, 1],
    [10, 1],
    [50, 1.698],
    [100, 2],
    [500, 2.698],
    [1000, 3],
  ])("give a suspect among %i members three times %f periods", (members, third) => {
    expect(suspicionMinMicros(3, members, SECOND)).toBe(Math.round(3 * third * SECOND));
  });

  it.each([
    [0, 0],
    [1, 3],
    [9, 3],
    [10, 6],
    [99, 6],
    [100, 9],
    [999, 9],
  ])("send news among %i members %i times", (members, times) => {
    expect(retransmitLimit(3, members)).toBe(times);
  });

  it.each([
    [4, 2, 0],
    [4, 3, 0],
    [4, 4, 2],
    [4, 100, 2],
    [2, 100, 0],
    [0, 100, 0],
  ])("want, with factor %i among %i members, %i confirmations", (factor, members, wanted) => {
    expect(confirmationsWanted(factor, members)).toBe(wanted);
  });

  it("never lengthen a suspicion when one more member shares it", () => {
    const states = fc.record({
      confirmations: fc.nat({ max: 20 }),
      wanted: fc.integer({ min: 1, max: 20 }),
      elapsedMicros: fc.nat({ max: 100 * SECOND }),
      minMicros: fc.integer({ min: 1, max: 10 * SECOND }),
      maxMicros: fc.integer({ min: 10 * SECOND, max: 100 * SECOND }),
    });
    fc.assert(
      fc.property(states, (state) => {
        const more = { ...state, confirmations: state.confirmations + 1 };
        const left = remainingSuspicionMicros(state);
        expect(remainingSuspicionMicros(more)).toBeLessThanOrEqual(left);
        expect(left + state.elapsedMicros).toBeGreaterThanOrEqual(state.minMicros);
        expect(left + state.elapsedMicros).toBeLessThanOrEqual(state.maxMicros);
      }),
      { seed: 1 },
    );
  });
});
