import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readLink, writeLink } from "../../src/viewer/deep-link.js";

const word = fc.string({ minLength: 1, maxLength: 12 });
const coordinate = fc.integer({ min: -9999, max: 9999 }).map((number) => number / 1000);

describe("a link to a moment", () => {
  it("leads back to the view it was made of, to the microsecond", () => {
    fc.assert(
      fc.property(
        fc.record({
          timeMicros: fc.integer({ min: 0, max: 1e12 }),
          ...{ node: word, overlay: word, layout: word, kind: word, message: word, filter: word },
          speed: fc.constantFrom(0.001, 0.25, 1, 100),
          camera: fc.tuple(
            coordinate,
            coordinate,
            coordinate.map((ratio) => Math.abs(ratio) + 0.001),
          ),
        }),
        (view) => {
          const camera = view.camera.map((number) => expect.closeTo(number, 3) as number);
          expect(readLink(`#${writeLink(view)}`)).toEqual({ ...view, camera });
        },
      ),
    );
  });

  it("says nothing of what it was not told", () => {
    expect(readLink(writeLink({ timeMicros: 12_500_000 }))).toEqual({ timeMicros: 12_500_000 });
    expect(readLink("")).toEqual({});
  });

  it("leaves out what makes no sense: anyone may have written it", () => {
    const hostile = "#t=soon&speed=NaN&camera=1,2&node=&overlay=&camera=0,0,0&t=1e99";
    expect(readLink(hostile)).toEqual({});
    fc.assert(
      fc.property(fc.string(), (text) => {
        const { timeMicros = 0, speed = 1, camera = [0, 0, 1] } = readLink(`#${text}`);
        expect([timeMicros, speed, ...camera].every(Number.isFinite)).toBe(true);
        expect(camera[2]).toBeGreaterThan(0);
      }),
    );
  });
});
