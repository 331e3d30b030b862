import { describe, expect, it } from "vitest";
import { REGION_PLACES } from "../../src/viewer/region-places.js";
import { WORLD_COASTS } from "../../src/viewer/world-outline.js";

type Point = readonly [longitude: number, latitude: number];

/** Whether a point lies within a closed line: a ray to the east crosses it an odd number of times. */
function isWithin([x, y]: Point, coast: readonly Point[]): boolean {
  let isInside = false;
  for (const [i, [x1, y1]] of coast.entries()) {
    const [x2, y2] = coast[(i + 1) % coast.length]!;
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) isInside = !isInside;
  }
  return isInside;
}

describe("the coasts of the world", () => {
  it("are closed lines on the globe", () => {
    for (const coast of WORLD_COASTS) {
      expect(coast.length).toBeGreaterThanOrEqual(3);
      for (const [longitude, latitude] of coast) {
        expect(Math.abs(longitude)).toBeLessThanOrEqual(180);
        expect(Math.abs(latitude)).toBeLessThanOrEqual(85);
      }
    }
  });

  it.each([...REGION_PLACES])(
    "have %s on land, or within three degrees of it",
    (_region, [x, y]) => {
      const near = [-3, 0, 3].flatMap((east) =>
        [-3, 0, 3].map((north): Point => [x + east, y + north]),
      );
      expect(near.some((point) => WORLD_COASTS.some((coast) => isWithin(point, coast)))).toBe(true);
    },
  );

  it("leave out the oceans", () => {
    const oceans: readonly Point[] = [
      [-30, 0], // the Atlantic
      [-140, 10], // the Pacific
      [75, -20], // the Indian Ocean
    ];
    for (const point of oceans) {
      expect(WORLD_COASTS.some((coast) => isWithin(point, coast))).toBe(false);
    }
  });
});
