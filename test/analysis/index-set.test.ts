import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { IndexSet } from "../../src/analysis/index-set.js";

/** Few distinct values collide and come back; large ones reach every bit. */
const index = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }));
const changes = fc.array(fc.tuple(fc.boolean(), index), { maxLength: 300, size: "max" });

describe("IndexSet", () => {
  it("does what a Set does, after any changes", () => {
    fc.assert(
      fc.property(changes, fc.array(index), (history, questions) => {
        const set = new IndexSet();
        const model = new Set<number>();
        for (const [isAdded, member] of history) {
          if (isAdded) {
            expect(set.add(member)).toBe(!model.has(member));
            model.add(member);
          } else {
            expect(set.delete(member)).toBe(model.delete(member));
          }
          expect(set.size).toBe(model.size);
        }
        const visited: number[] = [];
        set.forEach((member) => visited.push(member));
        const members = [...model].toSorted((a, b) => a - b);
        expect(visited.toSorted((a, b) => a - b)).toEqual(members);
        expect([...set.toSorted()]).toEqual(members);
        for (const asked of questions) expect(set.has(asked)).toBe(model.has(asked));
      }),
    );
  });

  it("shrinks as it empties and stays right", () => {
    const set = new IndexSet();
    for (let member = 0; member < 5000; member++) set.add(member);
    for (let member = 0; member < 5000; member++) if (member % 100 !== 7) set.delete(member);
    expect(set.size).toBe(50);
    expect([...set.toSorted()]).toEqual(Array.from({ length: 50 }, (_, i) => i * 100 + 7));
  });
});
