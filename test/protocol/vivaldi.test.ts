// How a measurement moves a coordinate, and what coordinates come to in a space that they fit.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { firstCoordinate, moved, plainDistance } from "../../src/protocol/vivaldi-coordinate.js";
import type { Coordinate, CoordinateSpace } from "../../src/protocol/vivaldi-coordinate.js";
import { VIVALDI_DEFAULTS } from "../../src/protocol/vivaldi-coordinates.js";

const FLAT: CoordinateSpace = { ...VIVALDI_DEFAULTS, hasHeights: false };
const half = (): number => 0.25;

function at(vector: readonly number[], error = 0.5, height = 0): Coordinate {
  return { vector, height, adjustment: 0, error };
}

/** The same chance for every test. */
function unitFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

describe("a measurement", () => {
  it("moves a coordinate by a quarter of half the difference, as its paper's example does", () => {
    // Equal errors weigh 1/2; c_c = 1/4: an eighth of the 80 ms that are missing.
    const after = moved(at([0, 0]), at([20_000, 0]), 100_000, FLAT, half);
    expect(after.vector).toEqual([-10_000, 0]);
    // c_e·w = 1/8 of a sample error of 0.8, 7/8 of the error before.
    expect(after.error).toBeCloseTo(0.8 / 8 + (0.5 * 7) / 8, 12);
  });

  it("leaves a coordinate where it is when the prediction was right, and makes it surer", () => {
    const after = moved(at([0, 0]), at([30_000, 40_000]), 50_000, FLAT, half);
    expect(after.vector).toEqual([0, 0]);
    expect(after.error).toBeLessThan(0.5);
  });

  it("moves the uncertain more than the certain", () => {
    const other = at([20_000, 0], 0.1);
    const [unsure, sure] = [1, 0.05].map((error) =>
      Math.abs(moved(at([0, 0], error), other, 100_000, FLAT, half).vector[0]!),
    ) as [number, number];
    expect(unsure).toBeGreaterThan(2 * sure);
  });

  it("parts two nodes at one place, and raises heights where that helps", () => {
    const after = moved(at([0, 0]), at([0, 0]), 10_000, FLAT, half);
    expect(plainDistance(after, at([0, 0]))).toBeGreaterThan(1_000);
    const high = moved(
      at([0, 0], 0.5, 1_000),
      at([9_000, 0], 0.5, 1_000),
      50_000,
      VIVALDI_DEFAULTS,
      half,
    );
    expect(high.height).toBeGreaterThan(1_000);
  });

  it("lifts a height that a coordinate came without, also from another at the same place", () => {
    const flat = at([0, 0], 0.5, 0);
    expect(moved(flat, flat, 10_000, VIVALDI_DEFAULTS, half).height).toBeGreaterThan(0);
    expect(moved(flat, at([5_000, 0]), 10_000, VIVALDI_DEFAULTS, half).height).toBeGreaterThan(0);
  });

  it("never makes anything but finite numbers, heights above zero and errors within bounds", () => {
    const part = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    const coordinate = fc.record({
      vector: fc.tuple(part, part),
      height: fc.double({ min: 0, max: 1e9, noNaN: true }),
      adjustment: fc.constant(0),
      error: fc.double({ min: 0, max: 1e9, noNaN: true }),
    });
    fc.assert(
      fc.property(coordinate, coordinate, fc.integer({ min: 1, max: 10_000_000 }), (a, b, rtt) => {
        const space = { ...VIVALDI_DEFAULTS, gravityMicros: 150_000_000 };
        const after = moved(a, b, rtt, space, half);
        expect([...after.vector, after.height, after.error].every(Number.isFinite)).toBe(true);
        expect(after.height).toBeGreaterThan(0);
        expect(after.error).toBeLessThanOrEqual(1.5);
      }),
    );
  });
});

describe("coordinates", () => {
  it("find a plane that the round trips come from", () => {
    const unit = unitFrom(7);
    const places = Array.from({ length: 40 }, () => at([unit() * 100_000, unit() * 100_000]));
    const truth = (i: number, j: number): number => plainDistance(places[i]!, places[j]!);
    const found = places.map(() => firstCoordinate(FLAT, unit));
    for (let round = 0; round < 20_000; round++) {
      const i = Math.floor(unit() * 40);
      const j = (i + 1 + Math.floor(unit() * 39)) % 40;
      found[i] = moved(found[i]!, found[j]!, truth(i, j), FLAT, unit);
    }
    const errors = places
      .flatMap((_, i) => places.map((__, j) => ({ i, j })))
      .filter(({ i, j }) => i < j)
      .map(({ i, j }) => Math.abs(plainDistance(found[i]!, found[j]!) / truth(i, j) - 1))
      .sort((a, b) => a - b);
    expect(errors[errors.length >> 1]).toBeLessThan(0.02);
  });
});
