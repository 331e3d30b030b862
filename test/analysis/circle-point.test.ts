import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { circlePoint } from "../../src/analysis/circle-point.js";

describe("circlePoint", () => {
  it("agrees with the engine's sine and cosine to nine digits", () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, min: -5, max: 5 }), (turns) => {
        const { cosine, sine } = circlePoint(turns);
        expect(cosine).toBeCloseTo(Math.cos(2 * Math.PI * turns), 8);
        expect(sine).toBeCloseTo(Math.sin(2 * Math.PI * turns), 8);
      }),
    );
  });
});
