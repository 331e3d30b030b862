import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { forgetOldIds, noSeenIds, noteId } from "../../src/protocol/seen-ids.js";

const LIMITS = { countMax: 5, ageMicrosMax: 100 };

describe("ids that were seen", () => {
  it("are new once", () => {
    const seen = noSeenIds();
    expect(noteId(seen, 17, 0, LIMITS)).toBe(true);
    expect(noteId(seen, 17, 0, LIMITS)).toBe(false);
  });

  it("are remembered up to the limit and forgotten oldest first past it", () => {
    const seen = noSeenIds();
    for (let id = 1; id <= 5; id++) noteId(seen, id, 0, LIMITS);
    expect(noteId(seen, 1, 0, LIMITS)).toBe(false);
    noteId(seen, 6, 0, LIMITS);
    expect([...seen.ids]).toEqual([2, 3, 4, 5, 6]);
    expect(noteId(seen, 1, 0, LIMITS)).toBe(true);
  });

  it("are remembered up to their age and forgotten past it", () => {
    const seen = noSeenIds();
    noteId(seen, 1, 0, LIMITS);
    forgetOldIds(seen, 0);
    expect(seen.ids.size).toBe(1);
    noteId(seen, 2, 100, LIMITS);
    expect(seen.ids.has(1)).toBe(true);
    noteId(seen, 3, 101, LIMITS);
    expect(seen.ids.has(1)).toBe(false);
  });

  it("behave as a list that drops from its front, for any sequence of ids and pauses", () => {
    const step = fc.record({ id: fc.integer({ min: 1, max: 12 }), pause: fc.nat(60) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const seen = noSeenIds();
        let model: { id: number; at: number }[] = [];
        let now = 0;
        for (const { id, pause } of steps) {
          now += pause;
          const isNew = !model.some((known) => known.id === id);
          expect(noteId(seen, id, now, LIMITS)).toBe(isNew);
          if (isNew) {
            model = model.filter(({ at }) => at >= now - LIMITS.ageMicrosMax);
            model = [...model, { id, at: now }].slice(-LIMITS.countMax);
          }
          expect([...seen.ids]).toEqual(model.map((known) => known.id));
        }
      }),
    );
  });
});
